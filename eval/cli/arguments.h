#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace vitrobust::eval {

/// Parses strictly: no guessed abbreviations, no stray words, no option twice.
/// @param words the command line after the subcommand
/// @param bare_words the option that words without one belong to; empty: there must be none
/// @throws UsageError naming the option, with the nearest known ones as a hint
boost::program_options::variables_map parse_arguments(
    const std::vector<std::string>& words, const boost::program_options::options_description& options,
    const std::string& bare_words = {});

}  // namespace vitrobust::eval

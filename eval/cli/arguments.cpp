#include "eval/cli/arguments.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::eval {
namespace po = boost::program_options;

namespace {

std::string nearest_option_hint(const std::string& given, const po::options_description& options) {
  std::vector<std::string> known;
  for (const auto& option : options.options()) known.push_back("--" + option->long_name());
  const std::vector<std::string> near = nearest_names(given, known);
  return near.empty() ? "see --help" : unknown_name_hint(given, near);
}

}  // namespace

po::variables_map parse_arguments(const std::vector<std::string>& words,
                                  const po::options_description& options, const std::string& bare_words) {
  // Boost.Program_options guesses abbreviations and swallows stray words unless told not to.
  constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::positional_options_description positional;
  if (!bare_words.empty()) positional.add(bare_words.c_str(), -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(options).positional(positional).style(kStyle).run(),
              values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    throw UsageError(fmt::format("unknown option '{}'", error.get_option_name()),
                     nearest_option_hint(error.get_option_name(), options));
  } catch (const po::too_many_positional_options_error&) {
    throw UsageError("there is a word that belongs to no option",
                     "every argument is given by name: see --help");
  } catch (const po::multiple_occurrences& error) {
    throw UsageError(fmt::format("option '{}' is given more than once", error.get_option_name()));
  } catch (const po::error& error) {
    throw UsageError(error.what(), "see --help");
  }
  return values;
}

}  // namespace vitrobust::eval

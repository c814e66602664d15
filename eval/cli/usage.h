#pragma once

#include <string>
#include <vector>

namespace vitrobust::eval {

/// One subcommand of `vitrobust`.
struct Subcommand {
  std::string name;
  std::string help;
};

/// All subcommands, in the order of --help.
const std::vector<Subcommand>& subcommands();

/// The text of `vitrobust --help`.
std::string program_help();

/// @throws UsageError with the nearest names when there is no such subcommand
void require_subcommand(const std::string& name);

}  // namespace vitrobust::eval

// The thin executable: it answers help at once, judges finished runs, and hands the evaluating subcommands to
// vitrobust-eval, which loads LibTorch (a quarter of a second for every process).
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/main_guard.h"
#include "core/version.h"
#include "eval/cli/options.h"
#include "eval/cli/report_options.h"
#include "eval/cli/usage.h"
#include "eval/cli/verdicts.h"

namespace {

using vitrobust::Error;
using vitrobust::ExitCode;

bool asks_for_help(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word == "--help" || word == "-h") return true;
  return false;
}

[[noreturn]] void hand_over(char** argv) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vitrobust-eval";
  ::execv(program.c_str(), argv);
  throw Error(ExitCode::internal, fmt::format("{}: cannot start: {}", program.string(), std::strerror(errno)),
              "vitrobust-eval must lie beside vitrobust; a build without LibTorch does not have it");
}

int dispatch(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    fmt::print("{}", vitrobust::eval::program_help());
    return static_cast<int>(words.empty() ? ExitCode::usage : ExitCode::ok);
  }
  if (words[0] == "--version") {
    fmt::print("vitrobust {}\n", VITROBUST_VERSION);
    return 0;
  }
  vitrobust::eval::require_subcommand(words[0]);
  if (asks_for_help(words)) {
    fmt::print("{}", vitrobust::eval::subcommand_help(words[0]));
    return 0;
  }
  const std::vector<std::string> options(words.begin() + 1, words.end());
  if (words[0] == "report")
    return vitrobust::eval::report_command(vitrobust::eval::parse_report_options(options));
  if (words[0] == "compare")
    return vitrobust::eval::compare_command(vitrobust::eval::parse_compare_options(options));
  if (words[0] == "gate") return vitrobust::eval::gate_command(vitrobust::eval::parse_gate_options(options));
  hand_over(argv);
}

}  // namespace

int main(int argc, char** argv) {
  return vitrobust::guarded_main([&] { return dispatch(argc, argv); });
}

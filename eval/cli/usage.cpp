#include "eval/cli/usage.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::eval {

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> table = {
      {"run", "evaluate one or several checkpoints"},
      {"demo", "evaluate the two shipped checkpoints on the built-in images"},
      {"corrupt", "write corrupted images, or a contact sheet of them"},
      {"inspect", "say what a checkpoint holds"},
      {"report", "tables, papers and pages from finished runs"},
      {"compare", "two runs or more, sample by sample, with corrected tests"},
      {"gate", "a verdict on a candidate against its baseline, for CI"},
      {"list", "corruptions, attacks, attention formulations, suites, data layouts"},
  };
  return table;
}

std::string program_help() {
  std::string text =
      "vitrobust measures how robust Vision Transformers are: corruptions and adversarial attacks in,\n"
      "one report with honest intervals out.\n\nusage: vitrobust SUBCOMMAND [options]\n\n";
  for (const Subcommand& subcommand : subcommands())
    text += fmt::format("  {:<10}{}\n", subcommand.name, subcommand.help);
  text +=
      "\nvitrobust SUBCOMMAND --help says more; vitrobust --version says which version this is.\n"
      "Exit codes: 0 ok, 1 a gate failed, 2 usage, 3 bad input, 4 some cells or samples failed,\n"
      "5 nothing was evaluated, 70 internal error, 130 interrupted (the same command goes on).\n";
  return text;
}

void require_subcommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Subcommand& subcommand : subcommands()) {
    if (subcommand.name == name) return;
    names.push_back(subcommand.name);
  }
  throw UsageError(fmt::format("unknown subcommand '{}'", name), unknown_name_hint(name, names));
}

}  // namespace vitrobust::eval

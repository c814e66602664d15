#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "eval/cli/commands.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

/// The shipped checkpoints: beside the executable's build folder, or installed under share/vitrobust.
fs::path assets_folder() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& candidate :
       {here / "assets", here.parent_path() / "assets", here.parent_path() / "share/vitrobust/assets"})
    if (fs::is_directory(candidate)) return candidate;
  throw InputError((here.parent_path() / "assets").string(), "the shipped checkpoints are not there",
                   "run vitrobust from its build folder or from where it was installed");
}

}  // namespace

int demo_command(const DemoOptions& options) {
  const fs::path assets = assets_folder();
  RunOptions run;
  run.checkpoints = {(assets / "glyphs-standard").string(), (assets / "glyphs-quest").string()};
  run.data = "glyphs";
  run.suite = "quick";
  run.out = options.out;
  run.limit = options.limit;
  run.threads = options.threads;
  run.seed = options.seed;
  run.reports = options.reports;
  run.quiet = options.quiet;
  if (!options.quiet)
    fmt::print(stderr, "Evaluating the shipped standard and QUEST ViT on {} built-in images.\n",
               options.limit);
  return run_command(run);
}

}  // namespace vitrobust::eval

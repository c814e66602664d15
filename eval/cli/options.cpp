#include "eval/cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <sstream>

#include "core/error.h"
#include "eval/cli/arguments.h"
#include "eval/cli/option_values.h"
#include "eval/cli/report_options.h"
#include "eval/cli/verdict_options.h"

namespace vitrobust::eval {
namespace po = boost::program_options;

namespace {

po::options_description what_group(RunOptions& run) {
  po::options_description group("What to evaluate", kHelpWidth);
  group.add_options()(
      "checkpoint", po::value(&run.checkpoints)->multitoken()->composing()->value_name("PATH..."),
      "a checkpoint: a file of weights (safetensors, torch.save, npz), or a folder with config.json; "
      "several, or a folder of them, are compared")(
      "data", po::value(&run.data)->value_name("SPEC"),
      "the images: cifar10:DIR, imagefolder:DIR, glyphs …, or a "
      "folder that is recognised (vitrobust list data)")(
      "suite", po::value(&run.suite)->value_name("NAME|FILE"),
      "a named list of conditions (vitrobust list suites) or a JSON file of them")(
      "condition", po::value(&run.conditions)->multitoken()->composing()->value_name("SPEC..."),
      "clean, fog:severity=3, pgd:eps=8/255,steps=20, fog:severity=3+fgsm:eps=1/255 …")(
      "out", po::value(&run.out)->value_name("DIR"),
      "the run directory; an interrupted run there goes on; with several checkpoints each gets a folder in "
      "it")("limit", into(run.limit)->value_name("N"), "only the first N samples")(
      "seed", po::value(&run.seed)->value_name("N"), "seed of all random draws (default 0)")(
      "perturbation-baseline", po::value(&run.perturbation_baseline)->value_name("FILE"),
      "what mFR and mT5D divide by, AlexNet's figures in the paper: a JSON file of them, or the report.json "
      "of "
      "a run of that model");
  return group;
}

po::options_description corruption_group(CorruptionOptions& corruption) {
  po::options_description group("How images are corrupted", kHelpWidth);
  group.add_options()(
      "flavour", po::value(&corruption.flavour)->value_name("NAME"),
      "whose algorithms: hendrycks (default; of the published ImageNet-C) or imagecorruptions")(
      "params", po::value(&corruption.params)->value_name("NAME"),
      "severity parameters: imagenet, cifar, tiny or 299 (default: of the nearest image size; imagenet for "
      "imagecorruptions, which knows no other)")(
      "protocol", po::value(&corruption.protocol)->value_name("NAME"),
      "memory (default) or published: corrupted images go through the JPEG of quality 85 that the published "
      "files went through")(
      "rng", po::value(&corruption.rng)->value_name("NAME"),
      "philox (default), or numpy: every corruption of every image starts from numpy's legacy generator with "
      "the seed, to be held against the reference packages")(
      "frost-dir", po::value(&corruption.frost_dir)->value_name("DIR"),
      "the reference's pictures of frost, frost1.png frost2.png frost3.png frost4.jpg frost5.jpg; without "
      "them "
      "frost is drawn, and not comparable with published figures");
  return group;
}

po::options_description compute_group(RunOptions& run) {
  po::options_description group(
      "How to compute (precision changes results, kernels their last bits, the others nothing)", kHelpWidth);
  group.add_options()("precision", po::value(&run.precision)->value_name("fp32|fp64|bf16"),
                      "of the network (default fp32); bf16: attacks search in bfloat16, float32 decides")(
      "kernels", po::value(&run.kernels)->value_name("NAME"),
      "matrix products of a float32 network: auto (default: the fastest, or what a run that goes on began "
      "with), plain, mkl, onednn or avx512")("device", po::value(&run.device)->value_name("auto|cpu"),
                                             "where it runs (default auto)")(
      "batch-size",
      po::value<std::string>()
          ->notifier([&run](const std::string& text) {
            if (text == "auto") return;
            const auto [end, failure] =
                std::from_chars(text.data(), text.data() + text.size(), run.batch_size);
            if (failure != std::errc{} || end != text.data() + text.size() || run.batch_size < 1)
              throw UsageError(fmt::format("--batch-size: '{}' is neither a number from 1 nor auto", text));
          })
          ->value_name("N|auto"),
      "images prepared and attacked together (default auto: by the image size, halved when memory runs out)")(
      "threads", po::value(&run.threads)->value_name("N"), "worker threads (default: one per core)");
  return group;
}

po::options_description preprocess_group(RunOptions& run) {
  po::options_description group("Preprocessing, where it differs from the checkpoint's", kHelpWidth);
  group.add_options()("crop-pct", into(run.crop_pct)->value_name("X"),
                      "shorter side = floor(size / X) before the crop")(
      "crop-mode", into(run.crop_mode)->value_name("NAME"), "center, squash or border")(
      "interpolation", into(run.interpolation)->value_name("NAME"), "bilinear, bicubic, lanczos …")(
      "resize", into(run.resize)->value_name("N"), "exact shorter side before the crop");
  return group;
}

po::options_description output_group(RunOptions& run) {
  po::options_description group("What to write besides run.db and report.json", kHelpWidth);
  group.add_options()("save-inputs", po::value(&run.save_inputs)->value_name("DIR"),
                      "per cell the images that the classifier saw, as .npy")(
      "save-logits", po::value(&run.save_logits)->value_name("DIR"), "per cell the logits, as .npy")(
      "dry-run", po::bool_switch(&run.dry_run),
      "evaluate nothing: say how many forward and backward passes it would take, and about how long")(
      "save-samples", po::value(&run.save_samples)->value_name("N"),
      "small pictures of the first N images of each cell, for the page (default 4)")(
      "report", po::value(&run.reports)->composing()->value_name("FORMAT[=FILE]"),
      "html, latex, markdown, csv … as vitrobust report makes them; may be repeated; into --out where no "
      "FILE is "
      "named")("quiet,q", po::bool_switch(&run.quiet), "no progress")(
      "verbose,v", po::bool_switch(&run.verbose), "backtraces of internal errors")("help,h", "this text");
  return group;
}

po::options_description run_description(RunOptions& run) {
  po::options_description all;
  all.add(what_group(run))
      .add(corruption_group(run.corruptions))
      .add(compute_group(run))
      .add(model_group(run))
      .add(preprocess_group(run))
      .add(output_group(run));
  return all;
}

po::options_description corrupt_description(CorruptOptions& corrupt) {
  po::options_description group("What to write", kHelpWidth);
  group.add_options()("data", po::value(&corrupt.data)->value_name("SPEC"),
                      "the images (vitrobust list data)")(
      "condition", po::value(&corrupt.conditions)->multitoken()->composing()->value_name("SPEC..."),
      "fog:severity=3 …; without it those of ImageNet-C at every severity")(
      "out", po::value(&corrupt.out)->value_name("DIR"),
      "gets <corruption>/<severity>/<relative path>.png; an interrupted call there goes on")(
      "sheet", po::value(&corrupt.sheet)->value_name("FILE.png"),
      "a picture of the first image under every condition")(
      "format", po::value(&corrupt.format)->value_name("png|npy"),
      "npy: <corruption>/<severity>.npy instead, uint8 [N, height, width, 3]")(
      "img-size", into(corrupt.img_size)->value_name("N"),
      "resize and crop image files to N×N first, as for ImageNet-C (default: images keep their size)")(
      "limit", into(corrupt.limit)->value_name("N"), "only the first N images")(
      "seed", po::value(&corrupt.seed)->value_name("N"), "seed of all random draws (default 0)")(
      "threads", po::value(&corrupt.threads)->value_name("N"), "worker threads (default: one per core)")(
      "quiet,q", po::bool_switch(&corrupt.quiet), "no progress")("help,h", "this text");
  po::options_description all;
  all.add(group).add(corruption_group(corrupt.corruptions));
  return all;
}

po::options_description demo_description(DemoOptions& demo) {
  po::options_description all("Options", kHelpWidth);
  all.add_options()("out", po::value(&demo.out)->value_name("DIR"), "where the runs go (default out/demo)")(
      "limit", po::value(&demo.limit)->value_name("N"), "test images (default 500, at most 10000)")(
      "threads", po::value(&demo.threads)->value_name("N"), "worker threads (default: one per core)")(
      "seed", po::value(&demo.seed)->value_name("N"), "seed of all random draws (default 0)")(
      "report", po::value(&demo.reports)->composing()->value_name("FORMAT[=FILE]"),
      "html, latex, markdown, csv … as vitrobust report makes them; may be repeated")(
      "quiet,q", po::bool_switch(&demo.quiet), "no progress")("help,h", "this text");
  return all;
}

po::options_description inspect_description(InspectOptions& inspect) {
  po::options_description all;
  po::options_description group("Options", kHelpWidth);
  group.add_options()("checkpoint", po::value(&inspect.checkpoint)->value_name("PATH"),
                      "a checkpoint's file or folder")("json", po::bool_switch(&inspect.json), "as JSON")(
      "help,h", "this text");
  return all.add(group).add(model_group(inspect)), all;
}

po::options_description list_description(ListOptions& list) {
  po::options_description all("Options", kHelpWidth);
  all.add_options()("what", po::value(&list.what)->value_name("NAME"),
                    "corruptions, perturbations, attacks, attention, dialects, suites or data")(
      "json", po::bool_switch(&list.json), "as JSON")("help,h", "this text");
  return all;
}

struct Help {
  const char* name;
  const char* usage;
  std::function<po::options_description()> describe;
};

const std::vector<Help>& help_table() {
  // The descriptions hold references to option values; these stand in for them while only the text is wanted.
  static RunOptions run;
  static CorruptOptions corrupt;
  static DemoOptions demo;
  static InspectOptions inspect;
  static ListOptions list;
  static const std::vector<Help> table = {
      {"run",
       "vitrobust run --checkpoint PATH… --data SPEC (--suite NAME|FILE | --condition SPEC…) --out DIR",
       [] { return run_description(run); }},
      {"demo", "vitrobust demo [--out DIR]", [] { return demo_description(demo); }},
      {"corrupt", "vitrobust corrupt --data SPEC [--condition SPEC…] (--out DIR | --sheet FILE.png)",
       [] { return corrupt_description(corrupt); }},
      {"inspect", "vitrobust inspect --checkpoint PATH [--json]",
       [] { return inspect_description(inspect); }},
      {"list", "vitrobust list [corruptions|perturbations|attacks|attention|dialects|suites|data] [--json]",
       [] { return list_description(list); }},
      {"report", "vitrobust report RUN… [--format NAME] [--layout NAME|FILE] [--baseline MODEL] [--out FILE]",
       report_description},
      {"compare", "vitrobust compare RUN RUN… [--baseline RUN] [--format console|markdown|json]",
       compare_description},
      {"gate", "vitrobust gate --baseline RUN --candidate RUN [--policy FILE] [--report FORMAT[=FILE]…]",
       gate_description},
  };
  return table;
}

}  // namespace

std::vector<std::string> CorruptionOptions::problems(std::int64_t seed) const {
  struct Choice {
    const char* option;
    const std::string& value;
    std::vector<std::string> known;
  };
  const Choice choices[] = {{"flavour", flavour, {"hendrycks", "imagecorruptions"}},
                            {"params", params, {"auto", "imagenet", "cifar", "tiny", "299"}},
                            {"protocol", protocol, {"memory", "published"}},
                            {"rng", rng, {"philox", "numpy"}}};
  std::vector<std::string> found;
  for (const Choice& choice : choices)
    if (std::ranges::find(choice.known, choice.value) == choice.known.end())
      found.push_back(
          fmt::format("--{} {} is none of {}", choice.option, choice.value, fmt::join(choice.known, ", ")));
  if (flavour == "imagecorruptions" && params != "auto" && params != "imagenet")
    found.push_back(fmt::format("--params {} does not exist in --flavour imagecorruptions", params));
  if (rng == "numpy" && seed > 4294967295) found.push_back("--seed must be below 2^32 with --rng numpy");
  return found;
}

void RunOptions::validate() const {
  std::vector<std::string> problems = corruptions.problems(seed);
  const auto require = [&](bool good, const std::string& problem) {
    if (!good) problems.push_back(problem);
  };
  require(!checkpoints.empty(), "--checkpoint is missing");
  require(!data.empty(), "--data is missing");
  require(!out.empty() || dry_run, "--out is missing");
  require(!suite.empty() || !conditions.empty(), "--suite or --condition is missing");
  require(!limit || *limit >= 1, "--limit must be at least 1");
  require(seed >= 0, "--seed must not be negative");
  require(threads >= 0 && threads <= 1024, "--threads must be from 1 to 1024");
  require(batch_size >= 0 && batch_size <= 65536, "--batch-size must be from 1 to 65536");
  require(precision == "fp32" || precision == "fp64" || precision == "bf16",
          fmt::format("--precision {} is none of fp32, fp64, bf16", precision));
  require(kernels == "auto" || kernels == "plain" || kernels == "mkl" || kernels == "onednn" ||
              kernels == "avx512",
          fmt::format("--kernels {} is none of auto, plain, mkl, onednn, avx512", kernels));
  require(precision != "fp64" || kernels == "auto" || kernels == "plain",
          "--precision fp64 has the plain kernels only");
  require(device == "auto" || device == "cpu", fmt::format("--device {} is none of auto, cpu", device));
  require(save_samples >= 0 && save_samples <= 1000, "--save-samples must be from 0 to 1000");
  for (const std::string& report : reports) parse_report_request(report);
  std::ranges::copy(model_problems(), std::back_inserter(problems));
  require(!resize || (*resize >= 1 && *resize <= 16384), "--resize must be from 1 to 16384");
  if (!problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")), "see vitrobust run --help");
}

RunOptions parse_run_options(const std::vector<std::string>& words) {
  RunOptions run;
  parse_arguments(words, run_description(run));
  run.validate();
  return run;
}

CorruptOptions parse_corrupt_options(const std::vector<std::string>& words) {
  CorruptOptions corrupt;
  parse_arguments(words, corrupt_description(corrupt));
  std::vector<std::string> problems = corrupt.corruptions.problems(corrupt.seed);
  const auto require = [&](bool good, const std::string& problem) {
    if (!good) problems.push_back(problem);
  };
  require(!corrupt.data.empty(), "--data is missing");
  require(!corrupt.out.empty() || !corrupt.sheet.empty(), "--out or --sheet is missing");
  require(corrupt.sheet.empty() || corrupt.sheet.ends_with(".png"), "--sheet must end in .png");
  require(corrupt.format == "png" || corrupt.format == "npy",
          fmt::format("--format {} is none of png, npy", corrupt.format));
  require(!corrupt.limit || *corrupt.limit >= 1, "--limit must be at least 1");
  require(!corrupt.img_size || (*corrupt.img_size >= 1 && *corrupt.img_size <= 16384),
          "--img-size must be from 1 to 16384");
  require(corrupt.seed >= 0, "--seed must not be negative");
  require(corrupt.threads >= 0 && corrupt.threads <= 1024, "--threads must be from 1 to 1024");
  if (!problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")), "see vitrobust corrupt --help");
  return corrupt;
}

DemoOptions parse_demo_options(const std::vector<std::string>& words) {
  DemoOptions demo;
  parse_arguments(words, demo_description(demo));
  if (demo.limit < 1 || demo.limit > 10000) throw UsageError("--limit must be from 1 to 10000");
  for (const std::string& report : demo.reports) parse_report_request(report);
  return demo;
}

InspectOptions parse_inspect_options(const std::vector<std::string>& words) {
  InspectOptions inspect;
  parse_arguments(words, inspect_description(inspect));
  std::vector<std::string> problems = inspect.model_problems();
  if (inspect.checkpoint.empty()) problems.insert(problems.begin(), "--checkpoint is missing");
  if (!problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")), "see vitrobust inspect --help");
  return inspect;
}

ListOptions parse_list_options(const std::vector<std::string>& words) {
  ListOptions list;
  std::vector<std::string> rest = words;
  // `vitrobust list attacks` reads better than an option.
  if (!rest.empty() && !rest.front().starts_with("-")) {
    list.what = rest.front();
    rest.erase(rest.begin());
  }
  parse_arguments(rest, list_description(list));
  return list;
}

std::string subcommand_help(const std::string& subcommand) {
  for (const Help& help : help_table()) {
    if (subcommand != help.name) continue;
    std::ostringstream text;
    text << "usage: " << help.usage << "\n\n" << help.describe();
    return text.str();
  }
  throw UsageError(fmt::format("unknown subcommand '{}'", subcommand));
}

}  // namespace vitrobust::eval

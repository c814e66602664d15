#include "train/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/program_options.hpp>
#include <sstream>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::train {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "Usage: vitrobust-train --data SPEC --out DIR [options]\n"
    "\n"
    "Trains a Vision Transformer and writes DIR/model.safetensors and DIR/config.json.\n"
    "The same command on the same DIR goes on from the last finished epoch.\n";

constexpr const char* kExamples =
    "\nExamples:\n"
    "  vitrobust-train --data glyphs:train --eval-data glyphs:test --attention quest --out glyphs-quest\n"
    "  vitrobust-train --data cifar10:DIR,split=train --eval-data cifar10:DIR --flip --crop-padding 4 --out "
    "cifar\n"
    "  vitrobust-train --img-size 224 --patch-size 16 --embed-dim 192 --depth 12 --heads 3 --classes 1000 "
    "\\\n"
    "                  --epochs 0 --out random-vit-ti\n";

/// The option `--name VALUE` that writes into `target` and whose default is what stands there.
template <typename T>
po::typed_value<T>* value_of(T& target, const char* placeholder, const std::string& default_text) {
  return po::value<T>(&target)->default_value(target, default_text)->value_name(placeholder);
}

po::typed_value<std::int64_t>* count(std::int64_t& target) {
  return value_of(target, "N", std::to_string(target));
}

po::typed_value<double>* real(double& target) {
  return value_of(target, "X", fmt::format("{}", target));
}

po::typed_value<std::string>* text(std::string& target, const char* placeholder) {
  auto* value = po::value<std::string>(&target)->value_name(placeholder);
  return target.empty() ? value : value->default_value(target);
}

/// The options bound to the fields of `o`; the attention's name goes into `attention`.
po::options_description describe(TrainOptions& o, std::string& attention) {
  constexpr unsigned kWidth = 100;
  po::options_description data("Data", kWidth);
  data.add_options()("data", text(o.data, "SPEC"), "training samples, e.g. glyphs:train")(
      "eval-data", text(o.eval_data, "SPEC"), "samples to evaluate on after every epoch")(
      "limit", count(o.limit), "train on the first N samples only (0: all)")(
      "holdout", count(o.holdout), "keep the last N training samples out and evaluate on them")(
      "eval-limit", count(o.eval_limit), "evaluate on the first N samples only (0: all)")(
      "flip", po::bool_switch(&o.flip), "mirror half of the images; not for digits")(
      "crop-padding", count(o.crop_padding), "shift images by up to N pixels, zeros shifted in");

  po::options_description model("Model", kWidth);
  model.add_options()("attention", text(attention, "KIND"), "standard or quest")(
      "img-size", count(o.img_size), "height and width (0: as the data)")(
      "classes", count(o.classes), "number of classes (0: as the data)")(
      "patch-size", count(o.patch_size), "pixels along a patch")("embed-dim", count(o.embed_dim), "width")(
      "depth", count(o.depth), "number of blocks")("heads", count(o.heads), "attention heads per block")(
      "mlp-ratio", real(o.mlp_ratio), "hidden width of the MLP over the width");

  po::options_description recipe("Recipe", kWidth);
  recipe.add_options()("epochs", count(o.epochs), "passes over the data (0: write random weights)")(
      "batch-size", count(o.batch_size), "samples per step")("lr", real(o.lr), "peak learning rate of AdamW")(
      "weight-decay", real(o.weight_decay), "decoupled weight decay of the matrices")(
      "warmup-epochs", count(o.warmup_epochs), "linear warm-up before the cosine decay")(
      "label-smoothing", real(o.label_smoothing), "share of the target spread over all classes")(
      "seed", count(o.seed), "of the weights, the order of the data and the augmentation")(
      "precision", text(o.precision, "P"), "fp32, or bf16 for bfloat16 autocast");

  po::options_description output("Output", kWidth);
  output.add_options()("out", text(o.out, "DIR"), "folder of the checkpoint and of the training state")(
      "storage", text(o.storage, "TYPE"), "number format of the checkpoint: f32, f16 or bf16")(
      "threads", count(o.threads), "threads of the tensor library")("help,h", "show this text");

  po::options_description all;
  all.add(data).add(model).add(recipe).add(output);
  return all;
}

std::vector<std::string> long_names(const po::options_description& description) {
  std::vector<std::string> names;
  for (const auto& option : description.options()) names.push_back(option->long_name());
  return names;
}

/// Boost drops stray words without a positional description and guesses abbreviations unless told not to.
po::variables_map parse(std::span<const char* const> arguments, const po::options_description& description) {
  namespace style = po::command_line_style;
  const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  const po::parsed_options parsed = po::command_line_parser(words)
                                        .options(description)
                                        .style(style::unix_style & ~style::allow_guessing)
                                        .allow_unregistered()
                                        .run();
  for (const po::option& option : parsed.options) {
    if (option.position_key >= 0)
      throw UsageError(fmt::format("unexpected argument '{}'", option.original_tokens.front()),
                       "every setting is an option, see vitrobust-train --help");
    if (option.unregistered)
      throw UsageError(fmt::format("unknown option '{}'", option.original_tokens.front()),
                       unknown_name_hint(option.string_key, long_names(description)));
  }
  po::variables_map values;
  po::store(parsed, values);
  po::notify(values);
  return values;
}

std::string shell_quoted(const std::string& word) {
  const char* kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%";
  if (!word.empty() && word.find_first_not_of(kSafe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string command_text(std::span<const char* const> arguments) {
  std::string command = "vitrobust-train";
  for (const char* argument : arguments.subspan(1)) command.append(1, ' ').append(shell_quoted(argument));
  return command;
}

}  // namespace

std::vector<std::string> TrainOptions::validate() const {
  std::vector<std::string> problems;
  const auto require = [&](bool sound, const char* problem) {
    if (!sound) problems.emplace_back(problem);
  };
  const auto at_least = [&](std::int64_t value, std::int64_t minimum, const char* name) {
    if (value < minimum) problems.push_back(fmt::format("{} must be at least {}", name, minimum));
  };
  const auto within = [&](double value, double low, double high, const char* name) {
    // Written so that NaN is a problem too.
    if (!(value >= low && value <= high))
      problems.push_back(fmt::format("{} must lie in [{}, {}]", name, low, high));
  };
  require(!out.empty(), "--out DIR is missing");
  require(!data.empty() || epochs == 0, "--data SPEC is missing");
  require(!data.empty() || epochs != 0 || (img_size > 0 && classes > 0),
          "without --data, --img-size and --classes must be given");
  require(eval_data.empty() || holdout == 0, "--eval-data and --holdout exclude each other");
  require(!data.empty() || (eval_data.empty() && holdout == 0 && limit == 0),
          "--eval-data, --holdout and --limit need --data");
  at_least(limit, 0, "--limit");
  at_least(holdout, 0, "--holdout");
  at_least(eval_limit, 0, "--eval-limit");
  at_least(img_size, 0, "--img-size");
  at_least(classes, 0, "--classes");
  at_least(patch_size, 1, "--patch-size");
  at_least(embed_dim, 1, "--embed-dim");
  at_least(depth, 1, "--depth");
  at_least(heads, 1, "--heads");
  at_least(epochs, 0, "--epochs");
  at_least(batch_size, 1, "--batch-size");
  at_least(warmup_epochs, 0, "--warmup-epochs");
  at_least(seed, 0, "--seed");
  at_least(threads, 1, "--threads");
  within(static_cast<double>(crop_padding), 0, 64, "--crop-padding");
  within(mlp_ratio, 0.1, 64, "--mlp-ratio");
  within(lr, 0, 10, "--lr");
  within(weight_decay, 0, 10, "--weight-decay");
  within(label_smoothing, 0, 0.99, "--label-smoothing");
  require(epochs == 0 || warmup_epochs < epochs, "--warmup-epochs must be less than --epochs");
  require(precision == "fp32" || precision == "bf16", "--precision must be fp32 or bf16");
  require(storage == "f32" || storage == "f16" || storage == "bf16", "--storage must be f32, f16 or bf16");
  return problems;
}

Json TrainOptions::to_json() const {
  return {{"data", data},
          {"eval-data", eval_data},
          {"limit", limit},
          {"holdout", holdout},
          {"eval-limit", eval_limit},
          {"flip", flip},
          {"crop-padding", crop_padding},
          {"attention", models::to_string(attention)},
          {"img-size", img_size},
          {"classes", classes},
          {"patch-size", patch_size},
          {"embed-dim", embed_dim},
          {"depth", depth},
          {"heads", heads},
          {"mlp-ratio", mlp_ratio},
          {"epochs", epochs},
          {"batch-size", batch_size},
          {"lr", lr},
          {"weight-decay", weight_decay},
          {"warmup-epochs", warmup_epochs},
          {"label-smoothing", label_smoothing},
          {"seed", seed},
          {"precision", precision},
          {"storage", storage}};
}

CommandLine parse_command_line(std::span<const char* const> arguments) {
  CommandLine command;
  std::string attention = models::to_string(command.options.attention);
  const po::options_description description = describe(command.options, attention);
  try {
    if (parse(arguments, description).contains("help")) {
      std::ostringstream help;
      help << kUsage << description << kExamples;
      command.help = help.str();
      return command;
    }
  } catch (const po::error& problem) {
    throw UsageError(problem.what(), "vitrobust-train --help lists the options and what they take");
  }
  command.options.attention = models::parse_attention(attention);
  const std::vector<std::string> problems = command.options.validate();
  if (!problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")),
                     "vitrobust-train --help lists the options and what they take");
  command.text = command_text(arguments);
  return command;
}

}  // namespace vitrobust::train

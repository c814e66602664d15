#include "eval/cli/model_options.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/error.h"
#include "eval/cli/option_values.h"

namespace vitrobust::eval {
namespace po = boost::program_options;

namespace {

/// "0.5,0.5,0.5" as three numbers; one stands for all channels.
std::vector<double> parse_rgb(const std::string& option, const std::string& text) {
  std::vector<double> values;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    double value = 0;
    const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failure != std::errc{} || end != part.data() + part.size())
      throw UsageError(fmt::format("--{}: '{}' is not a number", option, part));
    values.push_back(value);
  }
  if (values.size() == 1) values.resize(3, values.front());
  if (values.size() != 3)
    throw UsageError(fmt::format("--{} takes three numbers or one for all channels, got '{}'", option, text),
                     "for example 0.485,0.456,0.406");
  return values;
}

}  // namespace

std::vector<std::string> ModelOptions::model_problems() const {
  std::vector<std::string> problems;
  const auto require = [&](bool good, const std::string& problem) {
    if (!good) problems.push_back(problem);
  };
  require(format == "auto" || format == "torchscript",
          fmt::format("--format {} is none of auto, torchscript", format));
  require(!heads || *heads >= 1, "--heads must be at least 1");
  require(!norm_eps || *norm_eps > 0, "--norm-eps must be positive");
  require(!img_size || (*img_size >= 1 && *img_size <= 16384), "--img-size must be from 1 to 16384");
  const bool of_tensors =
      use_ema || !key_map.empty() || arch || attention || activation || pool || heads || norm_eps;
  require(format != "torchscript" || !of_tensors,
          "--format torchscript runs the file's own code: of these options it knows --img-size, --mean and "
          "--std");
  return problems;
}

po::options_description model_group(ModelOptions& options) {
  po::options_description group("What the checkpoint's files may leave unsaid", kHelpWidth);
  const auto rgb = [](const char* name, std::optional<std::vector<double>>& target) {
    return po::value<std::string>()
        ->notifier([name, &target](const std::string& text) { target = parse_rgb(name, text); })
        ->value_name("R,G,B");
  };
  group.add_options()("arch", into(options.arch)->value_name("NAME"),
                      "timm's name of the network, which says heads, activation, epsilon and pooling")(
      "attention", into(options.attention)->value_name("KIND"),
      "standard, quest … (vitrobust list attention)")("heads", into(options.heads)->value_name("N"),
                                                      "attention heads")(
      "activation", into(options.activation)->value_name("NAME"),
      "gelu, gelu_tanh, quick_gelu, relu or silu")("norm-eps", into(options.norm_eps)->value_name("X"),
                                                   "epsilon of the LayerNorms")(
      "pool", into(options.pool)->value_name("NAME"), "token, avg, max or avgmax")(
      "img-size", into(options.img_size)->value_name("N"),
      "evaluate images of N×N pixels; the position embedding is resampled")(
      "mean", rgb("mean", options.mean), "normalisation, of pixels in [0,1]; one number for all channels")(
      "std", rgb("std", options.std), "normalisation, of pixels in [0,1]")(
      "use-ema", po::bool_switch(&options.use_ema),
      "the moving average of the weights that a training checkpoint holds")(
      "key-map", po::value(&options.key_map)->value_name("FILE"),
      "translates tensors' names: a regular expression → replacement a line")(
      "format", po::value(&options.format)->value_name("NAME"),
      "auto (default) or torchscript: any architecture, but code from the file runs");
  return group;
}

}  // namespace vitrobust::eval

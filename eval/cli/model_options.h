#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vitrobust::eval {

/// What run and inspect may be told about a checkpoint, as written; names are looked up later, where the
/// tables are.
struct ModelOptions {
  std::string format = "auto";  ///< or "torchscript"
  bool use_ema = false;
  std::string key_map;
  std::optional<std::string> arch, attention, activation, pool;
  std::optional<std::int64_t> heads, img_size;
  std::optional<double> norm_eps;
  std::optional<std::vector<double>> mean, std;  ///< three numbers each

  /// One line for each value that cannot be.
  [[nodiscard]] std::vector<std::string> model_problems() const;
};

/// The options that fill it.
boost::program_options::options_description model_group(ModelOptions& options);

}  // namespace vitrobust::eval

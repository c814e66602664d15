#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "eval/cli/model_options.h"

namespace vitrobust::eval {

/// How images are corrupted, as written; shared by run and corrupt.
struct CorruptionOptions {
  std::string flavour = "hendrycks";
  std::string params = "auto";
  std::string protocol = "memory";
  std::string rng = "philox";
  std::string frost_dir = {};

  /// One line for each value that does not exist.
  [[nodiscard]] std::vector<std::string> problems(std::int64_t seed) const;
};

/// What `vitrobust run` was asked for, as written: names are looked up later, where the tables are. No
/// LibTorch here, so that --help answers at once.
struct RunOptions : ModelOptions {
  // What to evaluate.
  std::vector<std::string> checkpoints;
  std::string data;
  std::string suite;
  std::vector<std::string> conditions;
  std::string out;
  std::optional<std::int64_t> limit;
  std::int64_t seed = 0;
  CorruptionOptions corruptions;
  std::string perturbation_baseline;
  // How to compute; precision and kernels are kept in the run, the others change no result.
  std::string precision = "fp32";
  std::string kernels = "auto";
  std::string device = "auto";
  std::int64_t batch_size = 0;  ///< 0: chosen from the image size
  std::int64_t threads = 0;     ///< 0: one per core
  // Preprocessing, where it differs from the checkpoint's.
  std::optional<std::string> crop_mode, interpolation;
  std::optional<double> crop_pct;
  std::optional<std::int64_t> resize;
  // What to write besides the report.
  std::string save_inputs;
  std::string save_logits;
  bool dry_run = false;
  std::int64_t save_samples = 4;
  std::vector<std::string> reports;  ///< FORMAT[=FILE], checked
  bool quiet = false;
  bool verbose = false;

  /// Checks ranges and combinations; reports every problem at once. @throws UsageError
  void validate() const;
};

/// @param words the command line after `run`. @throws UsageError
RunOptions parse_run_options(const std::vector<std::string>& words);

struct CorruptOptions {
  std::string data;
  std::vector<std::string> conditions;  ///< empty: every corruption at every severity
  std::string out;
  std::string sheet;
  std::string format = "png";
  std::optional<std::int64_t> limit, img_size;
  std::int64_t seed = 0;
  std::int64_t threads = 0;
  CorruptionOptions corruptions;
  bool quiet = false;
};
CorruptOptions parse_corrupt_options(const std::vector<std::string>& words);

struct DemoOptions {
  std::string out = "out/demo";
  std::int64_t limit = 500;
  std::int64_t threads = 0;
  std::int64_t seed = 0;
  std::vector<std::string> reports;  ///< FORMAT[=FILE], checked
  bool quiet = false;
};
DemoOptions parse_demo_options(const std::vector<std::string>& words);

struct InspectOptions : ModelOptions {
  std::string checkpoint;
  bool json = false;
};
InspectOptions parse_inspect_options(const std::vector<std::string>& words);

struct ListOptions {
  std::string what;  ///< empty: everything
  bool json = false;
};
ListOptions parse_list_options(const std::vector<std::string>& words);

/// The help text of a subcommand, made from the same tables that parse it. @throws UsageError for an unknown
/// one
std::string subcommand_help(const std::string& subcommand);

}  // namespace vitrobust::eval

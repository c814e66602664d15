#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/json.h"
#include "data/dataset.h"
#include "eval/plan.h"
#include "models/load.h"
#include "reports/perturbation_baseline.h"

namespace vitrobust::eval {

/// What is evaluated and how, once every name was looked up.
struct RunSetup {
  const models::CheckpointDescription& model;
  const data::Dataset& dataset;
  /// Asked of the dataset once: for a folder of images it takes a look at every file.
  std::string dataset_fingerprint = {};
  std::span<const PlannedCell> plan = {};
  std::uint64_t samples = 0;  ///< of the dataset, from its first
  std::uint64_t seed = 0;
  std::string precision = {};  ///< "fp32", "fp64", or "bf16": gradients in it, outcomes in float32
  CorruptionSettings corruptions = {};
  /// What a reader should know besides the checkpoint's own notes.
  std::vector<std::string> warnings = {};
  std::int64_t lanes = 1;
  /// What the network computes with; see models::Kernels.
  std::string kernels = "plain";
  /// What a search in bfloat16 computes with; empty without one.
  std::string search_kernels = {};
  /// What the figures of perturbation cells are divided by in the report; changes no outcome.
  std::optional<reports::PerturbationBaseline> perturbation_baseline = {};
};

/// Everything that decides the outcomes, and nothing that does not (batch size, threads, folders): two runs
/// with the same configuration have the same outcomes, so a run directory goes on only under the
/// configuration that made it.
Json make_run_config(const RunSetup& setup);

/// The report's `dataset` block.
Json make_dataset_block(const RunSetup& setup);

/// The report's `tool` block: version, commit, build type and libraries.
Json make_tool_block();

}  // namespace vitrobust::eval

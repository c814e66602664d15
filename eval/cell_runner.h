#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "eval/batch.h"
#include "eval/batch_producer.h"
#include "eval/npy_writer.h"
#include "eval/plan.h"
#include "eval/sample_writer.h"
#include "models/classifier.h"

namespace vitrobust::eval {

/// Where a cell's inputs and logits go when the user asked for them.
struct CellFiles {
  std::optional<NpyWriter> inputs;
  std::optional<NpyWriter> logits;
  std::optional<SampleWriter> samples;
};

/// What evaluates one batch of a cell.
struct CellContext {
  const models::Classifier& classifier;
  const PlannedCell& cell;
  std::uint64_t seed = 0;
};

/// Attacks (if the cell does), classifies and scores one batch. An attack's images are clamped, measured
/// against its threat model and classified again in a separate forward pass: only that pass decides.
/// @param files the batch's inputs and logits are written there at row = sample id
/// @throws Error with ExitCode::cells_failed or InternalError when the cell cannot be trusted; InputError
/// when a disk is full
std::vector<reports::Outcome> evaluate_batch(const CellContext& context, const Batch& batch,
                                             CellFiles& files);

}  // namespace vitrobust::eval

#pragma once

#include <memory>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// The embedded dataset: 32x32 RGB images of the digits 0 to 9 in Hershey fonts on cluttered grounds, drawn
/// when they are asked for. Sample i shows digit i % 10, so every prefix is balanced; 50,000 for training,
/// 10,000 for test, the same on every machine.
/// The spec's place is the split: "train", or "test", which is the default.
/// @throws UsageError for another split and for options
std::unique_ptr<Dataset> open_glyphs(const DatasetSpec& spec);

}  // namespace vitrobust::data

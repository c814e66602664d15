#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>

#include "data/dataset.h"
#include "data/preprocess_config.h"
#include "train/augment.h"

namespace vitrobust::train {

/// Samples first … first+count-1 of a dataset.
struct SampleRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// Labelled images in memory, 8 bits a channel.
struct Samples {
  at::Tensor images;  ///< [N, 3, height, width] uint8
  at::Tensor labels;  ///< [N] int64

  [[nodiscard]] std::int64_t size() const { return labels.defined() ? labels.size(0) : 0; }
};

/// Reads (or renders) and preprocesses a range of a dataset, spread over threads; the result does not depend
/// on their number.
/// @throws InputError when an image cannot be read
Samples load_samples(const data::Dataset& dataset, SampleRange range, const data::PreprocessConfig& config,
                     int threads);

/// Mean and standard deviation of each channel in [0,1], rounded to four decimals.
struct ChannelStatistics {
  std::array<double, 3> mean{};
  std::array<double, 3> std{};
};
ChannelStatistics channel_statistics(const Samples& samples);

/// The images of some samples as floats in [0,1], [n, 3, height, width], as they are.
at::Tensor batch_images(const Samples& samples, std::int64_t first, std::int64_t count);

/// The same for the samples `ids`, augmented for an epoch.
at::Tensor augmented_batch(const Samples& samples, std::span<const std::int64_t> ids,
                           const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch);

}  // namespace vitrobust::train

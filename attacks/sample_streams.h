#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "attacks/active_set.h"
#include "core/random.h"

namespace vitrobust::attacks {

/// One Philox stream per active sample, for attacks that draw at every step: what a sample draws depends on
/// its own stream and on how often it has drawn, never on the batch around it.
class SampleStreams {
 public:
  /// @param key  seed, condition ("attack/square") and restart; sample_ids complete it
  SampleStreams(std::span<const std::uint64_t> sample_ids, StreamKey key);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(sources_.size()); }

  /// Independent signs, +1 or −1 with probability 1/2 each: the bits of as many words of 64 as are needed,
  /// lowest bit first, a set bit +1. Bits that are left over are thrown away.
  /// @param shape  of one sample's draw
  /// @return [size(), shape…] in the dtype
  [[nodiscard]] at::Tensor signs(at::IntArrayRef shape, at::ScalarType dtype);

  /// Uniform on {0, …, bound − 1}, one per sample.
  /// @param bound  at least 1
  /// @return [size()] int64
  [[nodiscard]] at::Tensor integers(std::int64_t bound);

  /// Drops the streams of the samples that left in the last booking.
  void repack(const ActiveSet& active);

 private:
  std::vector<PhiloxSource> sources_;
};

}  // namespace vitrobust::attacks

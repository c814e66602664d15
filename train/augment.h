#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vitrobust::train {

/// Shift and mirror, the augmentation usual for small images (He et al. 2016, section 4.2): a random crop of
/// the zero-padded image is a random shift.
struct AugmentOptions {
  bool flip = false;
  std::int64_t crop_padding = 0;  ///< largest shift, pixels
};

/// What is done to one image in one epoch: mirrored first, then moved `down` and `right` pixels.
struct Augmentation {
  bool mirrored = false;
  std::int64_t down = 0;
  std::int64_t right = 0;

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

/// Drawn from the Philox stream of (seed, epoch, sample), so that it depends on nothing else: neither the
/// batch nor the order nor a resume. Shifts are uniform on {-crop_padding, …, crop_padding}.
Augmentation draw_augmentation(const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch,
                               std::uint64_t sample);

/// Writes the augmented image; zeros where the original ends.
/// @param source, target  [3, height, width] uint8, planes without padding; they must not overlap
void augment(std::span<const std::uint8_t> source, std::span<std::uint8_t> target, std::int64_t height,
             std::int64_t width, const Augmentation& augmentation);

/// The samples 0 … count-1 in the order of an epoch: sorted by a draw from each one's own stream.
std::vector<std::int64_t> epoch_order(std::int64_t count, std::uint64_t seed, std::uint32_t epoch);

}  // namespace vitrobust::train

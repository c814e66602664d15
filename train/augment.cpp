#include "train/augment.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::train {

Augmentation draw_augmentation(const AugmentOptions& options, std::uint64_t seed, std::uint32_t epoch,
                               std::uint64_t sample) {
  PhiloxSource random({.seed = seed, .condition = "train/augment", .sample_id = sample, .restart = epoch});
  const auto span = static_cast<std::uint32_t>(2 * options.crop_padding + 1);
  // All three are drawn whatever the options, so that switching one off leaves the others alone.
  const bool mirrored = random.integer(2) == 1;
  const std::int64_t down = random.integer(span) - options.crop_padding;
  const std::int64_t right = random.integer(span) - options.crop_padding;
  return {.mirrored = options.flip && mirrored, .down = down, .right = right};
}

void augment(std::span<const std::uint8_t> source, std::span<std::uint8_t> target, std::int64_t height,
             std::int64_t width, const Augmentation& augmentation) {
  const auto size = static_cast<std::size_t>(3 * height * width);
  if (source.size() != size || target.size() != size)
    throw InternalError("augment: the images are not [3, height, width]");
  std::fill(target.begin(), target.end(), std::uint8_t{0});
  // Columns of the target that lie inside the moved image.
  const std::int64_t first = std::max<std::int64_t>(0, augmentation.right);
  const std::int64_t last = std::min(width, width + augmentation.right);
  if (first >= last) return;
  for (std::int64_t row = 0; row < 3 * height; ++row) {
    const std::int64_t y = row % height - augmentation.down;
    if (y < 0 || y >= height) continue;
    const std::uint8_t* from = source.data() + (row - augmentation.down) * width;
    std::uint8_t* to = target.data() + row * width;
    const std::int64_t x = first - augmentation.right;
    const std::int64_t count = last - first;
    if (augmentation.mirrored)
      std::reverse_copy(from + width - x - count, from + width - x, to + first);
    else
      std::copy_n(from + x, count, to + first);
  }
}

std::vector<std::int64_t> epoch_order(std::int64_t count, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<double> draws(static_cast<std::size_t>(count));
  for (std::size_t sample = 0; sample < draws.size(); ++sample)
    draws[sample] =
        PhiloxSource({.seed = seed, .condition = "train/order", .sample_id = sample, .restart = epoch})
            .uniform();
  std::vector<std::int64_t> order(draws.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return draws[static_cast<std::size_t>(a)] < draws[static_cast<std::size_t>(b)];
  });
  return order;
}

}  // namespace vitrobust::train

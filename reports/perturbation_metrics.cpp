#include "reports/perturbation_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

constexpr std::string_view kPerturbations[] = {"gaussian_noise", "shot_noise", "motion_blur", "zoom_blur",
                                               "snow",           "brightness", "translate",   "rotate",
                                               "tilt",           "scale"};

/// The mean of compare(one frame, the frame it is compared with, which is earlier) over all pairs.
template <typename Compare>
double mean_over_pairs(std::size_t frames, FramePairs pairs, Compare compare) {
  if (pairs.step < 1) throw InternalError(fmt::format("frames {} apart", pairs.step));
  const std::size_t step = pairs.with_first ? 1 : static_cast<std::size_t>(pairs.step);
  if (frames <= step) throw InternalError("a sequence with no two frames to compare");
  double sum = 0;  // of whole numbers, so exact
  for (std::size_t i = step; i < frames; ++i) sum += compare(i, pairs.with_first ? 0 : i - step);
  return sum / static_cast<double>(frames - step);
}

}  // namespace

std::span<const std::string_view> imagenet_p_perturbations() {
  return kPerturbations;
}

Top5 top5_of(std::span<const double> scores) {
  const auto before = [&](std::size_t a, std::size_t b) {
    if (std::isnan(scores[a]) || std::isnan(scores[b])) return !std::isnan(scores[a]);
    return scores[a] > scores[b];
  };
  std::array<std::size_t, 5> best{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    // Equal scores stay in the order of their classes.
    std::size_t place = count;
    while (place > 0 && before(i, best[place - 1])) --place;
    if (place == best.size()) continue;
    count = std::min(count + 1, best.size());
    for (std::size_t k = count - 1; k > place; --k) best[k] = best[k - 1];
    best[place] = i;
  }
  Top5 classes;
  classes.fill(-1);
  for (std::size_t k = 0; k < count; ++k) classes[k] = static_cast<std::int32_t>(best[k]);
  return classes;
}

double flip_share(std::span<const std::int32_t> predictions, FramePairs pairs) {
  return mean_over_pairs(predictions.size(), pairs, [&](std::size_t i, std::size_t earlier) {
    return predictions[i] != predictions[earlier] ? 1.0 : 0.0;
  });
}

double flip_share(std::span<const Top5> frames, FramePairs pairs) {
  return mean_over_pairs(frames.size(), pairs, [&](std::size_t i, std::size_t earlier) {
    return frames[i][0] != frames[earlier][0] ? 1.0 : 0.0;
  });
}

double top5_distance(const Top5& before, const Top5& after) {
  int sum = 0;
  for (std::size_t rank = 0; rank < before.size() && before[rank] >= 0; ++rank) {
    const auto now = std::ranges::find(after, before[rank]) - after.begin();
    sum += std::abs(static_cast<int>(now) - static_cast<int>(rank));
  }
  return sum;
}

double mean_top5_distance(std::span<const Top5> frames, FramePairs pairs) {
  return mean_over_pairs(frames.size(), pairs, [&](std::size_t i, std::size_t earlier) {
    return top5_distance(frames[earlier], frames[i]);
  });
}

}  // namespace vitrobust::reports

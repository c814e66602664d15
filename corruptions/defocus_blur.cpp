#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/lanes.h"
#include "corruptions/severity.h"
#include "corruptions/weigh_lines.h"

namespace vitrobust::corruptions {
namespace {

struct Defocus {
  double radius;
  /// Standard deviation of the Gaussian that smooths the disk's edge.
  double smoothing;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `defocus_blur`.
constexpr SeverityTable<Defocus> kDefocus{.imagenet = {{{3, .1}, {4, .5}, {6, .5}, {8, .5}, {10, .5}}},
                                          .cifar = {{{.3, .4}, {.4, .5}, {.5, .6}, {1, .2}, {1.5, .1}}},
                                          .tiny = {{{.5, .6}, {1, .1}, {1.5, .1}, {2.5, .01}, {3, .1}}},
                                          .inception299 = {{{4, .1}, {5, .5}, {7, .5}, {10, .5}, {12, .5}}}};

/// The border pixel is not repeated.
std::size_t reflect(std::ptrdiff_t at, std::ptrdiff_t size) {
  if (size == 1) return 0;
  while (at < 0 || at >= size) at = at < 0 ? -at : 2 * size - 2 - at;
  return static_cast<std::size_t>(at);
}

/// A square of weights, (2·reach + 1)².
struct Kernel {
  std::ptrdiff_t reach;
  std::vector<float> weights;
  [[nodiscard]] std::ptrdiff_t side() const { return 2 * reach + 1; }
};

/// Smooths along one axis of the square with `taps`[k] at distance k, from the centre outwards or, if
/// `centre_last`, inwards. Multiply-adds are fused, as in OpenCV on the processors of our day.
void smooth(Kernel& kernel, std::ptrdiff_t step, const std::vector<float>& taps, bool centre_last) {
  const std::vector<float> source = kernel.weights;
  const std::ptrdiff_t side = kernel.side();
  for (std::ptrdiff_t i = 0; i < side * side; ++i) {
    const std::ptrdiff_t along = i / step % side;
    const auto at = [&](std::ptrdiff_t offset) {
      const auto there = static_cast<std::ptrdiff_t>(reflect(along + offset, side));
      return source[static_cast<std::size_t>(i + (there - along) * step)];
    };
    float sum = 0;
    if (centre_last) {
      sum = std::fma(at(0), taps[0], (at(-1) + at(1)) * taps[1]);
    } else {
      sum = at(0) * taps[0];
      for (std::size_t k = 1; k < taps.size(); ++k) {
        const auto offset = static_cast<std::ptrdiff_t>(k);
        sum = std::fma(at(-offset) + at(offset), taps[k], sum);
      }
    }
    kernel.weights[static_cast<std::size_t>(i)] = sum;
  }
}

/// The reference's disk with a smoothed edge. It is not normalised again: where the disk touches the border of
/// its square, the sum of the weights is 1.01.
Kernel make_kernel(const Defocus& defocus) {
  const bool small = defocus.radius <= 8;
  Kernel kernel{.reach = small ? 8 : static_cast<std::ptrdiff_t>(defocus.radius), .weights = {}};
  float count = 0;
  for (std::ptrdiff_t y = -kernel.reach; y <= kernel.reach; ++y) {
    for (std::ptrdiff_t x = -kernel.reach; x <= kernel.reach; ++x) {
      const bool inside = static_cast<double>(x * x + y * y) <= defocus.radius * defocus.radius;
      kernel.weights.push_back(inside ? 1 : 0);
      count += inside ? 1 : 0;
    }
  }
  for (float& weight : kernel.weights) weight /= count;

  std::vector<double> gaussian;
  double sum = 0;
  for (int k = 0; k <= (small ? 1 : 2); ++k) {
    gaussian.push_back(std::exp(-k * k / (2 * defocus.smoothing * defocus.smoothing)));
    sum += k == 0 ? gaussian.back() : 2 * gaussian.back();
  }
  std::vector<float> taps;
  for (const double value : gaussian) taps.push_back(static_cast<float>(value / sum));
  smooth(kernel, 1, taps, small);
  smooth(kernel, kernel.side(), taps, false);
  return kernel;
}

/// Taps of one weight, so few that the sum of their bytes fits into 16 bits.
struct TapGroup {
  double weight = 0;
  /// (dy, dx) from the centre, each for all that mirroring at both axes makes of it.
  std::vector<std::pair<std::size_t, std::size_t>> distances;
};

std::vector<TapGroup> group_taps(const Kernel& kernel) {
  // Far below the last bit of any sum.
  constexpr float kNothing = 1e-20F;
  constexpr std::size_t kMost = 257;
  struct Group {
    TapGroup group;
    std::size_t taps = 0;
  };
  std::vector<TapGroup> full;
  std::map<float, Group> by_weight;
  const auto reach = static_cast<std::size_t>(kernel.reach);
  for (std::size_t dy = 0; dy <= reach; ++dy) {
    for (std::size_t dx = 0; dx <= reach; ++dx) {
      const float weight = kernel.weights[(reach + dy) * (2 * reach + 1) + reach + dx];
      if (weight < kNothing) continue;
      auto& [group, taps] = by_weight[weight];
      const std::size_t more = (dy == 0 ? 1U : 2U) * (dx == 0 ? 1U : 2U);
      if (taps + more > kMost) {
        full.push_back(std::exchange(group, {}));
        taps = 0;
      }
      taps += more;
      group.weight = static_cast<double>(weight);
      group.distances.emplace_back(dy, dx);
    }
  }
  for (auto& [weight, group] : by_weight) full.push_back(std::move(group.group));
  return full;
}

/// What the sums of one weight are made of: lines to be added two by two.
using LinePairs = std::vector<std::array<const std::uint16_t*, 2>>;

/// So many values are summed at a time: enough to outweigh the many short loops, few enough for registers.
constexpr std::size_t kPiece = 96;

/// Bytes are summed exactly per weight, so that only the few weights are multiplied: sums[g * kPiece + j] is
/// the sum of group g at value first + j.
VITROBUST_VECTORIZE
void sum_groups(const std::vector<LinePairs>& groups, std::size_t first, double* sums) {
  for (const LinePairs& pairs : groups) {
    std::uint16_t sum[kPiece];
    const std::uint16_t* left = pairs[0][0] + first;
    const std::uint16_t* right = pairs[0][1] + first;
    for (std::size_t j = 0; j < kPiece; ++j) sum[j] = static_cast<std::uint16_t>(left[j] + right[j]);
    for (std::size_t k = 1; k < pairs.size(); ++k) {
      left = pairs[k][0] + first;
      right = pairs[k][1] + first;
      pin(left);
      for (std::size_t j = 0; j < kPiece; ++j) sum[j] = static_cast<std::uint16_t>(sum[j] + left[j] + right[j]);
    }
    for (std::size_t j = 0; j < kPiece; ++j) sums[j] = sum[j];
    sums += kPiece;
  }
}

VITROBUST_VECTORIZE
void to_bytes(const double* levels, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<int>(levels[i] > 255.0 ? 255.0 : levels[i]));
}

VITROBUST_VECTORIZE
void add_rows(const std::uint16_t* a, const std::uint16_t* b, std::size_t size, std::uint16_t* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint16_t>(a[i] + b[i]);
}

VITROBUST_VECTORIZE
void widen(const std::uint8_t* bytes, std::size_t size, std::uint16_t* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = bytes[i];
}

/// The rows of an image, `stride` values apart, with `reach` reflected pixels at both ends.
std::vector<std::uint16_t> pad_rows(const data::Image& image, std::size_t reach, std::size_t stride) {
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  std::vector<std::uint16_t> padded(static_cast<std::size_t>(image.height) * stride);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    const std::uint8_t* const bytes = image.pixels.data() + y * line;
    std::uint16_t* const row = padded.data() + y * stride;
    widen(bytes, line, row + 3 * reach);
    for (std::size_t k = 1; k <= reach; ++k) {
      const auto beyond = static_cast<std::ptrdiff_t>(k);
      const std::uint8_t* const left = bytes + 3 * reflect(-beyond, image.width);
      const std::uint8_t* const right = bytes + 3 * reflect(image.width - 1 + beyond, image.width);
      std::copy_n(left, 3, row + 3 * (reach - k));
      std::copy_n(right, 3, row + 3 * (reach - 1 + k) + line);
    }
  }
  return padded;
}

}  // namespace

data::Image defocus_blur(const data::Image& image, const CorruptionContext& context) {
  const std::vector<TapGroup> taps = group_taps(make_kernel(parameters_for(kDefocus, context)));
  std::size_t reach = 0;
  for (const TapGroup& group : taps)
    for (const auto& [dy, dx] : group.distances) reach = std::max({reach, dy, dx});
  const auto height = static_cast<std::size_t>(image.height);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  const std::size_t pieces = (line + kPiece - 1) / kPiece * kPiece;

  // With room for a last piece.
  const std::size_t stride = pieces + 6 * reach;
  const std::vector<std::uint16_t> padded = pad_rows(image, reach, stride);
  // folded[k]: the rows k above and k below, added.
  std::vector<std::vector<std::uint16_t>> folded(reach + 1, std::vector<std::uint16_t>(stride));
  // What stands alone is paired with nothing.
  const std::vector<std::uint16_t> nothing(stride);
  std::vector<LinePairs> groups;
  for (const TapGroup& group : taps) {
    LinePairs pairs;
    for (const auto& [dy, dx] : group.distances) {
      const std::uint16_t* centre = folded[dy].data() + 3 * reach;
      if (dx == 0)
        pairs.push_back({centre, nothing.data()});
      else
        pairs.push_back({centre - 3 * dx, centre + 3 * dx});
    }
    groups.push_back(std::move(pairs));
  }
  std::vector<double> sums(groups.size() * kPiece);
  std::vector<const double*> sums_of;
  std::vector<double> weights;
  for (const TapGroup& group : taps) {
    sums_of.push_back(sums.data() + sums_of.size() * kPiece);
    weights.push_back(group.weight);
  }
  std::vector<double> filtered(pieces);
  data::Image result(image.height, image.width);
  for (std::size_t y = 0; y < height; ++y) {
    const auto row = [&](std::ptrdiff_t dy) {
      return padded.data() + reflect(static_cast<std::ptrdiff_t>(y) + dy, image.height) * stride;
    };
    std::copy_n(row(0), stride, folded[0].begin());
    for (std::size_t k = 1; k <= reach; ++k)
      add_rows(row(-static_cast<std::ptrdiff_t>(k)), row(static_cast<std::ptrdiff_t>(k)), stride, folded[k].data());
    for (std::size_t i = 0; i < pieces; i += kPiece) {
      sum_groups(groups, i, sums.data());
      weigh_lines(filtered.data() + i, kPiece, sums_of.data(), weights.data(), weights.size());
    }
    to_bytes(filtered.data(), line, result.pixels.data() + y * line);
  }
  return result;
}

}  // namespace vitrobust::corruptions

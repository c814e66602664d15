#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/defocus_kernel.h"
#include "corruptions/functions.h"
#include "corruptions/lanes.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `defocus_blur`.
constexpr SeverityTable<Defocus> kDefocus{.imagenet = {{{3, .1}, {4, .5}, {6, .5}, {8, .5}, {10, .5}}},
                                          .cifar = {{{.3, .4}, {.4, .5}, {.5, .6}, {1, .2}, {1.5, .1}}},
                                          .tiny = {{{.5, .6}, {1, .1}, {1.5, .1}, {2.5, .01}, {3, .1}}},
                                          .inception299 = {{{4, .1}, {5, .5}, {7, .5}, {10, .5}, {12, .5}}}};

/// Taps of one weight, so few that the sum of their bytes fits into 16 bits.
struct TapGroup {
  double weight = 0;
  /// (dy, dx) from the centre, each for all that mirroring at both axes makes of it.
  std::vector<std::pair<std::size_t, std::size_t>> distances;
};

std::vector<TapGroup> group_taps(const DefocusKernel& kernel) {
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

/// So many values are summed at a time; lines are read and written in such pieces.
constexpr std::size_t kPiece = 32;

/// kPiece values from `first` on. Bytes are summed exactly per weight, so that only the few weights are
/// multiplied, and their order is all that rounding depends on.
VITROBUST_VECTORIZE
void weigh_groups(const std::vector<LinePairs>& groups, const double* weights, std::size_t first,
                  double* out) {
  double totals[kPiece] = {};
  for (const LinePairs& pairs : groups) {
    std::uint16_t sum[kPiece];
    const std::uint16_t* left = pairs[0][0] + first;
    const std::uint16_t* right = pairs[0][1] + first;
    for (std::size_t j = 0; j < kPiece; ++j) sum[j] = static_cast<std::uint16_t>(left[j] + right[j]);
    for (std::size_t k = 1; k < pairs.size(); ++k) {
      left = pairs[k][0] + first;
      right = pairs[k][1] + first;
      pin(left);
      for (std::size_t j = 0; j < kPiece; ++j)
        sum[j] = static_cast<std::uint16_t>(sum[j] + left[j] + right[j]);
    }
    const double weight = *weights++;
    for (std::size_t j = 0; j < kPiece; ++j) totals[j] += weight * sum[j];
  }
  for (std::size_t j = 0; j < kPiece; ++j) out[j] = totals[j];
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
  const std::vector<TapGroup> taps = group_taps(defocus_kernel(parameters_for(kDefocus, context)));
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
  std::vector<double> weights;
  for (const TapGroup& group : taps) weights.push_back(group.weight);
  std::vector<double> filtered(pieces);
  data::Image result(image.height, image.width);
  for (std::size_t y = 0; y < height; ++y) {
    const auto row = [&](std::ptrdiff_t dy) {
      return padded.data() + reflect(static_cast<std::ptrdiff_t>(y) + dy, image.height) * stride;
    };
    std::copy_n(row(0), stride, folded[0].begin());
    for (std::size_t k = 1; k <= reach; ++k)
      add_rows(row(-static_cast<std::ptrdiff_t>(k)), row(static_cast<std::ptrdiff_t>(k)), stride,
               folded[k].data());
    for (std::size_t i = 0; i < pieces; i += kPiece) {
      weigh_groups(groups, weights.data(), i, filtered.data() + i);
    }
    to_bytes(filtered.data(), line, result.pixels.data() + y * line);
  }
  return result;
}

}  // namespace vitrobust::corruptions

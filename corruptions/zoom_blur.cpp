#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/severity.h"
#include "corruptions/zoom.h"

namespace vitrobust::corruptions {
namespace {

struct Zooms {
  double step;
  int count;
};

/// Factors 1, 1 + step, …: `np.arange` includes one more than its bounds suggest where the sum rounds down.
/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `zoom_blur`.
constexpr SeverityTable<Zooms> kZooms{
    .imagenet = {{{.01, 12}, {.01, 16}, {.02, 11}, {.02, 13}, {.03, 11}}},
    .cifar = {{{.01, 7}, {.01, 12}, {.01, 16}, {.01, 21}, {.01, 26}}},
    .tiny = {{{.01, 7}, {.01, 12}, {.01, 16}, {.01, 21}, {.01, 26}}},
    .inception299 = {{{.01, 12}, {.01, 16}, {.02, 11}, {.02, 13}, {.03, 11}}}};

/// sums += the mean of two rows so weighted; the layer is float32, as is the sum.
VITROBUST_VECTORIZE
void add_mixed(const double* __restrict a, const double* __restrict b, double weight_a, double weight_b,
               std::size_t size, float* __restrict sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] += static_cast<float>(a[i] * weight_a + b[i] * weight_b);
}

VITROBUST_VECTORIZE
void finish(const float* __restrict sums, const double* __restrict units, std::size_t size, float layers,
            std::uint8_t* __restrict out) {
  for (std::size_t i = 0; i < size; ++i) {
    const float mean = (static_cast<float>(units[i]) + sums[i]) / layers;
    out[i] = static_cast<std::uint8_t>(static_cast<int>((mean > 1.0F ? 1.0F : mean) * 255.0F));
  }
}

/// An axis cut back to its size: hendrycks trims both ends, imagecorruptions the far one.
ZoomAxis layer_axis(int size, double factor, Flavour flavour) {
  ZoomAxis axis = zoom_axis(size, factor);
  const auto wanted = static_cast<std::size_t>(size);
  axis.keep(flavour == Flavour::hendrycks ? (axis.size() - wanted) / 2 : 0, wanted);
  return axis;
}

}  // namespace

data::Image zoom_blur(const data::Image& image, const CorruptionContext& context) {
  const Zooms& zooms = parameters_for(kZooms, context);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  std::vector<double> units(image.pixels.size() + 1);
  std::transform(image.pixels.begin(), image.pixels.end(), units.begin(),
                 [](std::uint8_t value) { return static_cast<double>(static_cast<float>(value / 255.0)); });
  std::vector<float> sums(image.pixels.size());
  // hendrycks' code takes squares only; its natural extension treats both axes alike.
  const double step = (1 + zooms.step) - 1;  // as arange computes it
  for (int i = 0; i < zooms.count; ++i) {
    const double factor = 1 + i * step;
    const ZoomAxis rows = layer_axis(image.height, factor, context.flavour);
    const ZoomAxis columns = layer_axis(image.width, factor, context.flavour);
    ZoomedRows zoomed(units, image.width, 3, columns);
    for (std::size_t y = 0; y < rows.size(); ++y) {
      const double* before = zoomed.row(rows.before[y]);
      const double* after = zoomed.row(rows.after[y]);
      add_mixed(before, after, rows.weights[y][0], rows.weights[y][1], line, sums.data() + y * line);
    }
  }
  data::Image result(image.height, image.width);
  // The image itself counts once more than as the layer of factor 1.
  finish(sums.data(), units.data(), sums.size(), static_cast<float>(zooms.count + 1), result.pixels.data());
  return result;
}

}  // namespace vitrobust::corruptions

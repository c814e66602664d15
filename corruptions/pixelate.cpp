#include <algorithm>
#include <cstring>
#include <vector>

#include "corruptions/functions.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Factor of the size in between. hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py,
/// make_tinyimagenet_c.py, make_imagenet_c_inception.py, `pixelate`.
constexpr SeverityTable<double> kFactor{.imagenet = {.6, .5, .4, .3, .25},
                                        .cifar = {.95, .9, .85, .75, .65},
                                        .tiny = {.9, .8, .7, .6, .5},
                                        .inception299 = {.5, .4, .3, .25, .2}};

/// Pillow's arithmetic: weights of 22 binary places, the result rounded to 8 bits after each axis. A cell has
/// nine pixels at most, too few for the rounded weights to pass 255.
constexpr int kPlaces = 22;

std::uint8_t mean_of(std::uint32_t sum, std::uint32_t weight) {
  return static_cast<std::uint8_t>((sum * weight + (1U << (kPlaces - 1))) >> kPlaces);
}

/// The source pixels whose mean is one pixel of the small image, along one axis.
struct Cell {
  int first = 0;
  int count = 0;
  /// Of each of them, in units of 2^-kPlaces.
  std::uint32_t weight = 0;
};

/// Pillow's box filter for `in` pixels that become fewer: whole pixels, of equal weight.
std::vector<Cell> shrink(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  std::vector<Cell> cells(static_cast<std::size_t>(out));
  for (int i = 0; i < out; ++i) {
    Cell& cell = cells[static_cast<std::size_t>(i)];
    const double centre = (i + 0.5) * scale;
    const int begin = std::max(0, static_cast<int>(centre - 0.5 * scale + 0.5));
    const int end = std::min(in, static_cast<int>(centre + 0.5 * scale + 0.5));
    for (int source = begin; source < end; ++source) {
      const double distance = (source - centre + 0.5) * (1.0 / scale);
      if (distance <= -0.5 || distance > 0.5) continue;
      if (cell.count == 0) cell.first = source;
      ++cell.count;
    }
    cell.weight = static_cast<std::uint32_t>(1.0 / cell.count * (1 << kPlaces) + 0.5);
  }
  return cells;
}

/// For each of `out` pixels the one of the `in` small pixels that it repeats.
std::vector<int> enlarge(int in, int out, Flavour flavour) {
  const double scale = static_cast<double>(in) / out;
  std::vector<int> sources(static_cast<std::size_t>(out));
  // hendrycks enlarges with Pillow's box filter, imagecorruptions with its nearest neighbour, which adds the
  // scale up: where a centre meets an edge, rounding decides.
  double position = 0.5 * scale;
  for (int i = 0; i < out; ++i, position += scale) {
    const double centre = flavour == Flavour::hendrycks ? (i + 0.5) * scale : position;
    sources[static_cast<std::size_t>(i)] = std::min(static_cast<int>(centre), in - 1);
  }
  return sources;
}

/// The means along one row of the image.
void shrink_row(const std::uint8_t* in, const std::vector<Cell>& cells, std::uint8_t* out) {
  for (const Cell& cell : cells) {
    const std::uint8_t* pixel = in + 3 * static_cast<std::size_t>(cell.first);
    std::uint32_t sums[3] = {};
    for (int i = 0; i < cell.count; ++i, pixel += 3)
      for (std::size_t c = 0; c < 3; ++c) sums[c] += pixel[c];
    for (const std::uint32_t sum : sums) *out++ = mean_of(sum, cell.weight);
  }
}

}  // namespace

data::Image pixelate(const data::Image& image, const CorruptionContext& context) {
  const double factor = parameters_for(kFactor, context);
  // The reference fails where nothing would be left; here a pixel stays.
  const int height = std::max(1, static_cast<int>(image.height * factor));
  const int width = std::max(1, static_cast<int>(image.width * factor));
  const std::vector<Cell> columns = shrink(image.width, width);
  const std::vector<Cell> rows = shrink(image.height, height);
  const std::vector<int> source_columns = enlarge(width, image.width, context.flavour);
  const std::vector<int> source_rows = enlarge(height, image.height, context.flavour);

  data::Image result(image.height, image.width);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  std::vector<std::uint8_t> means(static_cast<std::size_t>(width) * 3);
  std::vector<std::uint32_t> sums(means.size());
  for (std::size_t y = 0; y < source_rows.size(); ++y) {
    std::uint8_t* out = result.pixels.data() + y * line;
    if (y > 0 && source_rows[y] == source_rows[y - 1]) {
      std::memcpy(out, out - line, line);
      continue;
    }
    const Cell& row = rows[static_cast<std::size_t>(source_rows[y])];
    std::fill(sums.begin(), sums.end(), 0U);
    for (int i = 0; i < row.count; ++i) {
      shrink_row(image.pixels.data() + static_cast<std::size_t>(row.first + i) * line, columns, means.data());
      for (std::size_t x = 0; x < means.size(); ++x) sums[x] += means[x];
    }
    for (std::size_t x = 0; x < means.size(); ++x) means[x] = mean_of(sums[x], row.weight);
    for (const int source : source_columns) {
      std::copy_n(means.data() + 3 * static_cast<std::size_t>(source), 3, out);
      out += 3;
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions

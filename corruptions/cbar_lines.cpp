#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {}, .cifar = {{.5, 1, 1.5, 2, 2.5}}};

constexpr double kGrey = 128;

struct Point {
  int row;
  int column;
};

/// Draws anti-aliased lines (Zingl, "A rasterizing algorithm for drawing curves", 2012), as
/// `skimage.draw.line_aa` does, in grey.
class Pen {
 public:
  explicit Pen(data::Image& image) : image_(image) {}

  void draw(Point from, Point to) {
    dots_.clear();
    trace(from, to);
    // A pixel may be met twice; then the last value counts, and all are blended with what was there before.
    for (Dot& dot : dots_)
      for (std::size_t c = 0; c < 3; ++c)
        dot.colour[c] =
            to_level((1 - dot.cover) * static_cast<double>(image_.pixels[dot.at + c]) + dot.cover * kGrey);
    for (const Dot& dot : dots_)
      std::copy_n(dot.colour.begin(), 3, image_.pixels.begin() + static_cast<std::ptrdiff_t>(dot.at));
  }

 private:
  struct Dot {
    std::size_t at;
    double cover;
    std::array<std::uint8_t, 3> colour;
  };

  void dot(int row, int column, int distance, float length) {
    if (row < 0 || column < 0 || row >= image_.height || column >= image_.width) return;
    const std::size_t pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(image_.width) +
                              static_cast<std::size_t>(column);
    dots_.push_back({3 * pixel, 1 - std::abs(distance) / static_cast<double>(length), {}});
  }

  void trace(Point now, Point to) {
    const int columns = std::abs(now.column - to.column);
    const int rows = std::abs(now.row - to.row);
    const int column_step = now.column < to.column ? 1 : -1;
    const int row_step = now.row < to.row ? 1 : -1;
    const double square = static_cast<double>(columns) * columns + static_cast<double>(rows) * rows;
    const auto length = static_cast<float>(square == 0 ? 1 : std::sqrt(square));
    int error = columns - rows;
    for (;;) {
      dot(now.row, now.column, error - columns + rows, length);
      const int before = error;
      const int column = now.column;
      if (2 * before >= -columns) {
        if (now.column == to.column) return;
        if (static_cast<float>(before + rows) < length)
          dot(now.row + row_step, now.column, before + rows, length);
        error -= rows;
        now.column += column_step;
      }
      if (2 * before <= rows) {
        if (now.row == to.row) return;
        if (static_cast<float>(columns - before) < length)
          dot(now.row, column + column_step, columns - before, length);
        error += columns;
        now.row += row_step;
      }
    }
  }

  data::Image& image_;
  std::vector<Dot> dots_;
};

}  // namespace

/// The longer side scales the lines and their number, so that they cross the image.
data::Image lines(const data::Image& image, const CorruptionContext& context) {
  using std::numbers::pi;
  const double side = std::max(image.height, image.width);
  const int count = static_cast<int>(parameter_at(level_for(kLevels, context), 1) * side);
  const double angle = context.random.uniform(0, 2 * pi);
  const double spread = context.random.uniform(0.1, 1);
  RandomSource& random = context.random.nested();
  data::Image result = image;
  Pen pen(result);
  for (int i = 0; i < count; ++i) {
    const double row = image.height * random.uniform();
    const double column = image.width * random.uniform();
    const double direction = angle + 2 * pi * spread * (random.uniform() - 0.5);
    const double down = std::cos(direction) * side;
    const double right = std::sin(direction) * side;
    pen.draw({static_cast<int>(row - down), static_cast<int>(column - right)},
             {static_cast<int>(row + down), static_cast<int>(column + right)});
  }
  return result;
}

}  // namespace vitrobust::corruptions

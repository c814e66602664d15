#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {{4.6, 5.2, 5.8, 7.6, 8.8}}, .cifar = {}};

constexpr std::uint32_t kCells = 256;
constexpr std::size_t kOctaves = 5;

struct Gradient {
  double y = 0;
  double x = 0;
};

/// A lattice of 256 x 256 random directions that repeats (Perlin, "An image synthesizer", SIGGRAPH 1985).
class Lattice {
 public:
  explicit Lattice(RandomSource& random) {
    // The reference draws as many again, and two more, which it then overwrites.
    std::array<Gradient, 2 * kCells + 2> drawn;
    for (Gradient& gradient : drawn) gradient = draw_direction(random);
    std::copy_n(drawn.begin(), kCells, gradients_.begin());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    for (std::size_t i = kCells; i-- > 0;) std::swap(order_[i], order_[draw_word(random) % kCells]);
  }

  /// The direction at row and column, below 256.
  [[nodiscard]] const Gradient& at(std::size_t row, std::size_t column) const {
    return gradients_[order_[(order_[row] + column) % kCells]];
  }

 private:
  static std::uint32_t draw_word(RandomSource& random) { return random.integer(std::uint32_t{1} << 31); }

  static Gradient draw_direction(RandomSource& random) {
    const auto component = [&random] {
      return (static_cast<double>(draw_word(random) % (2 * kCells)) - kCells) / kCells;
    };
    Gradient gradient;
    gradient.y = component();
    gradient.x = component();
    const double norm = std::sqrt(gradient.y * gradient.y + gradient.x * gradient.x);
    // Zero has no direction: it stays zero, where the reference would have no number.
    if (norm > 0) gradient = {gradient.y / norm, gradient.x / norm};
    return gradient;
  }

  std::array<Gradient, kCells> gradients_{};
  std::array<std::size_t, kCells> order_{};
};

/// Where a row or column lies in the lattice.
struct Position {
  std::size_t cell;
  std::size_t next;
  double offset;
  /// The offset, eased in and out.
  double blend;
};

std::vector<Position> positions(int count, double step) {
  std::vector<Position> result;
  result.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    // The reference moves the origin and loses the last bits.
    const double t = i * step + 16 * kCells;
    const auto cell = static_cast<std::size_t>(t);
    const double offset = std::fmod(t, 1.0);
    result.push_back({cell % kCells, (cell + 1) % kCells, offset, offset * offset * (3 - 2 * offset)});
  }
  return result;
}

double noise_at(const Lattice& lattice, const Position& y, const Position& x) {
  const auto slope = [](const Gradient& gradient, double dy, double dx) {
    return dy * gradient.y + dx * gradient.x;
  };
  double u = slope(lattice.at(y.cell, x.cell), y.offset, x.offset);
  double v = slope(lattice.at(y.next, x.cell), y.offset - 1, x.offset);
  const double a = u + y.blend * (v - u);
  u = slope(lattice.at(y.cell, x.next), y.offset, x.offset - 1);
  v = slope(lattice.at(y.next, x.next), y.offset - 1, x.offset - 1);
  const double b = u + y.blend * (v - u);
  return 1.5 * (a + x.blend * (b - a));
}

}  // namespace

data::Image perlin_noise(const data::Image& image, const CorruptionContext& context) {
  const double alpha = parameter_at(level_for(kLevels, context), 0.5);
  const Lattice lattice(context.random.nested());
  const double step = 1 / (32 * shorter_side(image) / 224);
  std::array<std::vector<Position>, kOctaves> rows;
  std::array<std::vector<Position>, kOctaves> columns;
  for (std::size_t octave = 0; octave < kOctaves; ++octave) {
    rows[octave] = positions(image.height, step * (1 << octave));
    columns[octave] = positions(image.width, step * (1 << octave));
  }
  const auto turbulence = [&](int y, int x) {
    double sum = 0;
    for (std::size_t octave = 0; octave < kOctaves; ++octave)
      sum += std::abs(noise_at(lattice, rows[octave][static_cast<std::size_t>(y)],
                               columns[octave][static_cast<std::size_t>(x)])) /
             (1 << octave);
    return 255 * alpha * std::clamp(0.5 * sum + 0.5, 0.0, 1.0);
  };
  const auto kept = static_cast<float>(1 - alpha);
  return change_pixels(image, turbulence, [kept](std::uint8_t pixel, double noise) {
    return to_level(static_cast<double>(kept * static_cast<float>(pixel)) + noise);
  });
}

}  // namespace vitrobust::corruptions

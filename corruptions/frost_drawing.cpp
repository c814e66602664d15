#include "corruptions/frost_drawing.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"
#include "corruptions/plasma.h"

namespace vitrobust::corruptions {
namespace {

/// What makes one picture differ from the next.
struct Style {
  int height;
  int width;
  /// Feathers per 10,000 pixels, and their length in pixels.
  double feathers;
  double length;
  /// Between a stem and its side branches; 60° in a crystal of ice.
  double branch_angle;
  /// Brightness of the bare pane, and what its clouds add at most.
  double pane;
  double clouds;
};

constexpr double kSixty = std::numbers::pi / 3;
constexpr Style kStyles[FrostTextures::kCount] = {{600, 900, 6.5, 180, kSixty, 32, 80},
                                                  {315, 560, 14, 90, kSixty * 0.8, 55, 85},
                                                  {315, 560, 18, 70, kSixty, 48, 80},
                                                  {350, 527, 10, 140, kSixty * 0.6, 40, 80},
                                                  {495, 660, 22, 70, kSixty * 0.9, 40, 80}};

/// Brightness of the ice in [0, 1].
class Pane {
 public:
  Pane(int height, int width)
      : height_(height),
        width_(width),
        ice_(static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {}

  [[nodiscard]] float ice(std::size_t i) const { return ice_[i]; }

  /// A needle from (y, x), fading from `light` at its foot and as thin as `breadth` pixels.
  void draw_needle(double y, double x, double dy, double dx, double length, double light, double breadth) {
    const auto steps = static_cast<int>(length) + 1;
    for (int step = 0; step <= steps; ++step) {
      const double along = static_cast<double>(step) / steps;
      const double here = light * (1 - 0.6 * along);
      const double half = breadth * (1 - 0.7 * along);
      stamp(y + dy * length * along, x + dx * length * along, here, half);
    }
  }

 private:
  void stamp(double y, double x, double light, double half) {
    const int top = std::max(0, static_cast<int>(std::ceil(y - half)));
    const int bottom = std::min(height_ - 1, static_cast<int>(std::floor(y + half)));
    const int left = std::max(0, static_cast<int>(std::ceil(x - half)));
    const int right = std::min(width_ - 1, static_cast<int>(std::floor(x + half)));
    for (int row = top; row <= bottom; ++row) {
      for (int column = left; column <= right; ++column) {
        const double distance = std::max(std::abs(row - y), std::abs(column - x));
        const auto value = static_cast<float>(light * (1 - distance / half));
        float& ice = ice_[static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
                          static_cast<std::size_t>(column)];
        ice = std::max(ice, value);
      }
    }
  }

  int height_;
  int width_;
  std::vector<float> ice_;
};

/// A stem that bends a little, with needles on both sides that carry needles themselves.
void draw_feather(Pane& pane, const Style& style, RandomSource& random) {
  double y = random.uniform(-0.05, 1.05) * style.height;
  double x = random.uniform(-0.05, 1.05) * style.width;
  double angle = random.uniform(0, 2 * std::numbers::pi);
  const double bend = random.uniform(-0.012, 0.012);
  const double length = style.length * random.uniform(0.35, 1);
  const double light = random.uniform(0.55, 1);
  constexpr double kStep = 4;
  for (double at = 0; at < length; at += kStep) {
    const double left = 1 - at / length;
    pane.draw_needle(y, x, std::sin(angle), std::cos(angle), kStep, light, 1 + 1.2 * left);
    for (const double side : {-1.0, 1.0}) {
      const double branch = angle + side * style.branch_angle * random.uniform(0.9, 1.1);
      const double branch_length = length * 0.3 * std::sqrt(left) * random.uniform(0.3, 1);
      const double dy = std::sin(branch);
      const double dx = std::cos(branch);
      pane.draw_needle(y, x, dy, dx, branch_length, light * 0.85, 1.3);
      const double twig = branch - side * style.branch_angle;
      for (double on = 5; on < branch_length; on += 5)
        pane.draw_needle(y + dy * on, x + dx * on, std::sin(twig), std::cos(twig),
                         (branch_length - on) * random.uniform(0.2, 0.5), light * 0.6, 1.1);
    }
    y += std::sin(angle) * kStep;
    x += std::cos(angle) * kStep;
    angle += bend * kStep;
  }
}

std::uint8_t level(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

data::Image draw(const Style& style, RandomSource& random) {
  Pane pane(style.height, style.width);
  const int feathers = static_cast<int>(style.feathers * style.height * style.width / 10000);
  for (int i = 0; i < feathers; ++i) draw_feather(pane, style, random);
  const int side = std::max(style.height, style.width);
  // Clouds come from a torus: half a map is enough, wrapped.
  const auto map = static_cast<int>(std::bit_floor(static_cast<unsigned>(side)));
  const Plasma clouds(map, 1.5, random);
  std::vector<double> row(static_cast<std::size_t>(map));
  data::Image image(style.height, style.width);
  std::size_t i = 0;
  for (int y = 0; y < style.height; ++y) {
    clouds.row(y % map, row);
    for (int x = 0; x < style.width; ++x, ++i) {
      const double height =
          (row[static_cast<std::size_t>(x % map)] - clouds.lowest()) / (clouds.highest() - clouds.lowest());
      const double ice = static_cast<double>(pane.ice(i));
      const double light = style.pane + style.clouds * height + ice * (90 + 110 * height);
      // Ice on a window is a little blue.
      image.pixels[3 * i] = level(light * 0.9);
      image.pixels[3 * i + 1] = level(light * 0.97);
      image.pixels[3 * i + 2] = level(light * 1.06);
    }
  }
  return image;
}

}  // namespace

FrostTextures::Images draw_frost() {
  FrostTextures::Images images;
  for (std::size_t i = 0; i < images.size(); ++i) {
    PhiloxSource random({.seed = 0, .condition = "corruptions/frost texture", .sample_id = i, .restart = 0});
    images[i] = draw(kStyles[i], random);
  }
  return images;
}

}  // namespace vitrobust::corruptions

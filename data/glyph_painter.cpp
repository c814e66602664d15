#include "data/glyph_painter.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "core/random.h"
#include "data/glyph_mask.h"

namespace vitrobust::data {
namespace {

/// Everything is drawn three times as large and averaged down.
constexpr int kOversampling = 3;
constexpr int kCanvas = kGlyphSide * kOversampling;

using Colour = cv::Vec3b;

int luma(const Colour& colour) {
  return (77 * colour[0] + 150 * colour[1] + 29 * colour[2]) >> 8;
}

/// a at weight 0, b at weight 255, rounded.
std::uint8_t mix(int a, int b, int weight) {
  return static_cast<std::uint8_t>((a * (255 - weight) + b * weight + 127) / 255);
}

Colour mix(const Colour& a, const Colour& b, int weight) {
  return {mix(a[0], b[0], weight), mix(a[1], b[1], weight), mix(a[2], b[2], weight)};
}

/// One image in the making; the draws follow the order of the calls.
class GlyphPainter {
 public:
  explicit GlyphPainter(const StreamKey& key) : random_(key), canvas_(kCanvas, kCanvas) {}

  Image paint(int digit);

 private:
  /// Uniform on {low, …, high}.
  int between(int low, int high) {
    return low + static_cast<int>(random_.integer(static_cast<std::uint32_t>(high - low + 1)));
  }
  bool one_in(int count) { return between(1, count) == 1; }

  Colour any_colour();
  Colour colour_near(const Colour& colour, int distance);
  Colour colour_between(int low, int high, int fallback);
  Colour distractor_colour();
  void choose_colours();
  void fill_background();
  cv::Mat1b pattern();
  cv::Mat1b gradient();
  cv::Mat1b stripes();
  cv::Mat1b blotches(int cells);
  void add_shape();
  cv::Point any_point();
  void add_fragment(int digit);
  GlyphPose pose();
  GlyphStroke stroke(int digit, int height);
  void blend(const cv::Mat1b& mask, const Colour& colour, int opacity);
  Image shrink() const;
  void add_grain(Image& image, int amplitude);

  PhiloxSource random_;
  cv::Mat3b canvas_;
  Colour ground_, second_ground_, ink_;
};

Colour GlyphPainter::any_colour() {
  const int red = between(0, 255);
  const int green = between(0, 255);
  const int blue = between(0, 255);
  return {static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green), static_cast<std::uint8_t>(blue)};
}

Colour GlyphPainter::colour_near(const Colour& colour, int distance) {
  Colour result;
  for (int c = 0; c < 3; ++c)
    result[c] = static_cast<std::uint8_t>(std::clamp(colour[c] + between(-distance, distance), 0, 255));
  return result;
}

/// A colour whose luma is in [low, high]; the grey of luma `fallback` when chance finds none.
Colour GlyphPainter::colour_between(int low, int high, int fallback) {
  for (int attempt = 0; attempt < 32; ++attempt) {
    const Colour colour = any_colour();
    if (luma(colour) >= low && luma(colour) <= high) return colour;
  }
  const auto grey = static_cast<std::uint8_t>(fallback);
  return {grey, grey, grey};
}

/// Light digits on darker grounds: a network of the size that we ship learns either polarity, but both
/// together would take it hours.
void GlyphPainter::choose_colours() {
  ground_ = colour_between(0, 130, 60);
  second_ground_ = colour_near(ground_, between(10, 50));
  // One digit in five stands out only faintly.
  const int least_contrast = one_in(5) ? between(40, 55) : between(60, 100);
  ink_ =
      colour_between(std::min(255, std::max(luma(ground_), luma(second_ground_)) + least_contrast), 255, 255);
}

/// For what is not the digit: never as light as it is.
Colour GlyphPainter::distractor_colour() {
  return colour_between(0, luma(ink_) - 40, luma(ink_) / 3);
}

cv::Mat1b GlyphPainter::gradient() {
  cv::Mat1b weights(kCanvas, kCanvas);
  const int dx = between(-8, 8);
  const int dy = between(1, 8);
  const int low = std::min(dx, 0) * (kCanvas - 1);
  const int range = (std::abs(dx) + dy) * (kCanvas - 1);
  for (int y = 0; y < kCanvas; ++y)
    for (int x = 0; x < kCanvas; ++x)
      weights(y, x) = static_cast<std::uint8_t>((x * dx + y * dy - low) * 255 / range);
  return weights;
}

cv::Mat1b GlyphPainter::stripes() {
  cv::Mat1b weights(kCanvas, kCanvas);
  const int dx = between(0, 8);
  const int dy = between(0, 8) - 4;
  const int period = between(8, 40) * std::max(1, std::max(dx, std::abs(dy)));
  const int phase = between(0, period - 1);
  const bool checks = one_in(3);
  const auto band = [&](int position) { return (position % period + period) % period * 2 < period; };
  for (int y = 0; y < kCanvas; ++y)
    for (int x = 0; x < kCanvas; ++x) {
      const bool along = band(x * dx + y * dy + phase);
      const bool across = checks && band(x * dy - y * dx);
      weights(y, x) = along != across ? 255 : 0;
    }
  return weights;
}

/// Value noise: random weights at the corners of a grid of cells, interpolated between them.
cv::Mat1b GlyphPainter::blotches(int cells) {
  cv::Mat1b corners(cells + 1, cells + 1);
  for (std::uint8_t& corner : corners) corner = static_cast<std::uint8_t>(between(0, 255));
  cv::Mat1b weights(kCanvas, kCanvas);
  for (int y = 0; y < kCanvas; ++y) {
    const int row = y * cells / kCanvas;
    const int down = (y * cells % kCanvas) * 255 / kCanvas;
    for (int x = 0; x < kCanvas; ++x) {
      const int column = x * cells / kCanvas;
      const int right = (x * cells % kCanvas) * 255 / kCanvas;
      weights(y, x) = mix(mix(corners(row, column), corners(row, column + 1), right),
                          mix(corners(row + 1, column), corners(row + 1, column + 1), right), down);
    }
  }
  return weights;
}

cv::Mat1b GlyphPainter::pattern() {
  switch (between(0, 5)) {
    case 0:
      return cv::Mat1b(kCanvas, kCanvas, std::uint8_t{0});
    case 1:
      return gradient();
    case 2:
      return stripes();
    case 3:
      return blotches(between(2, 5));
    case 4:
      return blotches(between(8, 16));
    default:
      return blotches(kGlyphSide);
  }
}

void GlyphPainter::fill_background() {
  const cv::Mat1b weights = pattern();
  std::array<Colour, 256> palette;
  for (int weight = 0; weight < 256; ++weight)
    palette[static_cast<std::size_t>(weight)] = mix(ground_, second_ground_, weight);
  for (int y = 0; y < kCanvas; ++y)
    for (int x = 0; x < kCanvas; ++x) canvas_(y, x) = palette[weights(y, x)];
}

/// A line, an arc, a box or a disc anywhere behind the digit, darker than the digit.
void GlyphPainter::add_shape() {
  const cv::Scalar colour = distractor_colour();
  const int thickness = between(2, 6);
  const cv::Point from = any_point();
  const cv::Point to = any_point();
  switch (between(0, 3)) {
    case 0:
      cv::line(canvas_, from, to, colour, thickness, cv::LINE_AA);
      break;
    case 1: {
      const int width = between(10, 40);
      const int height = between(10, 40);
      const int angle = between(0, 179);
      const int length = between(60, 300);
      cv::ellipse(canvas_, from, cv::Size(width, height), angle, 0, length, colour, thickness, cv::LINE_AA);
      break;
    }
    case 2:
      cv::rectangle(canvas_, from, to, colour, thickness, cv::LINE_AA);
      break;
    default:
      cv::circle(canvas_, from, between(3, 12), colour, cv::FILLED, cv::LINE_AA);
      break;
  }
}

cv::Point GlyphPainter::any_point() {
  const int x = between(0, kCanvas - 1);
  const int y = between(0, kCanvas - 1);
  return {x, y};
}

/// Part of another digit, cut off by the border of the image.
void GlyphPainter::add_fragment(int digit) {
  const int other = (digit + between(1, 9)) % 10;
  GlyphPose pose = this->pose();
  const int along = between(0, kCanvas - 1);
  const int outside = between(-14, 6);
  switch (between(0, 3)) {
    case 0:
      pose.centre = {along, outside};
      break;
    case 1:
      pose.centre = {along, kCanvas - 1 - outside};
      break;
    case 2:
      pose.centre = {outside, along};
      break;
    default:
      pose.centre = {kCanvas - 1 - outside, along};
      break;
  }
  const Colour colour = distractor_colour();
  const GlyphStroke drawn = stroke(other, between(40, 60));
  blend(glyph_mask(drawn, pose, kCanvas), colour, between(150, 255));
}

GlyphPose GlyphPainter::pose() {
  GlyphPose pose;
  pose.centre = {kCanvas / 2, kCanvas / 2};
  // Rotation by 2 atan(k/256), up to 23 degrees either way, without a cosine from the mathematics library.
  const int k = between(-52, 52);
  pose.cosine = kFixedOne * (65536 - k * k) / (65536 + k * k);
  pose.sine = kFixedOne * 512 * k / (65536 + k * k);
  pose.shear = between(-20000, 20000);
  pose.narrowing = between(55000, 82000);
  pose.centre.x += between(-13, 13);
  pose.centre.y += between(-9, 9);
  return pose;
}

GlyphStroke GlyphPainter::stroke(int digit, int height) {
  static constexpr std::array<int, 8> kFonts{
      cv::FONT_HERSHEY_SIMPLEX,        cv::FONT_HERSHEY_PLAIN,         cv::FONT_HERSHEY_DUPLEX,
      cv::FONT_HERSHEY_COMPLEX,        cv::FONT_HERSHEY_TRIPLEX,       cv::FONT_HERSHEY_COMPLEX_SMALL,
      cv::FONT_HERSHEY_SCRIPT_SIMPLEX, cv::FONT_HERSHEY_SCRIPT_COMPLEX};
  GlyphStroke stroke;
  stroke.digit = digit;
  stroke.height = height;
  stroke.font = kFonts[random_.integer(kFonts.size())];
  if (one_in(4)) stroke.font |= cv::FONT_ITALIC;
  stroke.thickness = between(4, 11);
  return stroke;
}

void GlyphPainter::blend(const cv::Mat1b& mask, const Colour& colour, int opacity) {
  for (int y = 0; y < kCanvas; ++y)
    for (int x = 0; x < kCanvas; ++x)
      if (mask(y, x) != 0) canvas_(y, x) = mix(canvas_(y, x), colour, mix(0, opacity, mask(y, x)));
}

/// The mean of each square of canvas pixels, rounded.
Image GlyphPainter::shrink() const {
  constexpr int kArea = kOversampling * kOversampling;
  Image image(kGlyphSide, kGlyphSide);
  std::size_t out = 0;
  for (int y = 0; y < kCanvas; y += kOversampling)
    for (int x = 0; x < kCanvas; x += kOversampling)
      for (int c = 0; c < 3; ++c) {
        int sum = kArea / 2;
        for (int i = 0; i < kArea; ++i) sum += canvas_(y + i / kOversampling, x + i % kOversampling)[c];
        image.pixels[out++] = static_cast<std::uint8_t>(sum / kArea);
      }
  return image;
}

/// A 3x3 binomial filter with replicated borders.
void soften(Image& image) {
  const Image sharp = image;
  const auto at = [&](int y, int x, int c) -> int {
    const int row = std::clamp(y, 0, kGlyphSide - 1);
    const int column = std::clamp(x, 0, kGlyphSide - 1);
    return sharp.pixels[static_cast<std::size_t>((row * kGlyphSide + column) * 3 + c)];
  };
  std::size_t out = 0;
  for (int y = 0; y < kGlyphSide; ++y)
    for (int x = 0; x < kGlyphSide; ++x)
      for (int c = 0; c < 3; ++c) {
        const int edges = at(y - 1, x, c) + at(y + 1, x, c) + at(y, x - 1, c) + at(y, x + 1, c);
        const int corners =
            at(y - 1, x - 1, c) + at(y - 1, x + 1, c) + at(y + 1, x - 1, c) + at(y + 1, x + 1, c);
        image.pixels[out++] = static_cast<std::uint8_t>((4 * at(y, x, c) + 2 * edges + corners + 8) / 16);
      }
}

void GlyphPainter::add_grain(Image& image, int amplitude) {
  for (std::uint8_t& value : image.pixels)
    value = static_cast<std::uint8_t>(std::clamp(value + between(-amplitude, amplitude), 0, 255));
}

Image GlyphPainter::paint(int digit) {
  choose_colours();
  fill_background();
  for (int shapes = between(0, 3); shapes > 0; --shapes) add_shape();
  for (int fragments = between(0, 1); fragments > 0; --fragments) add_fragment(digit);
  // One draw per statement: the order in which arguments are evaluated is unspecified.
  const GlyphStroke drawn = stroke(digit, between(46, 72));
  const GlyphPose placed = pose();
  blend(glyph_mask(drawn, placed, kCanvas), ink_, between(200, 255));
  Image image = shrink();
  if (one_in(3)) soften(image);
  if (one_in(3)) add_grain(image, between(4, 16));
  return image;
}

}  // namespace

Image paint_glyph(int digit, std::string_view stream, std::uint64_t id) {
  return GlyphPainter({.seed = 0, .condition = stream, .sample_id = id}).paint(digit);
}

}  // namespace vitrobust::data

#include "data/glyph_mask.h"

#include <opencv2/imgproc.hpp>
#include <string>

namespace vitrobust::data {
namespace {

/// The digit in the middle of a square that has room for it in every pose.
cv::Mat1b draw_upright(const GlyphStroke& stroke, int side) {
  const std::string text(1, static_cast<char>('0' + stroke.digit));
  int baseline = 0;
  const double unit_height = cv::getTextSize(text, stroke.font, 1.0, 0, &baseline).height;
  const double scale = stroke.height / unit_height;
  const cv::Size size = cv::getTextSize(text, stroke.font, scale, 0, &baseline);
  cv::Mat1b square(side, side, std::uint8_t{0});
  const cv::Point origin((side - size.width) / 2, (side + size.height) / 2);
  cv::putText(square, text, origin, stroke.font, scale, 255, stroke.thickness, cv::LINE_AA);
  return square;
}

std::int64_t multiply(std::int64_t a, std::int64_t b) {
  return a * b / kFixedOne;
}

/// Bilinear with weights of 8 bits; 0 outside. Coordinates in 16.16 fixed point.
std::uint8_t sample(const cv::Mat1b& square, std::int64_t column, std::int64_t row) {
  const auto x = static_cast<int>(column >> 16);
  const auto y = static_cast<int>(row >> 16);
  if (x < 0 || y < 0 || x + 1 >= square.cols || y + 1 >= square.rows) return 0;
  const auto right = static_cast<int>((column >> 8) & 255);
  const auto down = static_cast<int>((row >> 8) & 255);
  const std::uint8_t* upper = square[y] + x;
  const std::uint8_t* lower = square[y + 1] + x;
  const int top = upper[0] * (256 - right) + upper[1] * right;
  const int bottom = lower[0] * (256 - right) + lower[1] * right;
  return static_cast<std::uint8_t>((top * (256 - down) + bottom * down + 32768) >> 16);
}

}  // namespace

cv::Mat1b glyph_mask(const GlyphStroke& stroke, const GlyphPose& pose, int side) {
  const int square_side = side + side / 3;
  const cv::Mat1b upright = draw_upright(stroke, square_side);
  // Stretch, then shear, then rotation lead from the square to the canvas; here is the way back.
  const std::int64_t column_per_x = multiply(pose.narrowing, pose.cosine + multiply(pose.shear, pose.sine));
  const std::int64_t column_per_y = multiply(pose.narrowing, pose.sine - multiply(pose.shear, pose.cosine));
  const std::int64_t middle = square_side / 2 * kFixedOne;
  cv::Mat1b mask(side, side);
  for (int y = 0; y < side; ++y) {
    const std::int64_t dy = y - pose.centre.y;
    for (int x = 0; x < side; ++x) {
      const std::int64_t dx = x - pose.centre.x;
      mask(y, x) = sample(upright, middle + column_per_x * dx + column_per_y * dy,
                          middle - pose.sine * dx + pose.cosine * dy);
    }
  }
  return mask;
}

}  // namespace vitrobust::data

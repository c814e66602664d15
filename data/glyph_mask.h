#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

namespace vitrobust::data {

/// One in the 16.16 fixed point of GlyphPose.
inline constexpr std::int64_t kFixedOne = 65536;

/// A digit as OpenCV's Hershey fonts draw it.
struct GlyphStroke {
  int digit = 0;
  /// A cv::HersheyFonts value, possibly with cv::FONT_ITALIC.
  int font = 0;
  /// Of the digit and of its pen, in canvas pixels.
  int height = 0;
  int thickness = 0;
};

/// How the digit lies on the canvas; matrix entries in 16.16 fixed point.
struct GlyphPose {
  std::int64_t cosine = kFixedOne;
  std::int64_t sine = 0;
  /// Pixels to the right per pixel down.
  std::int64_t shear = 0;
  /// Inverse of the horizontal stretch.
  std::int64_t narrowing = kFixedOne;
  cv::Point centre;
};

/// Coverage (0 to 255) of the posed digit on a square canvas of `side` pixels, in integers throughout.
cv::Mat1b glyph_mask(const GlyphStroke& stroke, const GlyphPose& pose, int side);

}  // namespace vitrobust::data

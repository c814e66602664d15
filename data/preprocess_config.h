#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::data {

/// How an image is fitted to the model's input, in timm's words: `center` resizes the shorter side to
/// floor(size / crop_pct) and crops the centre; `squash` resizes both sides; `border` fits inside and pads.
enum class CropMode { center, squash, border };

/// Pillow's resampling filters, with its antialiasing.
enum class Interpolation { nearest, box, bilinear, hamming, bicubic, lanczos };

/// From an image file to the model's input; everything in it goes into the report. No OpenCV here: models/
/// fills it.
struct PreprocessConfig {
  int height = 224;
  int width = 224;
  double crop_pct = 0.875;
  CropMode crop_mode = CropMode::center;
  Interpolation interpolation = Interpolation::bicubic;
  /// Exact length of the shorter side before the crop, instead of floor(size / crop_pct).
  std::optional<int> resize = std::nullopt;
  /// Normalisation of RGB in [0,1]; applied by the classifier, never by the preprocessing.
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};

  /// Every problem, in words; empty when the configuration is sound.
  [[nodiscard]] std::vector<std::string> validate() const;
  [[nodiscard]] Json to_json() const;
};

/// @throws UsageError naming the known values
CropMode parse_crop_mode(const std::string& text);
Interpolation parse_interpolation(const std::string& text);
std::string to_string(CropMode mode);
std::string to_string(Interpolation interpolation);

}  // namespace vitrobust::data

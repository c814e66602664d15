#include "data/preprocess_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::data {
namespace {

/// Larger inputs than any Vision Transformer has; keeps every product of sides in 32 bits.
constexpr int kMaxSide = 16384;

const std::vector<std::string>& crop_mode_names() {
  static const std::vector<std::string> names{"center", "squash", "border"};
  return names;
}

const std::vector<std::string>& interpolation_names() {
  static const std::vector<std::string> names{"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"};
  return names;
}

/// The names stand in the order of the enumerators.
template <typename Enum>
Enum parse_name(const std::string& text, const std::vector<std::string>& names, const std::string& what) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  throw UsageError(fmt::format("unknown {} '{}'", what, text), unknown_name_hint(text, names));
}

bool is_side(int length) {
  return length >= 1 && length <= kMaxSide;
}

void check_channels(const PreprocessConfig& config, std::vector<std::string>& problems) {
  for (const double mean : config.mean)
    if (!std::isfinite(mean)) problems.push_back("mean must be finite");
  for (const double deviation : config.std)
    if (!std::isfinite(deviation) || deviation <= 0.0)
      problems.push_back(fmt::format("std must be positive, got {}", deviation));
}

}  // namespace

std::vector<std::string> PreprocessConfig::validate() const {
  std::vector<std::string> problems;
  if (!is_side(height) || !is_side(width))
    problems.push_back(
        fmt::format("input size must be in [1, {}] on both sides, got {}x{}", kMaxSide, height, width));
  if (!std::isfinite(crop_pct) || crop_pct <= 0.0 || crop_pct > 1.0)
    problems.push_back(fmt::format("crop_pct must be in (0, 1], got {}", crop_pct));
  else if (is_side(height) && is_side(width) && std::min(height, width) / crop_pct > kMaxSide)
    problems.push_back(
        fmt::format("crop_pct {} would resize to more than {} pixels before the crop", crop_pct, kMaxSide));
  if (resize && !is_side(*resize))
    problems.push_back(fmt::format("resize must be in [1, {}], got {}", kMaxSide, *resize));
  check_channels(*this, problems);
  return problems;
}

Json PreprocessConfig::to_json() const {
  return {{"height", height},
          {"width", width},
          {"crop_pct", crop_pct},
          {"crop_mode", to_string(crop_mode)},
          {"interpolation", to_string(interpolation)},
          {"resize", resize ? Json(*resize) : Json()},
          {"mean", mean},
          {"std", std}};
}

CropMode parse_crop_mode(const std::string& text) {
  return parse_name<CropMode>(text, crop_mode_names(), "crop mode");
}

Interpolation parse_interpolation(const std::string& text) {
  return parse_name<Interpolation>(text, interpolation_names(), "interpolation");
}

std::string to_string(CropMode mode) {
  return crop_mode_names().at(static_cast<std::size_t>(mode));
}

std::string to_string(Interpolation interpolation) {
  return interpolation_names().at(static_cast<std::size_t>(interpolation));
}

}  // namespace vitrobust::data

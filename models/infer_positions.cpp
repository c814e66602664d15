#include "models/infer_positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"

namespace vitrobust::models {
namespace {

using Grid = std::array<std::int64_t, 2>;

/// Larger sides are refused by validate(); products of clamped ones cannot overflow.
constexpr std::int64_t kBeyondAnySide = 1 << 20;

std::optional<std::int64_t> square_root(std::int64_t number) {
  const auto side = std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(number, 0))));
  if (side < 1 || side > kBeyondAnySide || side * side != number) return std::nullopt;
  return side;
}

class Positions {
 public:
  Positions(const Translation& translation, const ModelConfig& config, const LoadOptions& said,
            const std::string& path, InferredOptions& inferred, std::vector<std::string>& notes)
      : config_(config),
        said_(said),
        path_(path),
        inferred_(inferred),
        options_(inferred.options),
        notes_(notes),
        patch_(std::clamp<std::int64_t>(options_.patch_size, 1, kBeyondAnySide)),
        prefix_(options_.prefix_tokens()) {
    const CanonicalTensor* const tensor = translation.find("pos_embed");
    if (tensor && tensor->shape.size() == 3) positions_ = tensor->shape[1];
  }

  void run() {
    inferred_.position_grid = stored_grid();
    const auto [rows, columns] = inferred_.position_grid;
    if (said_.image_size) {
      options_.image_height = options_.image_width = *said_.image_size;
    } else if (config_.image_size) {
      options_.image_height = config_.image_size->front();
      options_.image_width = config_.image_size->back();
    } else {
      options_.image_height = rows * patch_;
      options_.image_width = columns * patch_;
      notes_.push_back(fmt::format("image size inferred from pos_embed: {}x{}", options_.image_height,
                                   options_.image_width));
    }
    const Grid wanted{options_.image_height / patch_, options_.image_width / patch_};
    if (wanted != inferred_.position_grid && wanted[0] > 0 && wanted[1] > 0)
      notes_.push_back(fmt::format("position embedding resampled from {}x{} to {}x{} patches", rows, columns,
                                   wanted[0], wanted[1]));
  }

 private:
  /// The grid of the tensor; decides about no_embed_class. An image size that config.json knows goes before a
  /// square.
  [[nodiscard]] Grid stored_grid() {
    const bool is_known = config_.image_size.has_value();
    const auto sides = config_.image_size.value_or(Grid{0, 0});
    const Grid known{sides[0] / patch_, sides[1] / patch_};
    // Its own check names the tensor that is missing or misshapen.
    if (!positions_) {
      if (is_known) return known;
      throw InputError(path_, "tensor 'pos_embed' is missing, and config.json does not say img_size");
    }
    const auto fits_known = [&](std::int64_t prefix) {
      return is_known && known[0] <= kBeyondAnySide && known[1] <= kBeyondAnySide &&
             known[0] * known[1] + prefix == *positions_;
    };
    if (config_.no_embed_class) {
      options_.no_embed_class = *config_.no_embed_class;
    } else if (prefix_ > 0 && !fits_known(prefix_)) {
      const bool for_all = square_root(*positions_ - prefix_).has_value();
      const bool for_patches = square_root(*positions_).has_value();
      // Both are squares in a few cases only; networks with registers are those without positions for them.
      options_.no_embed_class = fits_known(0) || (for_patches && (!for_all || options_.registers > 0));
    }
    const std::int64_t before = options_.no_embed_class ? 0 : prefix_;
    if (fits_known(before)) return known;
    const auto side = square_root(*positions_ - before);
    if (side) return {*side, *side};
    if (is_known)
      throw InputError(path_,
                       fmt::format("tensor 'pos_embed' has {} positions, but an image of {}x{} pixels has {}",
                                   *positions_, sides[0], sides[1], known[0] * known[1] + before),
                       "give img_size in config.json as it was trained; --img-size resamples it from there");
    throw InputError(
        path_,
        fmt::format("tensor 'pos_embed' is not that of a square image: {} patches", *positions_ - before),
        "give the size as model_args.img_size in config.json");
  }

  const ModelConfig& config_;
  const LoadOptions& said_;
  const std::string& path_;
  InferredOptions& inferred_;
  VisionTransformerOptions& options_;
  std::vector<std::string>& notes_;
  std::int64_t patch_;
  std::int64_t prefix_;
  std::optional<std::int64_t> positions_;
};

}  // namespace

void infer_positions(const Translation& translation, const ModelConfig& config, const LoadOptions& said,
                     const std::string& path, InferredOptions& inferred, std::vector<std::string>& notes) {
  Positions(translation, config, said, path, inferred, notes).run();
}

}  // namespace vitrobust::models

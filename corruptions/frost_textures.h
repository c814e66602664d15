#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <mutex>

#include "data/image.h"

namespace vitrobust::corruptions {

/// The five pictures of ice that `frost` lays over an image. Safe to share between threads.
class FrostTextures {
 public:
  static constexpr std::size_t kCount = 5;
  using Images = std::array<data::Image, kCount>;

  /// Sizes at which the reference uses a texture again and again.
  enum class Size { native, fifth, three_tenths, eleven_tenths };

  /// Reads frost1.png, frost2.png, frost3.png, frost4.jpg and frost5.jpg, as `cv2.imread` does.
  /// @throws InputError if one is missing or no picture
  explicit FrostTextures(const std::filesystem::path& folder);

  /// @throws InternalError if one is empty
  explicit FrostTextures(Images images);

  /// The project's own: drawn at the first call, the same in every process. Where the pictures that the
  /// reference ships come from is stated nowhere, so none comes with the project.
  static const FrostTextures& procedural_ones();

  /// True if the project drew them: results are not comparable with published ones then.
  [[nodiscard]] bool procedural() const { return procedural_; }

  /// A texture at one of the usual sizes: scaled at the first call, kept.
  [[nodiscard]] const data::Image& at_size(std::size_t index, Size size) const;

 private:
  FrostTextures(Images images, bool procedural);

  struct Scaled {
    std::once_flag once;
    data::Image image;
  };

  Images images_;
  bool procedural_ = false;
  mutable std::array<std::array<Scaled, 3>, kCount> scaled_;
};

/// A texture at another size: bilinear, or cubic as imagecorruptions has it.
data::Image resize_texture(const data::Image& texture, int height, int width, bool cubic);

}  // namespace vitrobust::corruptions

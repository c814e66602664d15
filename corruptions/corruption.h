#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// Which set of severity parameters: the authors tuned them per image size.
enum class ParameterSet { imagenet, cifar, tiny, inception299 };
inline constexpr ParameterSet kEveryParameterSet[] = {ParameterSet::imagenet, ParameterSet::cifar,
                                                      ParameterSet::tiny, ParameterSet::inception299};

/// The set whose size is nearest to min(height, width): 32 cifar, 64 tiny, 224 imagenet, 299.
ParameterSet parameter_set_for(int height, int width);
std::string to_string(ParameterSet set);

/// Whose algorithm, where the two differ (motion_blur, zoom_blur, snow, frost, fog, elastic_transform).
enum class Flavour {
  /// hendrycks/robustness @8190fe3: what published ImageNet-C numbers were measured with.
  hendrycks,
  /// bethgelab/imagecorruptions 1.1.2, for comparison with numbers made by that package. It knows the
  /// parameter set `imagenet` only.
  imagecorruptions
};
std::string to_string(Flavour flavour);

/// The set, or the flavour, that to_string() names so; nothing if there is none.
std::optional<ParameterSet> find_parameter_set(std::string_view name);
std::optional<Flavour> find_flavour(std::string_view name);

class FrostTextures;

/// Everything a corruption may depend on besides the image.
struct CorruptionContext {
  /// 1 (mild) to 5.
  int severity = 1;
  ParameterSet set = ParameterSet::imagenet;
  Flavour flavour = Flavour::hendrycks;
  /// What `frost` lays over the image; null: textures that the project draws.
  const FrostTextures* frost = nullptr;
  RandomSource& random;
};

/// A pure function: same image and same draws give the same pixels, from any thread.
using CorruptionFunction = data::Image (*)(const data::Image& image, const CorruptionContext& context);

/// One line of the table.
struct CorruptionEntry {
  std::string_view name;
  /// "noise", "blur", "weather" or "digital", as in the ImageNet-C paper; "extra" for the four validation
  /// corruptions; "c-bar" for those of ImageNet-C-bar and CIFAR-10-C-bar.
  std::string_view group;
  std::string_view help;
  CorruptionFunction apply;
  /// Those that its authors gave parameters for. @throws InternalError from `apply` with another
  std::span<const ParameterSet> sets = kEveryParameterSet;

  [[nodiscard]] bool has(ParameterSet set) const;
};

/// All corruptions, in the paper's order (Hendrycks and Dietterich, ICLR 2019, arXiv 1903.12261), then those
/// of C-bar, ImageNet's in the order of the reference's list, then those that CIFAR-10 alone has.
std::span<const CorruptionEntry> corruption_table();

/// The entry of that name, or nullptr.
const CorruptionEntry* find_corruption(std::string_view name);

}  // namespace vitrobust::corruptions

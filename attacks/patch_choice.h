#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "attacks/active_set.h"
#include "attacks/attack.h"

namespace vitrobust::attacks {

/// What decides which patches an attack changes.
enum class PatchChoice { attention, gradient, random };

/// select: attention, gradient or random, `default_choice` first; and layer.
std::vector<ParameterSpec> patch_choice_parameters(const std::string& default_choice);
PatchChoice patch_choice_of(const Parameters& parameters);

/// How patches are chosen from the clean images.
struct PatchSelector {
  PatchChoice choice = PatchChoice::gradient;
  std::int64_t layer =
      0;  ///< whose attention chooses, from 1; 0: the 5th block, or the last if there are fewer
  std::int64_t count = 1;
  std::int64_t patch_size = 16;

  /// Screens the clean images and chooses patches for the samples that stay: [active.size(), k] int64. One
  /// pass per sample.
  /// @param key  for PatchChoice::random
  /// @throws UsageError where attention is to choose and the model has no maps, no such block or patches of
  ///         another size
  [[nodiscard]] at::Tensor choose(const models::Classifier& classifier, ActiveSet& active,
                                  const at::Tensor& images, const StreamKey& key) const;
};

/// @throws UsageError unless the model exposes attention maps on a grid of that patch size
void require_patches(const models::Classifier& classifier, std::int64_t patch_size);

}  // namespace vitrobust::attacks

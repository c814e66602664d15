#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "attacks/threat_model.h"
#include "core/parameters.h"
#include "core/philox.h"

namespace vitrobust::attacks {

// Attacks that may change few patches of an image only: which patches, and what they have in common in the
// table. Patches are numbered row by row on a grid from the top left corner; the last ones may be cut by the
// edge of the image. Everything is row-wise: what a sample gets does not depend on the others.

/// patches and patch_size: how many patches may change, and their side in pixels (default 16).
std::vector<ParameterSpec> patch_parameters(const std::string& default_count);
/// The L∞ ball of eps in that many patches.
ThreatModel patch_threat(const Parameters& parameters);

/// The `count` highest of every row, highest first, ties to the lower index: [N, min(count, P)] int64.
/// @param scores  [N, P], no NaN
at::Tensor highest_patches(const at::Tensor& scores, std::int64_t count);

/// How much attention the patches get in one block: the mean over heads and attending tokens (Fu et al.,
/// "Patch-Fool", ICLR 2022, section 4.3; GATECH-EIC/Patch-Fool, 9638ec3), in double: [N, P].
/// @param map          [N, heads, T, T]
/// @param class_token  whether token 0 is no patch
at::Tensor attention_scores(const at::Tensor& map, bool class_token);

/// Sum of the magnitudes of a gradient over every patch, in double: [N, P].
/// @param gradient  [N, 3, H, W]
at::Tensor gradient_scores(const at::Tensor& gradient, std::int64_t patch_size);

/// Uniform draws, in double, so that the highest are a uniform choice: [N, P].
/// @param key  seed, condition and restart; sample_ids complete it
at::Tensor random_scores(std::int64_t patches, std::span<const std::uint64_t> sample_ids, StreamKey key);

/// How many patches the grid of an image has.
std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size);

/// True inside the patches named: [N, 1, H, W] bool.
/// @param patches  [N, k] int64
at::Tensor patch_mask(const at::Tensor& patches, std::int64_t patch_size, std::int64_t height,
                      std::int64_t width);

}  // namespace vitrobust::attacks

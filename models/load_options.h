#pragma once

#include <c10/core/ScalarType.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "models/kernels.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// What a user may say about a checkpoint that its files leave unsaid or say differently.
struct LoadOptions {
  /// timm's name of the network, whose heads, activation, epsilon and pooling it has.
  std::optional<std::string> architecture;
  std::optional<AttentionKind> attention;
  std::optional<std::int64_t> heads;
  std::optional<Activation> activation;
  std::optional<double> norm_eps;
  std::optional<Pooling> pooling;
  /// Side of the square images to evaluate; the position embedding is resampled for it.
  std::optional<std::int64_t> image_size;
  /// Normalisation of RGB in [0,1] instead of the checkpoint's.
  std::optional<std::array<double, 3>> mean, std;
  /// The moving average of the weights that a training checkpoint keeps (timm's --use-ema).
  bool use_ema = false;
  /// File of regular expressions that translate names (dialects/key_map.h); empty: none.
  std::string key_map;
  /// Whether the file is a TorchScript program, whose code is run.
  bool torchscript = false;
  at::ScalarType dtype = at::kFloat;
  /// Kernels of a float32 network; when absent, the fastest. See ComputeOptions.
  std::optional<Kernels> kernels;
  /// Gradients through bfloat16 products.
  bool reduced = false;
  std::optional<Kernels> search_kernels;
};

}  // namespace vitrobust::models

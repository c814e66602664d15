#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/classifier.h"

namespace vitrobust::models {

/// What a TorchScript file does not say about itself.
struct TorchScriptOptions {
  std::int64_t height = 224;
  std::int64_t width = 224;
  /// Normalisation of RGB in [0,1].
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};
  /// at::kFloat or at::kDouble; parameters and buffers are converted to it.
  at::ScalarType dtype = at::kFloat;
};

struct TorchScriptModel {
  std::shared_ptr<Classifier> classifier;
  std::uint64_t parameters = 0;
  std::vector<std::string> notes;  ///< for the report, one sentence each: that code from the file ran
};

/// A network of any architecture that torch.jit.save wrote: images [N, 3, H, W] to logits [N, classes]. Code
/// from the file runs, so the user has to trust it; the caller asks for this on purpose (`--format
/// torchscript`).
///
/// It runs in evaluation mode on the CPU, interpreted without the optimisations of LibTorch's executor, which
/// would change its rounding after the first passes. A few trial passes find out the number of classes and
/// hold it against what a Classifier promises: one tensor of logits for any number of images, the same for
/// the same images. Passes have eight images where all rows come out alike, else one. It exposes no attention
/// maps.
/// @throws InputError for a file that is no TorchScript, and for a network that returns something else than
/// logits,
///         works for one size of batch only, draws random numbers, or cannot compute in `dtype`
TorchScriptModel load_torchscript(const std::string& path, const TorchScriptOptions& options);

}  // namespace vitrobust::models

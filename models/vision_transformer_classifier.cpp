#include "models/vision_transformer_classifier.h"

#include <torch/torch.h>

#include <utility>

#include "core/error.h"

namespace vitrobust::models {
namespace {

/// How many images make matrix products large enough. Measured as forward passes per second of processor
/// time: 65 tokens of width 96 reach 62 % of the best rate with 1 lane and 97 % with 8; 197 tokens of width
/// 192 reach 83 % with 1 and 91 % with 2. More lanes gain little, and cost padding when an attack has few
/// samples left.
constexpr std::int64_t kShortSequence = 128;
constexpr std::int64_t kLanesOfShortSequences = 8;
constexpr std::int64_t kLanesOfLongSequences = 2;

/// LibTorch's element-wise kernels work on groups of vectors and finish the last elements of a tensor with
/// scalar instructions, whose erf and exp round differently: a pass whose activations are no multiple of the
/// group (at most 64 elements) would treat its last row differently.
constexpr std::int64_t kVectorGroup = 64;

class VisionTransformerClassifier final : public Classifier {
 public:
  VisionTransformerClassifier(VisionTransformer module, const std::array<double, 3>& mean,
                              const std::array<double, 3>& std, at::ScalarType dtype, std::int64_t lanes)
      : Classifier({.classes = module->options().num_classes,
                    .height = module->options().image_height,
                    .width = module->options().image_width,
                    .lanes = lanes},
                   mean, std, dtype),
        module_(std::move(module)) {}

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    return module_.ptr()->forward(normalised);
  }

  VisionTransformer module_;
};

}  // namespace

std::shared_ptr<Classifier> make_classifier(VisionTransformer module, const std::array<double, 3>& mean,
                                            const std::array<double, 3>& std, at::ScalarType dtype,
                                            std::optional<std::int64_t> lanes) {
  if (dtype != at::kFloat && dtype != at::kDouble) {
    throw InternalError("a classifier computes in float32 or float64");
  }
  module->to(dtype);
  module->eval();
  for (auto& parameter : module->parameters()) parameter.requires_grad_(false);
  const auto used = lanes.value_or(default_lanes(module->options()));
  return std::make_shared<VisionTransformerClassifier>(std::move(module), mean, std, dtype, used);
}

std::int64_t default_lanes(const VisionTransformerOptions& options) {
  const auto wanted = options.tokens() <= kShortSequence ? kLanesOfShortSequences : kLanesOfLongSequences;
  return wanted * options.tokens() * options.mlp_hidden % kVectorGroup == 0 ? wanted : 1;
}

}  // namespace vitrobust::models

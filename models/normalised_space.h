#pragma once

#include <ATen/core/Tensor.h>

#include "models/classifier.h"

namespace vitrobust::models {

/// A classifier of images that are normalised already and may have any values: the network of another one
/// without the normalisation and the range check that guard it. For the protocol normspace-legacy alone
/// (docs/threat-models.md), which reproduces figures that were measured so; in float32 or float64, never
/// in reduced precision.
class NormalisedSpaceClassifier final : public Classifier {
 public:
  /// @param classifier must outlive this
  explicit NormalisedSpaceClassifier(const Classifier& classifier);

  /// (image − mean) / std, channel by channel. @param images [N, 3, H, W] in [0,1]
  [[nodiscard]] at::Tensor normalised(const at::Tensor& images) const;
  /// The pixels, in [0,1] or beyond, whose normalised() is this.
  [[nodiscard]] at::Tensor pixels(const at::Tensor& normalised) const;

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override;

  const Classifier& classifier_;
};

}  // namespace vitrobust::models

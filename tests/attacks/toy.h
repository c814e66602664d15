#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "attacks/attack.h"
#include "core/json.h"

namespace vitrobust::attacks::toy {

/// A classifier around a function of the image itself (the normalisation is the identity).
class FunctionClassifier final : public models::Classifier {
 public:
  using Network = std::function<at::Tensor(const at::Tensor& images)>;

  FunctionClassifier(models::ClassifierInfo info, at::ScalarType dtype, Network network);

 protected:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    return network_(normalised);
  }
  /// As if it had a patch grid of 16 pixels and four blocks of attention that favours bright patches.
  [[nodiscard]] at::Tensor forward_with_maps(const at::Tensor& normalised,
                                             std::vector<at::Tensor>& maps) const override;

 private:
  Network network_;
};

/// Linear, tanh, linear on the flattened image, in float64.
struct Mlp {
  at::Tensor w1, b1, w2, b2;  ///< [hidden, 3·side·side], [hidden], [classes, hidden], [classes]
  std::int64_t side = 0;
  std::vector<double> mean{0, 0, 0}, std{1, 1, 1};

  [[nodiscard]] std::int64_t classes() const { return w2.size(0); }
};

/// The network of a file of golden figures: w1, b1, w2, b2, side, mean, std.
Mlp golden_mlp(const Json& golden);
/// Rows of numbers as a float64 matrix.
at::Tensor matrix(const Json& rows);

/// Weights from Philox: smooth enough to climb, steep enough that 8/255 breaks some samples.
Mlp make_mlp(std::int64_t side, std::int64_t classes, std::uint64_t seed);
/// Passes of four rows.
std::unique_ptr<models::Classifier> classifier(const Mlp& mlp, at::ScalarType dtype);
/// 3×3 convolution, GELU, mean over pixels, linear: another shape of gradient.
std::unique_ptr<models::Classifier> make_conv(std::int64_t side, std::int64_t classes, std::uint64_t seed,
                                              at::ScalarType dtype);

/// Images, labels and ids that own their storage.
struct Batch {
  at::Tensor images;
  at::Tensor labels;
  std::vector<std::uint64_t> ids;

  [[nodiscard]] AttackInput input() const { return {images, labels, ids}; }
  /// The rows named, in that order.
  [[nodiscard]] Batch rows(const std::vector<std::int64_t>& positions) const;
};

/// Images and labels of a file of golden figures, with ids 0, 1, …
Batch golden_batch(const Json& golden);

/// Uniform noise images with ids 100, 101, …; every fifth pixel is exactly 0 or 1. The labels are what the
/// classifier says, but every seventh one is wrong.
Batch make_batch(const models::Classifier& classifier, std::int64_t samples, std::uint64_t seed);

/// Uniform on [0, 1) from Philox, in the dtype.
at::Tensor uniform(at::IntArrayRef shape, std::uint64_t seed, at::ScalarType dtype = at::kDouble);

/// The attack of a condition such as "pgd:steps=5".
std::unique_ptr<Attack> make(const std::string& condition);

/// Largest absolute difference, in double; 0 for empty tensors.
double distance(const at::Tensor& a, const at::Tensor& b);

}  // namespace vitrobust::attacks::toy

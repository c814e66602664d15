#include "models/normalised_space.h"

#include <torch/torch.h>

namespace vitrobust::models {
namespace {

ClassifierInfo without_range(ClassifierInfo info) {
  info.any_range = true;
  info.search_kernels.reset();
  return info;
}

}  // namespace

NormalisedSpaceClassifier::NormalisedSpaceClassifier(const Classifier& classifier)
    : Classifier(without_range(classifier.info()), {0, 0, 0}, {1, 1, 1}, classifier.dtype()),
      classifier_(classifier) {}

at::Tensor NormalisedSpaceClassifier::normalised(const at::Tensor& images) const {
  return (images.to(dtype()) - classifier_.mean_) / classifier_.std_;
}

at::Tensor NormalisedSpaceClassifier::pixels(const at::Tensor& normalised) const {
  return normalised * classifier_.std_ + classifier_.mean_;
}

at::Tensor NormalisedSpaceClassifier::forward(const at::Tensor& normalised) const {
  return classifier_.forward(normalised);
}

}  // namespace vitrobust::models

#include "eval/model_probe.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "attacks/losses.h"

namespace vitrobust::eval {
namespace {

using reports::GuardRail;

constexpr int kForwards = 5;
/// Of the norm of the logits: what two passes may differ by, more than any rounding.
constexpr double kLogitsTolerance = 1e-4;
/// By which probabilities may miss their range and their sum.
constexpr double kProbabilityTolerance = 1e-5;
/// Share of vanishing gradients from which on they are an error.
constexpr double kTooManyZeros = 0.1;
/// Other classes that targeted attacks aim at (fra31/auto-attack: n_target_classes).
constexpr std::int64_t kTargets = 9;

/// The largest difference of two passes over an image, as a share of the norm of its logits.
double difference(const at::Tensor& first, const at::Tensor& again) {
  const at::Tensor a = first.to(at::kDouble);
  const at::Tensor norms = at::linalg_vector_norm(a, 2, at::IntArrayRef{1}).clamp_min(1e-12);
  const at::Tensor distances = at::linalg_vector_norm(again.to(at::kDouble) - a, 2, at::IntArrayRef{1});
  return (distances / norms).max().item<double>();
}

void find_randomness(const models::Classifier& classifier, const at::Tensor& images, const at::Tensor& logits,
                     std::vector<GuardRail>& found) {
  double largest = 0;
  std::int64_t flips = 0;
  for (int repeat = 1; repeat < kForwards; ++repeat) {
    const at::Tensor again = classifier.logits(images);
    largest = std::max(largest, difference(logits, again));
    flips = std::max(flips, again.argmax(1).ne(logits.argmax(1)).sum().item<std::int64_t>());
  }
  if (flips == 0 && largest <= kLogitsTolerance) return;
  found.push_back(
      {.id = "randomised_model",
       .is_error = true,
       .text = fmt::format("the model is randomised: {} passes over the same {} images differ by {:.1g} of "
                           "the logits' norm and in {} predictions; attack it with eot",
                           kForwards, images.size(0), largest, flips)});
}

void find_probabilities(const at::Tensor& logits, std::vector<GuardRail>& found) {
  const at::Tensor wide = logits.to(at::kDouble);
  const bool in_range = wide.min().item<double>() >= -kProbabilityTolerance &&
                        wide.max().item<double>() <= 1 + kProbabilityTolerance;
  if (!in_range || (wide.sum(1) - 1).abs().max().item<double>() > kProbabilityTolerance) return;
  found.push_back(
      {.id = "softmax_outputs",
       .is_error = true,
       .text = "the model's outputs are probabilities, not logits: their gradients vanish where it is "
               "confident; take its last softmax off"});
}

void find_zero_gradients(const models::Classifier& classifier, const at::Tensor& images,
                         const at::Tensor& labels, std::vector<GuardRail>& found) {
  const auto pass = classifier.loss_gradient(images, labels.unsqueeze(1), attacks::cross_entropy);
  const auto zeros = pass.gradient.flatten(1).eq(0).all(1).sum().item<std::int64_t>();
  if (zeros == 0) return;
  const auto share = static_cast<double>(zeros) / static_cast<double>(images.size(0));
  found.push_back(
      {.id = "zero_gradients",
       .is_error = share >= kTooManyZeros,
       .text = fmt::format("the gradient of the cross-entropy is exactly 0 for {} of {} clean images: "
                           "attacks that follow it stand still; see whether margin and DLR losses do too",
                           zeros, images.size(0))});
}

}  // namespace

std::vector<GuardRail> probe_model(const models::Classifier& classifier, const at::Tensor& images,
                                   const at::Tensor& labels) {
  std::vector<GuardRail> found;
  const at::Tensor logits = classifier.logits(images);
  find_randomness(classifier, images, logits, found);
  find_probabilities(logits, found);
  find_zero_gradients(classifier, images, labels, found);
  if (const std::int64_t others = classifier.info().classes - 1; others < kTargets)
    found.push_back(
        {.id = "few_classes",
         .text = fmt::format("targeted attacks aim at {} other classes, not at {}: the model has no more",
                             others, kTargets)});
  return found;
}

}  // namespace vitrobust::eval

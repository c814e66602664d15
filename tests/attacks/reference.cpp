#include "reference.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitrobust::attacks::reference {
namespace {

std::vector<double> values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous().view(-1);
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

std::vector<std::vector<double>> rows(const at::Tensor& matrix) {
  std::vector<std::vector<double>> result;
  for (std::int64_t i = 0; i < matrix.size(0); ++i) result.push_back(values(matrix[i]));
  return result;
}

std::vector<double> affine(const std::vector<std::vector<double>>& weight, const std::vector<double>& bias,
                           const std::vector<double>& x) {
  std::vector<double> y = bias;
  for (std::size_t i = 0; i < y.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) y[i] += weight[i][j] * x[j];
  return y;
}

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

}  // namespace

Reference::Reference(const toy::Mlp& mlp)
    : side_(mlp.side),
      mean_(mlp.mean),
      std_(mlp.std),
      w1_(rows(mlp.w1)),
      w2_(rows(mlp.w2)),
      b1_(values(mlp.b1)),
      b2_(values(mlp.b2)) {}

Reference::Pass Reference::pass(std::span<const double> image, std::int64_t label) const {
  const auto channel = [this](std::size_t pixel) { return pixel / static_cast<std::size_t>(side_ * side_); };
  std::vector<double> x(image.begin(), image.end());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = (x[i] - mean_[channel(i)]) / std_[channel(i)];
  std::vector<double> hidden = affine(w1_, b1_, x);
  for (double& value : hidden) value = std::tanh(value);
  const std::vector<double> logits = affine(w2_, b2_, hidden);

  const double largest = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  for (const double logit : logits) total += std::exp(logit - largest);
  const auto y = static_cast<std::size_t>(label);
  Pass result{.loss = largest + std::log(total) - logits[y],
              .wrong = std::max_element(logits.begin(), logits.end()) - logits.begin() != label,
              .gradient = std::vector<double>(image.size())};
  for (std::size_t h = 0; h < hidden.size(); ++h) {
    double upstream = 0;  // ∂loss/∂hidden, softmax minus one-hot through the second layer
    for (std::size_t c = 0; c < logits.size(); ++c)
      upstream += (std::exp(logits[c] - largest) / total - (c == y ? 1 : 0)) * w2_[c][h];
    upstream *= 1 - hidden[h] * hidden[h];
    for (std::size_t i = 0; i < x.size(); ++i) result.gradient[i] += upstream * w1_[h][i] / std_[channel(i)];
  }
  return result;
}

Found Reference::fgsm(std::span<const double> clean, std::int64_t label, double epsilon) const {
  const Pass before = pass(clean, label);
  Found found{{clean.begin(), clean.end()}, before.wrong, 1};
  if (before.wrong) return found;
  for (std::size_t i = 0; i < clean.size(); ++i)
    found.adversarial[i] = std::clamp(clean[i] + epsilon * sign(before.gradient[i]), 0.0, 1.0);
  found.broken = pass(found.adversarial, label).wrong;
  found.queries = 2;
  return found;
}

Found Reference::pgd(std::span<const double> clean, std::int64_t label, const PgdOptions& options) const {
  Found found{{clean.begin(), clean.end()}, pass(clean, label).wrong, 1};
  if (found.broken) return found;
  auto starts = options.starts;
  const bool from_clean = starts.empty();
  if (from_clean) {
    starts.emplace_back(clean.begin(), clean.end());
    found.queries = 0;  // the look at the clean image is the first gradient pass
  }
  double best = -std::numeric_limits<double>::infinity();
  for (std::vector<double> x : starts) {
    for (std::int64_t k = 0; k <= options.steps; ++k) {
      const Pass here = pass(x, label);
      ++found.queries;
      const bool is_attempt = !(from_clean && k == 0);
      if (is_attempt && (here.wrong || here.loss >= best)) {
        found.adversarial = x;
        best = here.loss;
      }
      if (here.wrong) {
        found.broken = true;
        return found;
      }
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double moved = x[i] + options.step_size * sign(here.gradient[i]);
        x[i] =
            std::clamp(clean[i] + std::clamp(moved - clean[i], -options.epsilon, options.epsilon), 0.0, 1.0);
      }
    }
  }
  return found;
}

}  // namespace vitrobust::attacks::reference

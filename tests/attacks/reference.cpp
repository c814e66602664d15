#include "reference.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

/// The loss of logits and its derivative by each of them.
struct LossSlope {
  double loss;
  std::vector<double> slope;
};

std::vector<std::size_t> by_falling_logit(const std::vector<double>& logits) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return logits[a] > logits[b]; });
  return order;
}

/// −log softmax(z)_c
LossSlope negative_log_probability(const std::vector<double>& z, std::size_t c) {
  const double largest = *std::max_element(z.begin(), z.end());
  double total = 0;
  for (const double logit : z) total += std::exp(logit - largest);
  LossSlope result{largest + std::log(total) - z[c], {}};
  for (const double logit : z) result.slope.push_back(std::exp(logit - largest) / total);
  result.slope[c] -= 1;
  return result;
}

/// (z_a − z_y) / (z_(1) − Σ w_k z_(k) + 1e-12) by the quotient rule.
LossSlope ratio(const std::vector<double>& z, std::size_t a, std::size_t y,
                const std::vector<std::pair<std::size_t, double>>& below) {
  const auto order = by_falling_logit(z);
  double gap = z[order[0]] + 1e-12;
  for (const auto& [rank, weight] : below) gap -= weight * z[order[rank]];
  const double lead = z[a] - z[y];
  LossSlope result{lead / gap, std::vector<double>(z.size())};
  result.slope[a] += 1 / gap;
  result.slope[y] -= 1 / gap;
  result.slope[order[0]] -= lead / gap / gap;
  for (const auto& [rank, weight] : below) result.slope[order[rank]] += weight * lead / gap / gap;
  return result;
}

LossSlope loss_slope(const std::vector<double>& z, const Goal& goal) {
  const auto y = static_cast<std::size_t>(goal.label);
  const auto t = static_cast<std::size_t>(goal.target);
  const auto order = by_falling_logit(z);
  switch (goal.loss) {
    case Loss::ce:
      return negative_log_probability(z, y);
    case Loss::dlr:
      return ratio(z, order[0] == y ? order[1] : order[0], y, {{2, 1.0}});
    case Loss::targeted_dlr:
      return ratio(z, t, y, {{2, 0.5}, {3, 0.5}});
    case Loss::targeted_ce:
      break;
  }
  LossSlope result = negative_log_probability(z, t);
  result.loss = -result.loss;
  for (double& value : result.slope) value = -value;
  return result;
}

}  // namespace

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

double norm_of(const std::vector<double>& values, Norm norm) {
  double result = 0;
  for (const double value : values) {
    if (norm == Norm::linf) result = std::max(result, std::abs(value));
    if (norm == Norm::l2) result += value * value;
    if (norm == Norm::l1) result += std::abs(value);
  }
  return norm == Norm::l2 ? std::sqrt(result) : result;
}

std::vector<double> into_ball(std::span<const double> clean, const std::vector<double>& x, Norm norm,
                              double epsilon) {
  std::vector<double> change(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) change[i] = x[i] - clean[i];
  if (norm == Norm::linf)
    for (double& value : change) value = std::clamp(value, -epsilon, epsilon);
  if (norm == Norm::l2) {
    const double length = norm_of(change, norm);
    if (length > epsilon)
      for (double& value : change) value *= epsilon / length;
  }
  if (norm == Norm::l1) {
    const auto shrunk = [&](double by) {
      std::vector<double> result(change.size());
      for (std::size_t i = 0; i < change.size(); ++i)
        result[i] = sign(change[i]) *
                    std::clamp(std::abs(change[i]) - by, 0.0, change[i] > 0 ? 1 - clean[i] : clean[i]);
      return result;
    };
    double low = 0;
    double high = norm_of(change, Norm::linf);
    const bool is_inside = norm_of(shrunk(0), norm) <= epsilon;
    for (int i = 0; i < 200 && !is_inside; ++i) {
      const double middle = (low + high) / 2;
      (norm_of(shrunk(middle), norm) > epsilon ? low : high) = middle;
    }
    change = shrunk(is_inside ? 0 : high);
  }
  for (std::size_t i = 0; i < x.size(); ++i) change[i] = std::clamp(clean[i] + change[i], 0.0, 1.0);
  return change;
}

Reference::Reference(const toy::Mlp& mlp)
    : side_(mlp.side),
      mean_(mlp.mean),
      std_(mlp.std),
      w1_(rows(mlp.w1)),
      w2_(rows(mlp.w2)),
      b1_(values(mlp.b1)),
      b2_(values(mlp.b2)) {}

std::vector<double> Reference::hidden(std::span<const double> image) const {
  std::vector<double> x(image.begin(), image.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t channel = i / static_cast<std::size_t>(side_ * side_);
    x[i] = (x[i] - mean_[channel]) / std_[channel];
  }
  std::vector<double> values = affine(w1_, b1_, x);
  for (double& value : values) value = std::tanh(value);
  return values;
}

std::vector<double> Reference::logits(std::span<const double> image) const {
  return affine(w2_, b2_, hidden(image));
}

Pass Reference::pass(std::span<const double> image, const Goal& goal) const {
  const std::vector<double> middle = hidden(image);
  const std::vector<double> z = affine(w2_, b2_, middle);
  const LossSlope outer = loss_slope(z, goal);
  Pass result{.loss = outer.loss,
              .wrong = std::max_element(z.begin(), z.end()) - z.begin() != goal.label,
              .gradient = std::vector<double>(image.size())};
  for (std::size_t h = 0; h < middle.size(); ++h) {
    double upstream = 0;
    for (std::size_t c = 0; c < z.size(); ++c) upstream += outer.slope[c] * w2_[c][h];
    upstream *= 1 - middle[h] * middle[h];
    for (std::size_t i = 0; i < image.size(); ++i)
      result.gradient[i] += upstream * w1_[h][i] / std_[i / static_cast<std::size_t>(side_ * side_)];
  }
  return result;
}

Found Reference::fgsm(std::span<const double> clean, std::int64_t label, double epsilon) const {
  const Pass before = pass(clean, {label});
  Found found{{clean.begin(), clean.end()}, before.wrong, 1};
  if (before.wrong) return found;
  for (std::size_t i = 0; i < clean.size(); ++i)
    found.adversarial[i] = std::clamp(clean[i] + epsilon * sign(before.gradient[i]), 0.0, 1.0);
  found.broken = pass(found.adversarial, {label}).wrong;
  found.queries = 2;
  return found;
}

Found Reference::pgd(std::span<const double> clean, std::int64_t label, const PgdOptions& options) const {
  Found found{{clean.begin(), clean.end()}, pass(clean, {label}).wrong, 1};
  if (found.broken) return found;
  auto starts = options.starts;
  const bool from_clean = starts.empty();
  if (from_clean) {
    starts.emplace_back(clean.begin(), clean.end());
    found.queries = 0;  // the look at the clean image is the first gradient pass
  }
  double best = -std::numeric_limits<double>::infinity();
  for (std::vector<double> x : starts) {
    std::vector<double> accumulated(x.size(), 0.0);
    for (std::int64_t k = 0; k <= options.steps; ++k) {
      const Pass here = pass(x, {label});
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
      std::vector<double> direction = here.gradient;
      if (options.decay) {
        const double mean = norm_of(here.gradient, Norm::l1) / static_cast<double>(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
          accumulated[i] = *options.decay * accumulated[i] + here.gradient[i] / mean;
          direction[i] = accumulated[i];
        }
      }
      const double length = norm_of(direction, Norm::l2);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += options.step_size * (options.norm == Norm::linf ? sign(direction[i]) : direction[i] / length);
      x = into_ball(clean, x, options.norm, options.epsilon);
    }
  }
  return found;
}

}  // namespace vitrobust::attacks::reference

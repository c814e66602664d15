#include "attacks/random_start.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::attacks {
namespace {

double length(std::span<const double> values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

void scale(std::span<double> values, double factor) {
  for (double& value : values) value *= factor;
}

/// Exponential of mean 1 from a uniform on [0, 1).
double exponential(double uniform) {
  return -std::log1p(-uniform);
}

void fill_linf(PhiloxSource& source, Start start, double epsilon, std::span<double> change) {
  source.fill_uniform(change);
  if (start == Start::inside) {
    for (double& value : change) value = value * (2 * epsilon) - epsilon;
    return;
  }
  double largest = 0;
  for (double& value : change) {
    value = 2 * value - 1;
    largest = std::max(largest, std::abs(value));
  }
  // A draw of zeros alone is one in 2^53.
  if (largest > 0) scale(change, epsilon / largest);
}

void fill_l2(PhiloxSource& source, Start start, double epsilon, std::span<double> change) {
  source.fill_normal(change);
  const double radius = start == Start::boundary
                            ? epsilon
                            : epsilon * std::pow(source.uniform(), 1 / static_cast<double>(change.size()));
  const double norm = length(change);
  if (norm > 0) scale(change, radius / norm);
}

void fill_l1(PhiloxSource& source, Start start, double epsilon, std::span<double> change) {
  if (start == Start::boundary) return source.fill_normal(change);  // the projection does the rest
  source.fill_uniform(change);
  double total = 0;
  for (double& value : change) {
    const bool negative = value < 0.5;
    const double magnitude = exponential(negative ? 2 * value : 2 * value - 1);
    total += magnitude;
    value = negative ? -magnitude : magnitude;
  }
  total += exponential(source.uniform());
  if (total > 0) scale(change, epsilon / total);
}

}  // namespace

at::Tensor random_start(const Ball& ball, Start start, std::span<const std::uint64_t> sample_ids,
                        StreamKey key) {
  const at::Tensor& clean = ball.clean();
  const std::int64_t samples = clean.size(0);
  if (static_cast<std::int64_t>(sample_ids.size()) != samples)
    throw InternalError("a random start needs one sample id per image");
  const at::Tensor change = at::empty(clean.sizes(), at::TensorOptions(at::kDouble));
  const std::size_t values = samples == 0 ? 0 : static_cast<std::size_t>(change.numel() / samples);
  const std::span<double> all(change.mutable_data_ptr<double>(), values * sample_ids.size());
  for (std::size_t i = 0; i < sample_ids.size(); ++i) {
    key.sample_id = sample_ids[i];
    PhiloxSource source(key);
    const std::span<double> row = all.subspan(i * values, values);
    switch (ball.norm()) {
      case Norm::linf:
        fill_linf(source, start, ball.epsilon(), row);
        break;
      case Norm::l2:
        fill_l2(source, start, ball.epsilon(), row);
        break;
      case Norm::l1:
        fill_l1(source, start, ball.epsilon(), row);
        break;
    }
  }
  return ball.project(clean.to(at::kDouble) + change);
}

}  // namespace vitrobust::attacks

#include "tests/models/naive_attention.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace vitrobust::models {
namespace {

using Vector = std::vector<double>;

Vector row(const at::Tensor& x, std::int64_t b, std::int64_t h, std::int64_t token) {
  const auto values = x.detach().select(0, b).select(0, h).select(0, token).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

Vector flat(const at::Tensor& x) {
  const auto values = x.detach().contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += a[d] * b[d];
  return sum;
}

Vector times(Vector a, const Vector& b) {
  for (std::size_t d = 0; d < a.size(); ++d) a[d] *= b[d];
  return a;
}

Vector unit(Vector x) {
  const double length = std::max(std::sqrt(dot(x, x)), 1e-12);
  for (double& value : x) value /= length;
  return x;
}

Vector rms_norm(Vector x, const at::Tensor& weight, double eps) {
  const double mean_square = dot(x, x) / static_cast<double>(x.size());
  for (double& value : x) value /= std::sqrt(mean_square + eps);
  return times(std::move(x), flat(weight));
}

Vector layer_norm(Vector x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  double mean = 0;
  for (const double value : x) mean += value / static_cast<double>(x.size());
  for (double& value : x) value -= mean;
  x = rms_norm(std::move(x), weight, eps);
  const Vector shift = flat(bias);
  for (std::size_t d = 0; d < x.size(); ++d) x[d] += shift[d];
  return x;
}

/// w of one image and head: how much each dimension's values changed since the block before, the most
/// being 1.
Vector change_weights(const AttentionInputs& in, EllipticalDelta delta, std::int64_t b, std::int64_t h) {
  const auto width = static_cast<std::size_t>(in.v.size(3));
  Vector weights(width, in.previous_v.defined() ? 0.0 : 1.0);
  if (!in.previous_v.defined()) return weights;
  for (std::int64_t token = 0; token < in.v.size(2); ++token) {
    const Vector v = row(in.v, b, h, token);
    const Vector v_before = row(in.previous_v, b, h, token);
    const Vector q = row(in.q, b, h, token);
    const Vector q_before = row(in.previous_q, b, h, token);
    for (std::size_t d = 0; d < width; ++d) {
      const double divisor = delta == EllipticalDelta::constant ? 5.0 : std::abs(q[d] - q_before[d]) + 0.5;
      weights[d] += std::abs(v[d] - v_before[d]) / divisor / static_cast<double>(in.v.size(2));
    }
  }
  const double most = *std::ranges::max_element(weights);
  for (double& weight : weights) weight /= most;
  return weights;
}

double logit(const AttentionInputs& in, const VisionTransformerOptions& options, const Vector& change,
             std::int64_t head, const Vector& q, const Vector& k) {
  const double root = std::sqrt(static_cast<double>(q.size()));
  const double eps = options.norm_eps;
  switch (options.attention) {
    case AttentionKind::standard:
      return dot(q, k) / root;
    case AttentionKind::quest:
      return dot(q, unit(k));
    case AttentionKind::qnorm:
      return dot(unit(q), k);
    case AttentionKind::qknorm:
      if (options.qk_norm == QkNorm::rms_norm)
        return dot(rms_norm(q, in.learnt.at(0), eps), rms_norm(k, in.learnt.at(1), eps)) / root;
      return dot(layer_norm(q, in.learnt.at(0), in.learnt.at(1), eps),
                 layer_norm(k, in.learnt.at(2), in.learnt.at(3), eps)) /
             root;
    case AttentionKind::qknorm_hs:
      return flat(in.learnt.at(0)).at(static_cast<std::size_t>(head)) * dot(unit(q), unit(k));
    case AttentionKind::qknorm_ds:
      return dot(times(unit(q), flat(in.learnt.at(0))), times(unit(k), flat(in.learnt.at(1))));
    case AttentionKind::elliptical:
      return dot(times(q, change), k) / root;
    case AttentionKind::elliptical_quest:
      return dot(times(q, change), unit(k));
  }
  throw std::logic_error("a formulation is not written out");
}

}  // namespace

at::Tensor naive_attention_weights(const AttentionInputs& in, const VisionTransformerOptions& options) {
  const auto tokens = in.q.size(2);
  auto weights = at::zeros({in.q.size(0), in.q.size(1), tokens, tokens}, at::kDouble);
  auto values = weights.accessor<double, 4>();
  for (std::int64_t b = 0; b < in.q.size(0); ++b) {
    for (std::int64_t h = 0; h < in.q.size(1); ++h) {
      const Vector change = change_weights(in, options.elliptical_delta, b, h);
      for (std::int64_t i = 0; i < tokens; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < tokens; ++j) {
          values[b][h][i][j] =
              std::exp(logit(in, options, change, h, row(in.q, b, h, i), row(in.k, b, h, j)));
          sum += values[b][h][i][j];
        }
        for (std::int64_t j = 0; j < tokens; ++j) values[b][h][i][j] /= sum;
      }
    }
  }
  return weights;
}

std::vector<AttentionCase> attention_cases() {
  std::vector<AttentionCase> cases;
  const auto add = [&](AttentionKind kind, const std::string& suffix, auto change) {
    AttentionCase added{to_string(kind) + suffix, {}};
    std::ranges::replace(added.name, '-', '_');
    added.options.embed_dim = 6;
    added.options.num_heads = 2;
    added.options.attention = kind;
    change(added.options);
    cases.push_back(std::move(added));
  };
  for (const auto& entry : attention_table()) {
    add(entry.kind, "", [](VisionTransformerOptions&) {});
    if (entry.kind == AttentionKind::qknorm)
      add(entry.kind, "_rms", [](VisionTransformerOptions& o) { o.qk_norm = QkNorm::rms_norm; });
    if (!entry.uses_previous_block) continue;
    add(entry.kind, "_queries",
        [](VisionTransformerOptions& o) { o.elliptical_delta = EllipticalDelta::queries; });
    add(entry.kind, "_stop",
        [](VisionTransformerOptions& o) { o.elliptical_gradient = EllipticalGradient::stop; });
  }
  return cases;
}

}  // namespace vitrobust::models

#include "models/classifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/freezable_linear.h"
#include "models/lane_pool.h"

namespace vitrobust::models {
namespace {

at::Tensor channels(const std::array<double, 3>& values, at::ScalarType dtype) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(dtype).view({1, 3, 1, 1});
}

void check_images(const at::Tensor& images, const ClassifierInfo& info) {
  const std::array<std::int64_t, 3> expected{3, info.height, info.width};
  if (images.dim() != 4 || images.sizes().slice(1) != at::IntArrayRef(expected)) {
    throw InternalError(fmt::format("classifier: images have shape [{}], expected [N, {}]",
                                    fmt::join(images.sizes(), ", "), fmt::join(expected, ", ")));
  }
  if (images.numel() == 0 || info.any_range) return;
  const auto [low, high] = at::aminmax(images);  // NaN if any pixel is
  if (!(low.item<double>() >= 0 && high.item<double>() <= 1)) {
    throw InternalError(fmt::format("classifier: pixels in [{}, {}], expected [0, 1] without NaN",
                                    low.item<double>(), high.item<double>()));
  }
}

void check_finite(const at::Tensor& values, const char* what) {
  const auto bad = at::isfinite(values).flatten(1).all(1).logical_not().sum().item<std::int64_t>();
  if (bad == 0) return;
  throw Error(
      ExitCode::cells_failed,
      fmt::format("the model's {} are NaN or infinite for {} of {} images", what, bad, values.size(0)),
      "if the weights are sound, the numbers overflow: try --precision fp64");
}

/// A network without a derivative (traced without one, or rounding its input) cannot be attacked by
/// gradients.
void check_differentiable(const at::Tensor& value) {
  if (value.requires_grad()) return;
  throw Error(ExitCode::cells_failed, "the model gives no gradient with respect to the images",
              "attack it with a black-box attack such as square");
}

/// The pass's images as a tensor of its own, in `dtype`, filled up to `size` rows with grey.
at::Tensor image_rows(const at::Tensor& images, std::int64_t begin, std::int64_t count, std::int64_t size,
                      at::ScalarType dtype) {
  const auto real = images.narrow(0, begin, count).detach().to(dtype);
  auto shape = real.sizes().vec();
  shape[0] = size - count;
  return at::cat({real, at::full(shape, 0.5, real.options())});
}

/// The pass's targets, filled up with copies of the first, which every loss can take.
at::Tensor target_rows(const at::Tensor& targets, std::int64_t begin, std::int64_t count, std::int64_t size) {
  const auto real = targets.narrow(0, begin, count);
  auto shape = real.sizes().vec();
  shape[0] = size - count;
  return at::cat({real, real.narrow(0, 0, 1).expand(shape)});
}

at::Tensor join(const std::vector<at::Tensor>& passes, at::IntArrayRef empty_shape, at::ScalarType dtype) {
  return passes.empty() ? at::empty(empty_shape, dtype) : at::cat(passes);
}

/// Element by element what join() does; all passes have the same number of elements.
std::vector<at::Tensor> join_each(const std::vector<std::vector<at::Tensor>>& passes) {
  std::vector<at::Tensor> joined;
  for (std::size_t k = 0; !passes.empty() && k < passes.front().size(); ++k) {
    std::vector<at::Tensor> parts;
    for (const auto& pass : passes) parts.push_back(pass.at(k));
    joined.push_back(at::cat(parts));
  }
  return joined;
}

void check_targets(const at::Tensor& targets, const at::Tensor& images) {
  if (targets.dim() == 2 && targets.size(0) == images.size(0)) return;
  throw InternalError(fmt::format("classifier: targets have shape [{}], expected [{}, k]",
                                  fmt::join(targets.sizes(), ", "), images.size(0)));
}

}  // namespace

Classifier::Classifier(ClassifierInfo info, std::array<double, 3> mean, std::array<double, 3> std,
                       at::ScalarType dtype)
    : info_(info),
      dtype_(dtype),
      mean_(channels(mean, dtype)),
      std_(channels(std, dtype)),
      pool_(std::make_unique<LanePool>(1)) {
  if (info.lanes < 1) throw InternalError(fmt::format("a classifier of {} lanes", info.lanes));
}

Classifier::~Classifier() = default;

void Classifier::set_threads(int threads) {
  pool_->resize(threads);
}

std::int64_t Classifier::threads() const {
  return pool_->threads();
}

std::int64_t Classifier::rows_at_once() const {
  return info_.lanes * threads();
}

void Classifier::in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& part) const {
  pool_->run(count, part);
}

void Classifier::set_pass_hook(std::function<void()> hook) {
  pass_hook_ = std::move(hook);
}

std::vector<Classifier::Rows> Classifier::passes_over(const at::Tensor& images, bool padded) const {
  const std::int64_t samples = images.size(0);
  const std::int64_t fewest = (samples + info_.lanes - 1) / info_.lanes;
  const std::int64_t count = padded ? fewest : std::max(fewest, std::min(samples, threads()));
  std::vector<Rows> passes;
  for (std::int64_t pass = 0; pass < count; ++pass) {
    const std::int64_t begin = padded ? pass * info_.lanes : pass * samples / count;
    const std::int64_t end = padded ? std::min(begin + info_.lanes, samples) : (pass + 1) * samples / count;
    passes.push_back({pass, begin, end - begin, padded ? info_.lanes : end - begin});
  }
  return passes;
}

template <typename Body>
void Classifier::for_each_pass(const std::vector<Rows>& passes, const at::Tensor& images, bool reduced,
                               const Body& body) const {
  pool_->run(static_cast<std::int64_t>(passes.size()), [&](std::int64_t pass) {
    if (pass_hook_) pass_hook_();
    const ReducedPrecisionGuard precision(reduced);
    const Rows& rows = passes[static_cast<std::size_t>(pass)];
    body(rows, image_rows(images, rows.begin, rows.count, rows.size, dtype_));
  });
}

at::Tensor Classifier::logits(const at::Tensor& images) const {
  return compute_logits(images, false);
}

at::Tensor Classifier::search_logits(const at::Tensor& images) const {
  return compute_logits(images, info_.reduced());
}

at::Tensor Classifier::search_logits(const at::Tensor& images, const at::Tensor& labels) const {
  at::Tensor found = search_logits(images);
  if (info_.reduced()) confirm(images, labels, found);
  return found;
}

at::Tensor Classifier::compute_logits(const at::Tensor& images, bool reduced) const {
  check_images(images, info_);
  const std::vector<Rows> passes = passes_over(images, is_padded(reduced));
  std::vector<at::Tensor> results(passes.size());
  for_each_pass(passes, images, reduced, [&](const Rows& rows, const at::Tensor& x) {
    const at::NoGradGuard no_grad;
    results[static_cast<std::size_t>(rows.pass)] = forward((x - mean_) / std_).narrow(0, 0, rows.count);
  });
  auto logits = join(results, {0, info_.classes}, dtype_);
  check_finite(logits, "logits");
  return logits;
}

LossGradient Classifier::loss_gradient(const at::Tensor& images, const at::Tensor& targets,
                                       const LossFunction& loss) const {
  check_images(images, info_);
  check_targets(targets, images);
  const std::vector<Rows> passes = passes_over(images, is_padded(info_.reduced()));
  std::vector<at::Tensor> logits(passes.size());
  std::vector<at::Tensor> losses(passes.size());
  std::vector<at::Tensor> gradients(passes.size());
  for_each_pass(passes, images, info_.reduced(), [&](const Rows& rows, at::Tensor x) {
    const at::AutoGradMode with_grad(true);
    x.requires_grad_();
    const auto z = forward((x - mean_) / std_);
    check_differentiable(z);
    const auto row_losses = loss(z, target_rows(targets, rows.begin, rows.count, rows.size));
    if (row_losses.dim() != 1 || row_losses.size(0) != rows.size) {
      throw InternalError(fmt::format("classifier: the loss has shape [{}], expected [{}]",
                                      fmt::join(row_losses.sizes(), ", "), rows.size));
    }
    const auto real_losses = row_losses.narrow(0, 0, rows.count);
    const auto gradient = torch::autograd::grad({real_losses.sum()}, {x})[0];
    const auto i = static_cast<std::size_t>(rows.pass);
    logits[i] = z.detach().narrow(0, 0, rows.count);
    losses[i] = real_losses.detach();
    gradients[i] = gradient.narrow(0, 0, rows.count);
  });
  LossGradient result{join(logits, {0, info_.classes}, dtype_), join(losses, {0}, dtype_),
                      join(gradients, {0, 3, info_.height, info_.width}, dtype_)};
  check_finite(result.logits, "logits");
  check_finite(result.gradient, "gradients");
  if (info_.reduced()) confirm(images, targets.select(1, 0), result.logits);
  return result;
}

at::Tensor Classifier::forward_with_maps(const at::Tensor&, std::vector<at::Tensor>&) const {
  throw UsageError("this model exposes no attention maps",
                   "attacks that are guided by attention need a Vision Transformer from a checkpoint");
}

AttentionMaps Classifier::attention_maps(const at::Tensor& images) const {
  check_images(images, info_);
  const std::vector<Rows> passes = passes_over(images, /*padded=*/true);
  std::vector<std::vector<at::Tensor>> found(passes.size());
  for_each_pass(passes, images, false, [&](const Rows& rows, const at::Tensor& x) {
    const at::NoGradGuard no_grad;
    auto& maps = found[static_cast<std::size_t>(rows.pass)];
    (void)forward_with_maps((x - mean_) / std_, maps);
    for (auto& map : maps) map = map.narrow(0, 0, rows.count);
  });
  // A frozen block that has its maps recorded takes its sums in another order: these logits are those of
  // outcomes.
  return {logits(images), join_each(found)};
}

AttentionGradients Classifier::attention_gradients(const at::Tensor& images, const at::Tensor& targets,
                                                   const AttentionLosses& losses) const {
  check_images(images, info_);
  check_targets(targets, images);
  const std::vector<Rows> passes = passes_over(images, /*padded=*/true);
  std::vector<at::Tensor> logits(passes.size());
  std::vector<at::Tensor> values(passes.size());
  std::vector<std::vector<at::Tensor>> gradients(passes.size());
  for_each_pass(passes, images, info_.reduced(), [&](const Rows& rows, at::Tensor x) {
    const at::AutoGradMode with_grad(true);
    x.requires_grad_();
    std::vector<at::Tensor> maps;
    const auto z = forward_with_maps((x - mean_) / std_, maps);
    const auto real =
        losses(z, maps, target_rows(targets, rows.begin, rows.count, rows.size)).narrow(0, 0, rows.count);
    const auto i = static_cast<std::size_t>(rows.pass);
    for (std::int64_t k = 0; k < real.size(1); ++k)
      gradients[i].push_back(
          torch::autograd::grad({real.select(1, k).sum()}, {x}, {}, /*retain_graph=*/true)[0].narrow(
              0, 0, rows.count));
    logits[i] = z.detach().narrow(0, 0, rows.count);
    values[i] = real.detach();
  });
  AttentionGradients result{join(logits, {0, info_.classes}, dtype_), join(values, {0, 0}, dtype_),
                            join_each(gradients)};
  check_finite(result.logits, "logits");
  for (const auto& gradient : result.gradients) check_finite(gradient, "gradients");
  confirm(images, targets.select(1, 0), result.logits);
  return result;
}

/// Puts the logits that decide outcomes in the place of those that misclassify: they may come from other
/// products or sums.
void Classifier::confirm(const at::Tensor& images, const at::Tensor& labels, at::Tensor& logits) const {
  const at::Tensor found = logits.argmax(1).ne(labels).nonzero().squeeze(1);
  if (found.size(0) > 0) logits.index_copy_(0, found, this->logits(images.index_select(0, found)));
}

}  // namespace vitrobust::models

#include "models/vision_transformer_classifier.h"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <torch/torch.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/attention/recorder.h"
#include "models/freezable_linear.h"
#include "models/one_thread.h"

namespace vitrobust::models {
namespace {

/// How many images make a pass long enough for what it costs beside its products, and short enough for a
/// second-level cache. Gradients per second on one core of an AMD EPYC (Zen 4), float32, 65 tokens of width
/// 64: 900 with 1 lane, 885 with 2, 1,020 with 4, 980 with 8. Of 197 tokens of width 192 they are as many
/// with 1 as with 8, so long sequences have a pass for each sample, and padding costs nothing.
constexpr std::int64_t kShortSequence = 128;
constexpr std::int64_t kLanesOfShortSequences = 4;

/// LibTorch's element-wise kernels work on groups of vectors and finish the last elements of a tensor with
/// scalar instructions, whose erf and exp round differently: a pass whose activations are no multiple of the
/// group (at most 64 elements) would treat its last row differently.
constexpr std::int64_t kVectorGroup = 64;

class VisionTransformerClassifier final : public Classifier {
 public:
  VisionTransformerClassifier(VisionTransformer module, const std::array<double, 3>& mean,
                              const std::array<double, 3>& std, const ComputeOptions& compute, bool padded,
                              bool reduced_padded)
      : Classifier({.classes = module->options().num_classes,
                    .height = module->options().image_height,
                    .width = module->options().image_width,
                    .lanes = compute.lanes.value(),
                    .padded = padded,
                    .reduced_padded = reduced_padded,
                    .kernels = compute.kernels.value(),
                    .search_kernels = compute.search_kernels,
                    .patch_size = module->options().patch_size,
                    .blocks = module->options().depth,
                    .class_token = module->options().class_token},
                   mean, std, compute.dtype),
        module_(std::move(module)) {}

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    return module_.ptr()->forward(channels_of(normalised));
  }

  [[nodiscard]] at::Tensor forward_with_maps(const at::Tensor& normalised,
                                             std::vector<at::Tensor>& maps) const override {
    const AttentionRecorder recorder(maps);
    return module_.ptr()->forward(channels_of(normalised));
  }

  /// A network of grey images sees the first channel. Grey pixels have three equal ones, so that epsilon and
  /// the L1 and L2 norms of a perturbation mean what they mean for the grey image; a weighted sum of the
  /// channels would divide a perturbation of one of them and average independent noise away.
  [[nodiscard]] at::Tensor channels_of(const at::Tensor& normalised) const {
    return normalised.narrow(1, 0, module_->options().in_channels);
  }

  VisionTransformer module_;
};

/// Blocks of a trial pass. All blocks have the same shapes and so the same kernels; a whole pass of a deep
/// network would take longer than all the rest of loading it.
constexpr std::int64_t kTrialBlocks = 2;

/// Logits, and the gradient of something that depends on all of them, of one trial pass.
std::pair<at::Tensor, at::Tensor> run_pass(VisionTransformer& module, const at::Tensor& normalised) {
  const at::AutoGradMode with_grad(true);
  const auto x = normalised.detach().requires_grad_();
  const auto logits = module->forward_through(x, std::min(kTrialBlocks, module->options().depth));
  const auto gradient = torch::autograd::grad({at::log_softmax(logits, 1).select(1, 0).sum()}, {x})[0];
  return {logits.detach(), gradient};
}

/// A pass full of images for a trial.
at::Tensor trial_images(const VisionTransformerOptions& options, const ComputeOptions& compute) {
  const std::int64_t lanes = compute.lanes.value();
  auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(lanes));
  return at::randn({lanes, options.in_channels, options.image_height, options.image_width}, generator,
                   at::kFloat)
      .to(compute.dtype);
}

/// Whether this machine's matrix products treat a sample alike at every place of a pass and beside every
/// neighbour. They do not where the rows of a pass are no multiple of a kernel's block, and whose kernels
/// have which blocks is not documented: two rows of 1,000 logits in float64 differ with MKL on AMD
/// processors.
bool rows_are_alike(VisionTransformer& module, const ComputeOptions& compute, bool reduced) {
  const ReducedPrecisionGuard precision(reduced);
  const OneThread one_thread;
  const at::Tensor images = trial_images(module->options(), compute);
  const auto [logits, gradient] = run_pass(module, images);
  const auto [turned_logits, turned_gradient] = run_pass(module, images.flip(0));
  const auto [copied_logits, copied_gradient] = run_pass(module, images.narrow(0, 0, 1).expand_as(images));
  return turned_logits.flip(0).equal(logits) && turned_gradient.flip(0).equal(gradient) &&
         copied_logits.equal(logits.narrow(0, 0, 1).expand_as(logits)) &&
         copied_gradient.equal(gradient.narrow(0, 0, 1).expand_as(gradient));
}

/// Whether a sample has the same bits in passes of any length, so that short ones need no padding. The
/// products of this suite are made so; what else a network computes is tried, alone and in a pass that lacks
/// a sample. Products of libraries choose their order of sums by the number of rows: where a trial does not
/// show it, other numbers may.
bool takes_short_passes(VisionTransformer& module, const ComputeOptions& compute, Kernels kernels,
                        bool reduced) {
  if (!uses_panels(kernels)) return false;
  if (compute.lanes.value() == 1) return false;  // no pass is short
  const ReducedPrecisionGuard precision(reduced);
  const OneThread one_thread;
  const at::Tensor images = trial_images(module->options(), compute);
  const std::int64_t lanes = images.size(0);
  const auto [logits, gradient] = run_pass(module, images);
  for (const std::int64_t count : {std::int64_t{1}, lanes - 1}) {
    const auto [short_logits, short_gradient] = run_pass(module, images.narrow(0, lanes - count, count));
    if (!short_logits.equal(logits.narrow(0, lanes - count, count)) ||
        !short_gradient.equal(gradient.narrow(0, lanes - count, count)))
      return false;
  }
  return true;
}

/// An aligned block never fits the hole that one of its size has left in glibc's heap, so that the holes of
/// the weights that layers have released would add up to as much memory as the weights.
void return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// Parts before the modules that hold them, which build on what the parts froze.
std::vector<Freezable*> freezable_layers(VisionTransformer& module) {
  std::vector<Freezable*> layers;
  for (const auto& part : module->modules()) {
    if (auto* const layer = dynamic_cast<Freezable*>(part.get())) layers.push_back(layer);
  }
  std::ranges::reverse(layers);
  return layers;
}

Kernels fastest_for(const VisionTransformerOptions& options, std::int64_t lanes, bool reduced) {
  return fastest_kernels(lanes * options.tokens(), options.embed_dim, options.mlp_hidden, reduced);
}

Kernels choose_kernels(const VisionTransformerOptions& options, const ComputeOptions& compute,
                       std::int64_t lanes) {
  if (compute.dtype == at::kDouble) {
    if (compute.reduced || compute.kernels.value_or(Kernels::plain) != Kernels::plain)
      throw UsageError("float64 has the plain kernels only", "leave --kernels away");
    return Kernels::plain;
  }
  if (compute.kernels && is_reduced(*compute.kernels)) throw InternalError("bfloat16 decides no outcome");
  if (compute.kernels && !has_kernels(*compute.kernels))
    throw UsageError(fmt::format("this processor or LibTorch has no products for --kernels {}",
                                 to_string(*compute.kernels)),
                     "use --kernels auto");
  if (compute.kernels) return *compute.kernels;
  return fastest_for(options, lanes, /*reduced=*/false);
}

std::optional<Kernels> choose_search_kernels(const VisionTransformerOptions& options,
                                             const ComputeOptions& compute, std::int64_t lanes) {
  if (!compute.reduced) return std::nullopt;
  if (!compute.search_kernels) return fastest_for(options, lanes, /*reduced=*/true);
  if (!is_reduced(*compute.search_kernels)) throw InternalError("float32 kernels for a search in bfloat16");
  if (!has_kernels(*compute.search_kernels))
    throw UsageError(fmt::format("this processor or LibTorch has no products {}, with which the run began",
                                 to_string(*compute.search_kernels)),
                     "go on where it began, or begin anew with another --out");
  return compute.search_kernels;
}

}  // namespace

std::shared_ptr<Classifier> make_classifier(VisionTransformer module, const std::array<double, 3>& mean,
                                            const std::array<double, 3>& std, const ComputeOptions& compute) {
  if (compute.dtype != at::kFloat && compute.dtype != at::kDouble) {
    throw InternalError("a classifier computes in float32 or float64");
  }
  for (Freezable* const layer : freezable_layers(module)) layer->freeze(Kernels::plain, std::nullopt);
  module->to(compute.dtype);
  module->eval();
  for (auto& parameter : module->parameters()) parameter.requires_grad_(false);
  ComputeOptions used = compute;
  used.lanes = compute.lanes.value_or(default_lanes(module->options()));
  used.kernels = choose_kernels(module->options(), compute, *used.lanes);
  used.search_kernels = choose_search_kernels(module->options(), compute, *used.lanes);
  const std::optional<Kernels>& reduced = used.search_kernels;
  for (Freezable* const layer : freezable_layers(module)) {
    layer->freeze(*used.kernels, reduced);
    return_freed_memory();
  }
  if (!compute.lanes && *used.lanes > 1 &&
      !(rows_are_alike(module, used, false) && (!used.reduced || rows_are_alike(module, used, true))))
    used.lanes = 1;
  const bool padded = !takes_short_passes(module, used, *used.kernels, false);
  // Reduced passes have layers that are not reduced.
  const bool reduced_padded = padded || !reduced || !takes_short_passes(module, used, *reduced, true);
  return std::make_shared<VisionTransformerClassifier>(std::move(module), mean, std, used, padded,
                                                       reduced_padded);
}

std::int64_t default_lanes(const VisionTransformerOptions& options) {
  const auto wanted = options.tokens() <= kShortSequence ? kLanesOfShortSequences : 1;
  return wanted * options.tokens() * options.mlp_hidden % kVectorGroup == 0 ? wanted : 1;
}

}  // namespace vitrobust::models

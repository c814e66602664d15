#include "models/infer_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "models/architectures.h"
#include "models/infer_heads.h"
#include "models/infer_positions.h"

namespace vitrobust::models {
namespace {

/// Number of blocks that the names speak of: the largest N of "blocks.N." plus one, 0 without any.
std::int64_t count_blocks(const Translation& translation) {
  constexpr std::string_view kPrefix = "blocks.";
  constexpr std::int64_t kMost = 100'000;
  std::int64_t count = 0;
  for (const CanonicalTensor& tensor : translation.tensors) {
    if (!tensor.name.starts_with(kPrefix)) continue;
    std::int64_t index = -1;
    const char* end = tensor.name.data() + tensor.name.size();
    const auto [stop, failure] = std::from_chars(tensor.name.data() + kPrefix.size(), end, index);
    if (failure == std::errc{} && stop != end && *stop == '.' && index >= 0 && index < kMost)
      count = std::max(count, index + 1);
  }
  return count;
}

class Inference {
 public:
  Inference(const Translation& translation, const ModelConfig& config, bool config_found,
            const LoadOptions& said, const std::string& path, std::vector<std::string>& notes)
      : translation_(translation),
        config_(config),
        config_found_(config_found),
        said_(said),
        path_(path),
        notes_(notes) {}

  InferredOptions run() {
    infer_architecture();
    infer_sizes();
    infer_parts();
    infer_norms_and_tokens();
    infer_pooling();
    infer_attention();
    infer_heads(translation_, config_, said_, named_, path_, options_, notes_);
    infer_functions();
    infer_positions(translation_, config_, said_, path_, result_, notes_);
    if (const auto problems = options_.validate(); !problems.empty())
      throw InputError(path_, fmt::format("{}", fmt::join(problems, "; ")));
    return result_;
  }

 private:
  [[nodiscard]] bool has(const char* name) const { return translation_.find(name) != nullptr; }

  /// One size of a tensor that ought to have `rank` of them.
  [[nodiscard]] std::int64_t size_of(const char* name, std::size_t rank, std::size_t axis,
                                     const char* setting) const {
    const CanonicalTensor* tensor = translation_.find(name);
    if (!tensor)
      throw InputError(path_,
                       fmt::format("tensor '{}' is missing, and config.json does not say {}", name, setting));
    if (tensor->shape.size() != rank)
      throw InputError(path_, fmt::format("tensor '{}' has shape {}, expected {} dimensions", name,
                                          shape_text(tensor->shape), rank));
    return tensor->shape[axis];
  }

  void infer_architecture() {
    const std::string& name = said_.architecture ? *said_.architecture : config_.architecture;
    // timm gives these blocks their norms after the attention and the MLP, under the usual names.
    if (name.find("_rpn_") != std::string::npos)
      throw InputError(path_,
                       fmt::format("architecture '{}' has post-norm blocks, which are not supported", name));
    named_ = named_architecture(name);
    if (said_.architecture && !named_)
      throw UsageError(fmt::format("--arch: '{}' is none of timm's plain Vision Transformers", name),
                       "for example vit_base_patch16_224 or deit_small_patch16_224");
  }

  void infer_sizes() {
    const auto known = [](const std::optional<std::int64_t>& value, auto infer) {
      return value ? *value : infer();
    };
    const char* const projection = "patch_embed.proj.weight";
    options_.embed_dim = known(config_.embed_dim, [&] { return size_of(projection, 4, 0, "embed_dim"); });
    options_.in_channels = known(config_.in_channels, [&] { return size_of(projection, 4, 1, "in_chans"); });
    options_.patch_size = known(config_.patch_size, [&] { return size_of(projection, 4, 3, "patch_size"); });
    if (options_.in_channels == 1)
      notes_.emplace_back("the network takes grey images: it sees the first channel");
    options_.depth = known(config_.depth, [&] { return count_blocks(translation_); });
    if (!has("head.weight") || config_.num_classes == 0)
      throw InputError(path_,
                       config_.num_classes == 0
                           ? "has no classification head (num_classes is 0)"
                           : "has no classification head: tensor 'head.weight' is missing",
                       "give a checkpoint that was trained to classify");
    options_.num_classes =
        known(config_.num_classes, [&] { return size_of("head.weight", 2, 0, "num_classes"); });
    // As timm, int(embed_dim * mlp_ratio), but for the rounding of ratios such as 48/11.
    options_.mlp_hidden = known(config_.mlp_hidden, [&] {
      return config_.mlp_ratio
                 ? static_cast<std::int64_t>(std::clamp(
                       std::floor(static_cast<double>(options_.embed_dim) * *config_.mlp_ratio + 1e-6), 0.0,
                       1e12))
                 : size_of("blocks.0.mlp.fc1.weight", 2, 0, "mlp_ratio");
    });
  }

  void infer_parts() {
    const CanonicalTensor* const narrow = translation_.find("blocks.0.mlp.fc2.weight");
    const bool packed = narrow && narrow->shape.size() == 2 && narrow->shape[1] * 2 == options_.mlp_hidden;
    options_.mlp = packed ? MlpKind::swiglu_packed : MlpKind::plain;
    options_.patch_bias = has("patch_embed.proj.bias");
    options_.patch_norm_in = has("patch_embed.norm_in.weight");
    options_.patch_norm_out = has("patch_embed.norm.weight");
    options_.qkv_bias = config_.qkv_bias.value_or(has("blocks.0.attn.qkv.bias"));
    options_.proj_bias = config_.proj_bias.value_or(has("blocks.0.attn.proj.bias"));
    options_.head_bias = has("head.bias");
    options_.layer_scale = config_.layer_scale.value_or(has("blocks.0.ls1.gamma"));
  }

  void infer_norms_and_tokens() {
    options_.class_token = config_.class_token.value_or(has("cls_token"));
    options_.distilled = has("dist_token");
    const CanonicalTensor* const registers = translation_.find("reg_token");
    const bool shaped = registers && registers->shape.size() == 3;
    options_.registers = config_.registers.value_or(0);
    // A DeiT of transformers with one head has a register that its config.json does not count.
    if (shaped && options_.registers == 0) options_.registers = registers->shape[1];
    options_.pre_norm = config_.pre_norm.value_or(has("norm_pre.weight"));
    options_.final_norm = config_.final_norm.value_or(has("norm.weight") || has("fc_norm.weight"));
  }

  void infer_pooling() {
    const bool by_norm = has("fc_norm.weight") && translation_.dialect != "vit-pytorch";
    const Pooling likely = by_norm || !options_.class_token ? Pooling::avg : Pooling::token;
    const Pooling trained =
        config_.pooling.value_or(named_ && options_.class_token ? named_->pooling : likely);
    options_.pooling = trained;
    if (!config_.pooling && !said_.pooling && !named_)
      notes_.push_back(fmt::format("global_pool inferred from the tensors: {}", to_string(trained)));
    const bool either = has("fc_norm.weight") || has("norm.weight");
    options_.fc_norm = options_.final_norm &&
                       config_.fc_norm.value_or(either ? has("fc_norm.weight") : trained == Pooling::avg);
    options_.pool_include_prefix = config_.pool_include_prefix.value_or(translation_.pool_includes_prefix);
    // The layer norm stays where the network was trained with it, however its tokens are pooled now.
    if (said_.pooling) options_.pooling = *said_.pooling;
    if (said_.pooling && config_.pooling && *said_.pooling != trained)
      notes_.push_back(fmt::format("pooled by {} on demand; config.json says {}", to_string(options_.pooling),
                                   to_string(trained)));
  }

  [[nodiscard]] std::optional<AttentionKind> attention_by_tensors() const {
    if (has("blocks.0.attn.q_norm.weight")) return AttentionKind::qknorm;
    if (has("blocks.0.attn.scale")) return AttentionKind::qknorm_hs;
    if (has("blocks.0.attn.q_scale")) return AttentionKind::qknorm_ds;
    return std::nullopt;
  }

  void infer_attention() {
    const std::optional<AttentionKind> trained =
        config_.attention ? config_.attention
                          : (config_.qk_norm.value_or(false) ? std::optional(AttentionKind::qknorm)
                                                             : attention_by_tensors());
    options_.attention = said_.attention.value_or(trained.value_or(AttentionKind::standard));
    options_.qk_norm = has("blocks.0.attn.q_norm.weight") && !has("blocks.0.attn.q_norm.bias")
                           ? QkNorm::rms_norm
                           : QkNorm::layer_norm;
    options_.elliptical_gradient = config_.elliptical_gradient.value_or(options_.elliptical_gradient);
    options_.elliptical_delta = config_.elliptical_delta.value_or(options_.elliptical_delta);
    if (said_.attention || config_.attention || config_.qk_norm.value_or(false))
      result_.attention_source = "given";
    else
      result_.attention_source = trained ? "inferred" : "assumed";
    if (result_.attention_source == "assumed")
      notes_.emplace_back("attention assumed to be standard: neither --attention nor config.json says");
    if (result_.attention_source == "inferred")
      notes_.push_back("attention inferred from the tensors: " + to_string(options_.attention));
    if (said_.attention && trained && *said_.attention != *trained)
      notes_.push_back(fmt::format("attention is {} on demand; the checkpoint says {}",
                                   to_string(options_.attention), to_string(*trained)));
  }

  void infer_functions() {
    const bool gated = options_.mlp == MlpKind::swiglu_packed;
    const Activation usual = gated    ? Activation::silu
                             : named_ ? named_->activation
                                      : translation_.defaults.activation;
    options_.activation = said_.activation.value_or(config_.activation.value_or(usual));
    const double usual_eps = named_ ? named_->norm_eps : translation_.defaults.norm_eps;
    options_.norm_eps = said_.norm_eps.value_or(config_.norm_eps.value_or(usual_eps));
    const bool assumed = !config_found_ && !named_;
    if (assumed && !said_.activation)
      notes_.push_back("activation assumed: " + to_string(options_.activation));
    if (assumed && !said_.norm_eps) notes_.push_back(fmt::format("norm_eps assumed: {}", options_.norm_eps));
  }

  const Translation& translation_;
  const ModelConfig& config_;
  bool config_found_;
  const LoadOptions& said_;
  const std::string& path_;
  std::optional<NamedArchitecture> named_;
  std::vector<std::string>& notes_;
  InferredOptions result_;
  VisionTransformerOptions& options_ = result_.options;
};

}  // namespace

VisionTransformerOptions InferredOptions::as_stored() const {
  VisionTransformerOptions stored = options;
  stored.image_height = position_grid[0] * options.patch_size;
  stored.image_width = position_grid[1] * options.patch_size;
  return stored;
}

InferredOptions infer_options(const Translation& translation, const ModelConfig& config, bool config_found,
                              const LoadOptions& said, const std::string& path,
                              std::vector<std::string>& notes) {
  return Inference(translation, config, config_found, said, path, notes).run();
}

}  // namespace vitrobust::models

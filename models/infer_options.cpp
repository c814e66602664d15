#include "models/infer_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/error.h"

namespace vitrobust::models {
namespace {

/// What timm's definitions of plain ViTs say that neither config.json nor the tensors do. From timm 1.0.31,
/// by building every architecture whose tensors are those of a plain ViT; the first prefix that fits counts.
struct NamedArchitecture {
  std::string_view prefix;
  std::int64_t heads = 0;  ///< 0: 64 wide
  Activation activation = Activation::gelu;
};

constexpr NamedArchitecture kNamedArchitectures[] = {
    {"deit_base_"},
    {"deit_small_"},
    {"deit_tiny_"},
    {"eva_large_patch14_"},
    {"test_vit", 2},
    {"vit_base_patch16_gap_", 16},
    {"vit_base_patch32_siglip_gap_", 0, Activation::gelu_tanh},
    {"vit_base_"},
    {"vit_giant_", 16},
    {"vit_giantopt_patch16_siglip_gap_", 16, Activation::gelu_tanh},
    {"vit_gigantic_", 16},
    {"vit_huge_", 16},
    {"vit_large_patch16_siglip_gap_512", 0, Activation::gelu_tanh},
    {"vit_large_"},
    {"vit_small_"},
    {"vit_so400m_patch14_siglip_gap_", 16},
    {"vit_so400m_patch16_siglip_gap_", 16, Activation::gelu_tanh},
    {"vit_tiny_"},
};

constexpr std::int64_t kUsualHeadWidth = 64;
/// Larger sides are refused by validate(); products of clamped ones cannot overflow.
constexpr std::int64_t kBeyondAnySide = 1 << 20;

std::optional<NamedArchitecture> named_architecture(const std::string& name) {
  for (const NamedArchitecture& entry : kNamedArchitectures) {
    if (name.starts_with(entry.prefix)) return entry;
  }
  return std::nullopt;
}

/// Number of blocks that the names speak of: the largest N of "blocks.N." plus one, 0 without any.
std::int64_t count_blocks(const TensorCatalogue& catalogue) {
  constexpr std::string_view kPrefix = "blocks.";
  constexpr std::int64_t kMost = 100'000;
  std::int64_t count = 0;
  for (const TensorEntry& entry : catalogue.tensors) {
    if (!entry.name.starts_with(kPrefix)) continue;
    std::int64_t index = -1;
    const char* end = entry.name.data() + entry.name.size();
    const auto [stop, failure] = std::from_chars(entry.name.data() + kPrefix.size(), end, index);
    if (failure == std::errc{} && stop != end && *stop == '.' && index >= 0 && index < kMost)
      count = std::max(count, index + 1);
  }
  return count;
}

class Inference {
 public:
  Inference(const TensorCatalogue& catalogue, const ModelConfig& config, const LoadOptions& said,
            const std::string& path, std::vector<std::string>& notes)
      : catalogue_(catalogue),
        config_(config),
        said_(said),
        path_(path),
        named_(named_architecture(config.architecture)),
        notes_(notes) {}

  VisionTransformerOptions run(bool config_found) {
    // timm gives these blocks their norms after the attention and the MLP, under the usual names.
    if (config_.architecture.find("_rpn_") != std::string::npos)
      throw InputError(path_, fmt::format("architecture '{}' has post-norm blocks, which are not supported",
                                          config_.architecture));
    infer_sizes();
    infer_parts();
    infer_heads();
    infer_image_size();
    infer_functions(config_found);
    if (const auto problems = options_.validate(); !problems.empty())
      throw InputError(path_, fmt::format("{}", fmt::join(problems, "; ")));
    check_position_embedding();
    return options_;
  }

 private:
  [[nodiscard]] bool has(const char* name) const { return catalogue_.find(name) != nullptr; }

  /// One size of a tensor that ought to have `rank` of them.
  [[nodiscard]] std::int64_t size_of(const char* name, std::size_t rank, std::size_t axis,
                                     const char* setting) const {
    const TensorEntry* entry = catalogue_.find(name);
    if (!entry)
      throw InputError(path_,
                       fmt::format("tensor '{}' is missing, and config.json does not say {}", name, setting));
    if (entry->shape.size() != rank)
      throw InputError(path_, fmt::format("tensor '{}' has shape {}, expected {} dimensions", name,
                                          shape_text(entry->shape), rank));
    return entry->shape[axis];
  }

  void infer_sizes() {
    const auto known = [](const std::optional<std::int64_t>& value, auto infer) {
      return value ? *value : infer();
    };
    options_.embed_dim =
        known(config_.embed_dim, [&] { return size_of("patch_embed.proj.weight", 4, 0, "embed_dim"); });
    options_.patch_size =
        known(config_.patch_size, [&] { return size_of("patch_embed.proj.weight", 4, 3, "patch_size"); });
    options_.depth = known(config_.depth, [&] { return count_blocks(catalogue_); });
    options_.num_classes =
        known(config_.num_classes, [&] { return size_of("head.weight", 2, 0, "num_classes"); });
    if (options_.num_classes == 0)
      throw InputError(path_, "has no classification head (num_classes is 0)",
                       "give a checkpoint that was trained to classify");
    // As timm, int(embed_dim * mlp_ratio), but for the rounding of ratios such as 48/11.
    options_.mlp_hidden =
        config_.mlp_ratio
            ? static_cast<std::int64_t>(std::clamp(
                  std::floor(static_cast<double>(options_.embed_dim) * *config_.mlp_ratio + 1e-6), 0.0, 1e12))
            : size_of("blocks.0.mlp.fc1.weight", 2, 0, "mlp_ratio");
  }

  void infer_parts() {
    options_.qkv_bias = config_.qkv_bias.value_or(has("blocks.0.attn.qkv.bias"));
    options_.class_token = config_.class_token.value_or(has("cls_token"));
    const Pooling likely = has("fc_norm.weight") || !options_.class_token ? Pooling::avg : Pooling::token;
    options_.pooling = config_.pooling.value_or(likely);
    if (!config_.pooling && !said_.pooling)
      notes_.push_back(fmt::format("global_pool inferred from the tensors: {}", to_string(likely)));
    const bool either = has("fc_norm.weight") || has("norm.weight");
    options_.fc_norm =
        config_.fc_norm.value_or(either ? has("fc_norm.weight") : options_.pooling == Pooling::avg);
    // The layer norm stays where the network was trained with it, however its tokens are pooled now.
    if (said_.pooling) options_.pooling = *said_.pooling;
  }

  void infer_heads() {
    if (said_.heads) {
      if (*said_.heads < 1 || options_.embed_dim % *said_.heads != 0)
        throw UsageError(fmt::format("{} heads do not divide the width {} of {}", *said_.heads,
                                     options_.embed_dim, path_));
      options_.num_heads = *said_.heads;
    } else if (config_.num_heads) {
      options_.num_heads = *config_.num_heads;
    } else if (named_ && named_->heads != 0) {
      options_.num_heads = named_->heads;
    } else if (options_.embed_dim % kUsualHeadWidth == 0) {
      options_.num_heads = options_.embed_dim / kUsualHeadWidth;
      if (!named_)
        notes_.push_back(fmt::format("{} attention heads assumed: {} wide, as usual", options_.num_heads,
                                     kUsualHeadWidth));
    } else {
      throw InputError(
          path_,
          fmt::format("the number of attention heads is not known: width {} is not a multiple of {}",
                      options_.embed_dim, kUsualHeadWidth),
          "give it with --heads, or as model_args.num_heads in config.json");
    }
  }

  void infer_image_size() {
    if (config_.image_size) {
      options_.image_height = config_.image_size->front();
      options_.image_width = config_.image_size->back();
      return;
    }
    const std::int64_t positions = size_of("pos_embed", 3, 1, "img_size") - (options_.class_token ? 1 : 0);
    const auto side = std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(positions, 0))));
    if (side < 1 || side > kBeyondAnySide || side * side != positions)
      throw InputError(path_,
                       fmt::format("tensor 'pos_embed' is not that of a square image: {} patches", positions),
                       "give the size as model_args.img_size in config.json");
    options_.image_height = options_.image_width =
        side * std::clamp<std::int64_t>(options_.patch_size, 0, kBeyondAnySide);
    notes_.push_back(fmt::format("image size inferred from pos_embed: {0}x{0}", options_.image_height));
  }

  void infer_functions(bool config_found) {
    options_.attention = said_.attention.value_or(config_.attention.value_or(AttentionKind::standard));
    if (!said_.attention && !config_.attention)
      notes_.emplace_back("attention assumed to be standard: neither --attention nor config.json says");
    options_.activation = said_.activation.value_or(
        config_.activation.value_or(named_ ? named_->activation : Activation::gelu));
    options_.norm_eps = said_.norm_eps.value_or(config_.norm_eps.value_or(options_.norm_eps));
    if (!config_found && !said_.activation)
      notes_.push_back("activation assumed: " + to_string(options_.activation));
    if (!config_found && !said_.norm_eps)
      notes_.push_back(fmt::format("norm_eps assumed: {}", options_.norm_eps));
  }

  /// The one misfit that has a name of its own: fine-tuning at another resolution.
  void check_position_embedding() const {
    const TensorEntry* entry = catalogue_.find("pos_embed");
    if (!entry || entry->shape.size() != 3 || entry->shape[1] == options_.tokens()) return;
    if (options_.class_token && entry->shape[1] + 1 == options_.tokens())
      throw InputError(
          path_, fmt::format("tensor 'pos_embed' has {} positions, one for each patch and none for the class "
                             "token (timm's no_embed_class), which is not supported",
                             entry->shape[1]));
    const std::int64_t patches = entry->shape[1] - (options_.class_token ? 1 : 0);
    const auto side = std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(patches, 0))));
    const std::string of = side <= kBeyondAnySide && side * side == patches
                               ? fmt::format(" ({0}x{0} pixels)", side * options_.patch_size)
                               : "";
    throw InputError(
        path_,
        fmt::format("tensor 'pos_embed' has {} positions{}, but an image of {}x{} pixels has {}",
                    entry->shape[1], of, options_.image_height, options_.image_width, options_.tokens()),
        "position embeddings are not interpolated: give img_size in config.json as it was trained");
  }

  const TensorCatalogue& catalogue_;
  const ModelConfig& config_;
  const LoadOptions& said_;
  const std::string& path_;
  std::optional<NamedArchitecture> named_;
  std::vector<std::string>& notes_;
  VisionTransformerOptions options_;
};

}  // namespace

VisionTransformerOptions infer_options(const TensorCatalogue& catalogue, const ModelConfig& config,
                                       bool config_found, const LoadOptions& said, const std::string& path,
                                       std::vector<std::string>& notes) {
  return Inference(catalogue, config, said, path, notes).run(config_found);
}

}  // namespace vitrobust::models

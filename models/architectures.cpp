#include "models/architectures.h"

#include <algorithm>
#include <array>

namespace vitrobust::models {
namespace {

constexpr std::array<std::string_view, 5> kFamilies{"vit_", "deit_", "deit3_", "eva_large_", "test_vit"};

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

std::int64_t heads_of(std::string_view name) {
  if (name.starts_with("test_vit")) return 2;
  // The giants of DINOv2 and TIPS have heads of 64.
  const bool usual = has(name, "dinov2") || has(name, "tipsv2");
  constexpr std::array<std::string_view, 6> kSixteen{"vit_base_patch16_gap_", "vit_giant_", "vit_giantopt_",
                                                     "vit_gigantic_",         "vit_huge_",  "vit_so400m_"};
  const bool sixteen =
      std::ranges::any_of(kSixteen, [&](std::string_view prefix) { return name.starts_with(prefix); });
  return sixteen && !usual ? 16 : 0;
}

Activation activation_of(std::string_view name) {
  if (has(name, "_quickgelu_")) return Activation::quick_gelu;
  // SwiGLU's.
  if (name.starts_with("vit_giant_patch14_") && (has(name, "dinov2") || has(name, "tipsv2")))
    return Activation::silu;
  constexpr std::array<std::string_view, 4> kTanh{
      "vit_base_patch32_siglip_gap_", "vit_giantopt_patch16_siglip_gap_", "vit_large_patch16_siglip_gap_512",
      "vit_so400m_patch16_siglip_gap_"};
  const bool tanh =
      std::ranges::any_of(kTanh, [&](std::string_view prefix) { return name.starts_with(prefix); });
  return tanh ? Activation::gelu_tanh : Activation::gelu;
}

}  // namespace

std::optional<NamedArchitecture> named_architecture(std::string_view name) {
  name = name.substr(0, name.find('.'));
  const bool known =
      std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
  // _rpn_: timm gives these blocks their norms after the attention and the MLP, under the usual names.
  if (!known || has(name, "_rpn_")) return std::nullopt;
  const bool average = has(name, "_gap_") || name.starts_with("eva_large_") || name == "test_vit2";
  return NamedArchitecture{.heads = heads_of(name),
                           .activation = activation_of(name),
                           .norm_eps = has(name, "_clip_") ? 1e-5 : 1e-6,
                           .pooling = average ? Pooling::avg : Pooling::token};
}

std::optional<std::int64_t> usual_heads(std::int64_t width) {
  constexpr std::array<std::int64_t, 4> kSixteen{1152, 1280, 1408, 1664};
  constexpr std::int64_t kUsualWidth = 64;
  if (std::ranges::find(kSixteen, width) != kSixteen.end()) return 16;
  if (width < kUsualWidth || width % kUsualWidth != 0) return std::nullopt;
  return width / kUsualWidth;
}

}  // namespace vitrobust::models

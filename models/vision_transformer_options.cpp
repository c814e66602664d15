#include "models/vision_transformer_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/names.h"
#include "models/attention/attention.h"

namespace vitrobust::models {
namespace {

template <typename Kind>
using NameOf = std::pair<Kind, std::string_view>;

constexpr std::array<NameOf<Pooling>, 2> kPoolings{{{Pooling::token, "token"}, {Pooling::avg, "avg"}}};

constexpr std::array<NameOf<Activation>, 5> kActivations{{
    {Activation::gelu, "gelu"},
    {Activation::gelu_tanh, "gelu_tanh"},
    {Activation::quick_gelu, "quick_gelu"},
    {Activation::relu, "relu"},
    {Activation::silu, "silu"},
}};

template <typename Kind>
Kind parse(const std::string& what, std::span<const NameOf<Kind>> names, const std::string& text) {
  std::vector<std::string> known;
  for (const auto& [kind, name] : names) {
    if (name == text) return kind;
    known.emplace_back(name);
  }
  throw UsageError(fmt::format("unknown {} '{}'", what, text), unknown_name_hint(text, known));
}

template <typename Kind>
std::string name_of(std::span<const NameOf<Kind>> names, Kind kind) {
  const auto found = std::ranges::find(names, kind, &NameOf<Kind>::first);
  if (found == names.end()) throw InternalError("an enumerator has no name");
  return std::string(found->second);
}

std::vector<NameOf<AttentionKind>> attention_names() {
  std::vector<NameOf<AttentionKind>> names;
  for (const auto& entry : attention_table()) names.emplace_back(entry.kind, entry.name);
  return names;
}

}  // namespace

std::vector<std::string> VisionTransformerOptions::validate() const {
  std::vector<std::string> problems;
  // The upper bounds are far beyond any published model; they keep products of the sizes from overflowing.
  const auto within = [&](const char* name, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most)
      problems.push_back(fmt::format("{} {} is not in 1 to {}", name, value, most));
    return value >= 1 && value <= most;
  };
  const bool patch = within("patch_size", patch_size, 4096);
  for (const auto& [name, side] : {std::pair{"image_height", image_height}, {"image_width", image_width}}) {
    if (within(name, side, 16384) && patch && side % patch_size != 0) {
      problems.push_back(fmt::format("{} {} is not a multiple of patch_size {}", name, side, patch_size));
    }
  }
  const bool dim = within("embed_dim", embed_dim, 65536);
  if (within("num_heads", num_heads, 4096) && dim && embed_dim % num_heads != 0) {
    problems.push_back(fmt::format("embed_dim {} is not a multiple of num_heads {}", embed_dim, num_heads));
  }
  within("depth", depth, 1024);
  within("mlp_hidden", mlp_hidden, 1 << 20);
  within("num_classes", num_classes, 1 << 24);
  if (pooling == Pooling::token && !class_token) {
    problems.emplace_back("pooling 'token' needs a class token");
  }
  if (!(norm_eps > 0 && norm_eps < 1))
    problems.push_back(fmt::format("norm_eps {} is not in (0, 1)", norm_eps));
  return problems;
}

Json VisionTransformerOptions::to_json() const {
  return {{"img_size", {image_height, image_width}},
          {"patch_size", patch_size},
          {"embed_dim", embed_dim},
          {"depth", depth},
          {"num_heads", num_heads},
          {"mlp_hidden", mlp_hidden},
          {"num_classes", num_classes},
          {"attention", to_string(attention)},
          {"qkv_bias", qkv_bias},
          {"class_token", class_token},
          {"global_pool", to_string(pooling)},
          {"fc_norm", fc_norm},
          {"act_layer", to_string(activation)},
          {"norm_eps", norm_eps}};
}

AttentionKind parse_attention(const std::string& text) {
  return parse<AttentionKind>("attention", attention_names(), text);
}
Pooling parse_pooling(const std::string& text) {
  return parse<Pooling>("pooling", kPoolings, text);
}
Activation parse_activation(const std::string& text) {
  return parse<Activation>("activation", kActivations, text);
}

std::string to_string(AttentionKind kind) {
  return name_of<AttentionKind>(attention_names(), kind);
}
std::string to_string(Pooling pooling) {
  return name_of<Pooling>(kPoolings, pooling);
}
std::string to_string(Activation activation) {
  return name_of<Activation>(kActivations, activation);
}

}  // namespace vitrobust::models

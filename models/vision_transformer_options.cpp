#include "models/vision_transformer_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
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

constexpr std::array<NameOf<Pooling>, 4> kPoolings{
    {{Pooling::token, "token"}, {Pooling::avg, "avg"}, {Pooling::max, "max"}, {Pooling::avgmax, "avgmax"}}};

constexpr std::array<NameOf<QkNorm>, 2> kQkNorms{
    {{QkNorm::layer_norm, "layernorm"}, {QkNorm::rms_norm, "rmsnorm"}}};

constexpr std::array<NameOf<EllipticalGradient>, 2> kEllipticalGradients{
    {{EllipticalGradient::through, "through"}, {EllipticalGradient::stop, "stop"}}};

constexpr std::array<NameOf<EllipticalDelta>, 2> kEllipticalDeltas{
    {{EllipticalDelta::constant, "constant"}, {EllipticalDelta::queries, "queries"}}};

constexpr std::array<NameOf<MlpKind>, 2> kMlpKinds{
    {{MlpKind::plain, "plain"}, {MlpKind::swiglu_packed, "swiglu_packed"}}};

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

/// What does not go together among tokens, pooling and the last norm.
std::vector<std::string> token_problems(const VisionTransformerOptions& o) {
  std::vector<std::string> problems;
  if (o.pooling == Pooling::token && !o.class_token)
    problems.emplace_back("pooling 'token' needs a class token");
  if (o.fc_norm && !o.final_norm)
    problems.emplace_back("fc_norm is the final norm, which final_norm excludes");
  if (!o.distilled) return problems;
  // timm's VisionTransformerDistilled has none of these, so what they would mean is not defined.
  if (!o.class_token) problems.emplace_back("a distilled network needs a class token");
  if (o.pooling != Pooling::token) problems.emplace_back("a distilled network pools its two tokens: 'token'");
  if (o.registers != 0) problems.emplace_back("a distilled network has no registers");
  if (o.fc_norm) problems.emplace_back("a distilled network has no fc_norm");
  return problems;
}

}  // namespace

std::vector<std::string> VisionTransformerOptions::validate() const {
  std::vector<std::string> problems;
  // The upper bounds are far beyond any published model; they keep products of the sizes from overflowing.
  const auto within = [&](const char* name, std::int64_t value, std::int64_t most, std::int64_t least = 1) {
    if (value < least || value > most)
      problems.push_back(fmt::format("{} {} is not in {} to {}", name, value, least, most));
    return value >= least && value <= most;
  };
  const bool patch = within("patch_size", patch_size, 4096);
  for (const auto& [name, side] : {std::pair{"image_height", image_height}, {"image_width", image_width}}) {
    if (within(name, side, 16384) && patch && side % patch_size != 0) {
      problems.push_back(fmt::format("{} {} is not a multiple of patch_size {}", name, side, patch_size));
    }
  }
  if (in_channels != 1 && in_channels != 3)
    problems.push_back(fmt::format("in_channels {} is neither 3 (RGB) nor 1 (grey)", in_channels));
  const bool dim = within("embed_dim", embed_dim, 65536);
  const bool heads = within("num_heads", num_heads, 4096);
  if (head_width) {
    within("head_width", *head_width, 65536);
  } else if (heads && dim && embed_dim % num_heads != 0) {
    problems.push_back(fmt::format("embed_dim {} is not a multiple of num_heads {}", embed_dim, num_heads));
  }
  within("depth", depth, 1024);
  if (within("mlp_hidden", mlp_hidden, 1 << 20) && mlp == MlpKind::swiglu_packed && mlp_hidden % 2 != 0)
    problems.push_back(fmt::format("mlp_hidden {} of a swiglu_packed MLP is odd", mlp_hidden));
  within("num_classes", num_classes, 1 << 24);
  within("registers", registers, 4096, 0);
  if (!(norm_eps > 0 && norm_eps < 1))
    problems.push_back(fmt::format("norm_eps {} is not in (0, 1)", norm_eps));
  std::ranges::copy(token_problems(*this), std::back_inserter(problems));
  return problems;
}

Json VisionTransformerOptions::to_json() const {
  Json json{{"img_size", {image_height, image_width}},
            {"in_chans", in_channels},
            {"patch_size", patch_size},
            {"embed_dim", embed_dim},
            {"depth", depth},
            {"num_heads", num_heads},
            {"head_width", head_dim()},
            {"mlp_hidden", mlp_hidden},
            {"mlp_layer", to_string(mlp)},
            {"num_classes", num_classes},
            {"attention", to_string(attention)},
            {"qkv_bias", qkv_bias},
            {"proj_bias", proj_bias},
            {"patch_bias", patch_bias},
            {"patch_norm_in", patch_norm_in},
            {"patch_norm_out", patch_norm_out},
            {"head_bias", head_bias},
            {"layer_scale", layer_scale},
            {"class_token", class_token},
            {"distilled", distilled},
            {"reg_tokens", registers},
            {"no_embed_class", no_embed_class},
            {"pre_norm", pre_norm},
            {"final_norm", final_norm},
            {"fc_norm", fc_norm},
            {"global_pool", to_string(pooling)},
            {"pool_include_prefix", pool_include_prefix},
            {"act_layer", to_string(activation)},
            {"norm_eps", norm_eps}};
  if (attention == AttentionKind::qknorm) json["qk_norm"] = to_string(qk_norm);
  if (attention_entry(attention).uses_previous_block) {
    json["elliptical_gradient"] = to_string(elliptical_gradient);
    json["elliptical_delta"] = to_string(elliptical_delta);
  }
  return json;
}

AttentionKind parse_attention(const std::string& text) {
  return parse<AttentionKind>("attention", attention_names(), text);
}
QkNorm parse_qk_norm(const std::string& text) {
  return parse<QkNorm>("norm of queries and keys", kQkNorms, text);
}
EllipticalGradient parse_elliptical_gradient(const std::string& text) {
  return parse<EllipticalGradient>("elliptical_gradient", kEllipticalGradients, text);
}
EllipticalDelta parse_elliptical_delta(const std::string& text) {
  return parse<EllipticalDelta>("elliptical_delta", kEllipticalDeltas, text);
}
Pooling parse_pooling(const std::string& text) {
  return parse<Pooling>("pooling", kPoolings, text);
}
Activation parse_activation(const std::string& text) {
  return parse<Activation>("activation", kActivations, text);
}
MlpKind parse_mlp_kind(const std::string& text) {
  return parse<MlpKind>("MLP", kMlpKinds, text);
}

std::string to_string(AttentionKind kind) {
  return name_of<AttentionKind>(attention_names(), kind);
}
std::string to_string(QkNorm kind) {
  return name_of<QkNorm>(kQkNorms, kind);
}
std::string to_string(EllipticalGradient kind) {
  return name_of<EllipticalGradient>(kEllipticalGradients, kind);
}
std::string to_string(EllipticalDelta kind) {
  return name_of<EllipticalDelta>(kEllipticalDeltas, kind);
}
std::string to_string(Pooling kind) {
  return name_of<Pooling>(kPoolings, kind);
}
std::string to_string(Activation kind) {
  return name_of<Activation>(kActivations, kind);
}
std::string to_string(MlpKind kind) {
  return name_of<MlpKind>(kMlpKinds, kind);
}

}  // namespace vitrobust::models

#include "models/infer_heads.h"

#include <fmt/format.h>

#include "core/error.h"

namespace vitrobust::models {
namespace {

/// Width of queries, of all heads together: a third of the fused projection.
std::int64_t inner_width(const Translation& translation, std::int64_t embed_dim) {
  const CanonicalTensor* const qkv = translation.find("blocks.0.attn.qkv.weight");
  const bool thirds = qkv && qkv->shape.size() == 2 && qkv->shape[0] >= 3 && qkv->shape[0] % 3 == 0;
  return thirds ? qkv->shape[0] / 3 : embed_dim;
}

/// From tensors with one element for each head, or for each dimension of one.
std::optional<std::int64_t> heads_of_learnt(const Translation& translation, std::int64_t inner) {
  const auto length = [&](const char* name) -> std::int64_t {
    const CanonicalTensor* const tensor = translation.find(name);
    return tensor && tensor->shape.size() == 1 ? tensor->shape[0] : 0;
  };
  if (const auto heads = length("blocks.0.attn.scale"); heads > 0) return heads;
  for (const char* name : {"blocks.0.attn.q_norm.weight", "blocks.0.attn.q_scale"})
    if (const auto width = length(name); width > 0 && inner % width == 0) return inner / width;
  return std::nullopt;
}

}  // namespace

void infer_heads(const Translation& translation, const ModelConfig& config, const LoadOptions& said,
                 const std::optional<NamedArchitecture>& named, const std::string& path,
                 VisionTransformerOptions& options, std::vector<std::string>& notes) {
  const std::int64_t inner = inner_width(translation, options.embed_dim);
  if (said.heads) {
    if (*said.heads < 1 || inner % *said.heads != 0)
      throw UsageError(fmt::format("{} heads do not divide the width {} of {}", *said.heads, inner, path));
    options.num_heads = *said.heads;
  } else if (config.num_heads) {
    options.num_heads = *config.num_heads;
  } else if (const auto shown = heads_of_learnt(translation, inner)) {
    options.num_heads = *shown;
  } else if (translation.heads) {
    options.num_heads = *translation.heads;
  } else if (named && named->heads != 0) {
    options.num_heads = named->heads;
  } else if (const auto usual = translation.usual_heads ? translation.usual_heads : usual_heads(inner)) {
    options.num_heads = *usual;
    if (!named)
      notes.push_back(fmt::format("{} attention heads assumed: {} wide, as usual", *usual, inner / *usual));
  } else {
    throw InputError(
        path,
        fmt::format("the number of attention heads is not known: width {} is not a multiple of 64", inner),
        "give it with --heads, or as model_args.num_heads in config.json");
  }
  if (inner != options.embed_dim && options.num_heads >= 1 && inner % options.num_heads == 0)
    options.head_width = inner / options.num_heads;
}

}  // namespace vitrobust::models

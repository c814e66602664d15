#include "models/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"

namespace vitrobust::models {
namespace {

struct Dialect {
  std::string_view sign;  ///< part of a tensor's name that no other dialect has
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view kUseTimm = "timm publishes most of these models under its own names";
constexpr std::string_view kStripPrefix = "save the state_dict() of the model itself, without its wrapper";

/// Before timm's own signs, for wrapped and distilled models have those as well.
constexpr Dialect kOthers[] = {
    {"vit.encoder.layer.", "a Hugging Face transformers ViT", kUseTimm},
    {"vit.layers.", "a Hugging Face transformers ViT (version 5)", kUseTimm},
    {"attention.attention.query", "a Hugging Face transformers ViT", kUseTimm},
    {"encoder_layer_", "a torchvision ViT", kUseTimm},
    {"encoderblock_", "a JAX ViT", "load it in timm, which reads JAX names, and save it from there"},
    {"resblocks.", "an OpenCLIP ViT", kUseTimm},
    {"_orig_mod.", "a compiled timm ViT (prefix '_orig_mod.')", kStripPrefix},
    {"module.blocks.", "a timm ViT in a wrapper (prefix 'module.')", kStripPrefix},
    {"dist_token", "a distilled DeiT with two heads", "use a DeiT without distillation"},
};

const TensorEntry* find_sign(const TensorCatalogue& catalogue, std::string_view sign) {
  const auto found = std::ranges::find_if(
      catalogue.tensors, [&](const TensorEntry& t) { return t.name.find(sign) != std::string::npos; });
  return found == catalogue.tensors.end() ? nullptr : &*found;
}

}  // namespace

std::string detect_dialect(const TensorCatalogue& catalogue, const std::string& path) {
  if (catalogue.tensors.empty()) throw InputError(path, "holds no tensors");
  for (const Dialect& other : kOthers) {
    if (const TensorEntry* entry = find_sign(catalogue, other.sign))
      throw InputError(path,
                       fmt::format("tensor '{}' is that of {}; this version reads timm's plain ViTs",
                                   printable_name(entry->name), other.what),
                       std::string(other.hint));
  }
  const bool timm = std::ranges::any_of(catalogue.tensors, [](const TensorEntry& t) {
    return t.name.starts_with("blocks.") || t.name.starts_with("patch_embed.");
  });
  if (!timm)
    throw InputError(path,
                     fmt::format("holds no Vision Transformer that is known: its first tensor is '{}'",
                                 printable_name(catalogue.tensors.front().name)),
                     "tensors are expected to be named as timm names them, e.g. 'blocks.0.attn.qkv.weight'");
  return "timm";
}

}  // namespace vitrobust::models

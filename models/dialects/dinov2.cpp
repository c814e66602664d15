#include "models/dialects/dialect.h"
#include "models/dialects/tensor_view.h"

namespace vitrobust::models {
namespace {

constexpr DialectRule kRules[] = {
    {"blocks.#.mlp.w12.*", "blocks.#.mlp.fc1.*"},
    {"blocks.#.mlp.w3.*", "blocks.#.mlp.fc2.*"},
    {"register_tokens", "reg_token"},
    {"mask_token", ""},
    {"*", "*"},
};

/// The position embedding has a row for the class token and none for the registers, which follow it: zeros
/// stand there.
void add_register_positions(const TensorCatalogue& /*catalogue*/, Translation& translation) {
  const CanonicalTensor* registers = translation.find("reg_token");
  CanonicalTensor* positions = translation.find("pos_embed");
  if (!registers || !positions || positions->parts.size() != 1) return;
  const TensorEntry entry = positions->parts.front().entry;
  if (entry.shape.size() != 3 || registers->shape.size() != 3 || entry.shape[1] < 2) return;
  TensorPart zeros{.entry = registers->parts.front().entry, .zeros = true};
  positions->parts = {
      {narrowed(entry, 1, 0, 1)}, std::move(zeros), {narrowed(entry, 1, 1, entry.shape[1] - 1)}};
  positions->shape[1] += registers->shape[1];
}

}  // namespace

DialectEntry dinov2_dialect() {
  return {.name = "dinov2",
          .help = "DINOv2's own names, with a head",
          .signs = {"register_tokens", "blocks.#.mlp.w12.weight"},
          .prefixes = {},
          .rules = kRules,
          .defaults = {},
          .finish = add_register_positions};
}

}  // namespace vitrobust::models

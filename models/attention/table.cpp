#include <algorithm>
#include <array>

#include "core/error.h"
#include "models/attention/attention.h"

namespace vitrobust::models {
namespace {

constexpr std::array<AttentionEntry, 2> kTable{{
    {AttentionKind::standard, "standard", "softmax(q k^T / sqrt(d)) v (Vaswani et al. 2017)", attend_standard,
     weights_standard},
    {AttentionKind::quest, "quest",
     "softmax(q k^T / |k|) v: keys of unit length, no scale (arXiv 2604.00199)", attend_quest, weights_quest},
}};

const AttentionEntry& find(AttentionKind kind) {
  const auto* const entry = std::ranges::find(kTable, kind, &AttentionEntry::kind);
  if (entry == kTable.end()) throw InternalError("an attention formulation is missing from its table");
  return *entry;
}

}  // namespace

std::span<const AttentionEntry> attention_table() {
  return kTable;
}

at::Tensor attend(AttentionKind kind, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return find(kind).attend(q, k, v);
}

at::Tensor attention_weights(AttentionKind kind, const at::Tensor& q, const at::Tensor& k) {
  return find(kind).weights(q, k);
}

}  // namespace vitrobust::models

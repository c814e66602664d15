#include <algorithm>
#include <array>

#include "core/error.h"
#include "models/attention/attention.h"

namespace vitrobust::models {
namespace {

constexpr std::array<AttentionEntry, 2> kTable{{
    {AttentionKind::standard, "standard", "softmax(q k^T / sqrt(d)) v (Vaswani et al. 2017)",
     attend_standard},
    {AttentionKind::quest, "quest",
     "softmax(q k^T / |k|) v: keys of unit length, no scale (arXiv 2604.00199)", attend_quest},
}};

}  // namespace

std::span<const AttentionEntry> attention_table() {
  return kTable;
}

at::Tensor attend(AttentionKind kind, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const auto* const entry = std::ranges::find(kTable, kind, &AttentionEntry::kind);
  if (entry == kTable.end()) throw InternalError("an attention formulation is missing from its table");
  return entry->attend(q, k, v);
}

}  // namespace vitrobust::models

#include <algorithm>
#include <array>

#include "core/error.h"
#include "models/attention/formulations.h"

namespace vitrobust::models {
namespace {

constexpr std::array<AttentionEntry, 8> kTable{{
    {AttentionKind::standard, "standard", "softmax(q k^T / sqrt(d)) v (Vaswani et al. 2017)",
     standard_factors},
    {AttentionKind::quest, "quest",
     "softmax(q k^T / |k|) v: keys of unit length, no scale (arXiv 2604.00199)", quest_factors},
    {AttentionKind::qnorm, "qnorm", "softmax(q k^T / |q|) v: queries of unit length, no scale",
     qnorm_factors},
    {AttentionKind::qknorm, "qknorm",
     "softmax(norm(q) norm(k)^T / sqrt(d)) v: learnt norms (timm's qk_norm; Dehghani et al. 2023)",
     qknorm_factors, qknorm_parameters},
    {AttentionKind::qknorm_hs, "qknorm-hs",
     "softmax(c q k^T / |q| |k|) v: unit length, a learnt c per head (Henry et al. 2020)", qknorm_hs_factors,
     qknorm_hs_parameters},
    {AttentionKind::qknorm_ds, "qknorm-ds",
     "softmax((c q / |q|) (c' k / |k|)^T) v: unit length, learnt c and c' per dimension", qknorm_ds_factors,
     qknorm_ds_parameters},
    {AttentionKind::elliptical, "elliptical",
     "softmax(q diag(w) k^T / sqrt(d)) v: w by the change of the values (Nielsen et al. 2024)",
     elliptical_factors, nullptr, /*uses_previous_block=*/true},
    {AttentionKind::elliptical_quest, "elliptical-quest",
     "softmax(q diag(w) k^T / |k|) v: w as elliptical, keys as quest", elliptical_quest_factors, nullptr,
     /*uses_previous_block=*/true},
}};

}  // namespace

std::span<const AttentionEntry> attention_table() {
  return kTable;
}

const AttentionEntry& attention_entry(AttentionKind kind) {
  const auto* const entry = std::ranges::find(kTable, kind, &AttentionEntry::kind);
  if (entry == kTable.end()) throw InternalError("an attention formulation is missing from its table");
  return *entry;
}

}  // namespace vitrobust::models

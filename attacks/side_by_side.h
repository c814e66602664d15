#pragma once

#include <cstdint>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

// Runs of an attack that do not need each other's results (towards different targets, from different starts)
// can be made at once, on copies of the samples. Few samples survive a strong attack, and alone they would
// leave most lanes and threads idle.

/// How many runs to make at once: as many as fill all lanes of all threads twice, the second time so that
/// what happens between passes counts less. No result depends on it.
/// @param rows_at_once  Classifier::rows_at_once()
/// @param samples       that are attacked, at least 1
/// @param left          runs that are left, at least 1
/// @return from 1 to `left`
std::int64_t runs_side_by_side(std::int64_t rows_at_once, std::int64_t samples, std::int64_t left);

/// Samples `count` times over: row r·n + i is sample i of n.
class RepeatedInput {
 public:
  RepeatedInput(const at::Tensor& images, const at::Tensor& labels,
                const std::vector<std::uint64_t>& sample_ids, std::int64_t count);
  /// Valid as long as this lives.
  [[nodiscard]] AttackInput input() const { return {images_, labels_, sample_ids_}; }

 private:
  at::Tensor images_, labels_;
  std::vector<std::uint64_t> sample_ids_;
};

}  // namespace vitrobust::attacks

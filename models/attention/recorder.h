#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace vitrobust::models {

/// While it lives, every attention layer that runs on this thread adds its weights [N, heads, T, T] (row: the
/// token that attends; rows sum to 1) to `maps`, in the order of the blocks, as part of the autograd graph.
/// Layers compute their weights for nobody else: the fused kernels never form them.
class AttentionRecorder {
 public:
  explicit AttentionRecorder(std::vector<at::Tensor>& maps);
  ~AttentionRecorder();
  AttentionRecorder(const AttentionRecorder&) = delete;
  AttentionRecorder& operator=(const AttentionRecorder&) = delete;

  /// The list of the innermost recorder of this thread, or nullptr.
  [[nodiscard]] static std::vector<at::Tensor>* current();

 private:
  std::vector<at::Tensor>* before_;
};

}  // namespace vitrobust::models

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitrobust::models {

/// The rows of a head's queries, keys or values: `width` floats each, `stride` floats from row to row.
struct HeadRows {
  const float* data = nullptr;
  std::int64_t stride = 0;
};
struct MutableHeadRows {
  float* data = nullptr;
  std::int64_t stride = 0;
};

/// softmax(scale · q kᵀ) v of one head after another, and its gradients: Vaswani et al. 2017, arXiv
/// 1706.03762, equation 1, for short sequences, where a library's general products spend most of their time
/// on the way in and out. In float32, or with the operands of all products rounded to bfloat16 and the
/// softmax in float32. The weights are kept for the backward pass, so memory grows with tokens². Results are
/// the same on every processor that runs it, and those of a row do not depend on its place or on the others.
/// An object keeps packed operands: one thread at a time.
class AttentionKernel {
 public:
  /// Whether this processor runs it: AVX-512 F, for bfloat16 also BF16.
  static bool supported(bool reduced);

  /// @param queries  rows of q and of what comes out: `tokens`, or fewer where the rest is not wanted
  /// @param tokens   rows of k and v
  /// @param width    of a head
  /// @param reduced  products in bfloat16
  AttentionKernel(std::int64_t queries, std::int64_t tokens, std::int64_t width, float scale, bool reduced);

  /// Floats of the weights of a head: a row of whole vectors for each query.
  [[nodiscard]] std::int64_t weights_size() const { return queries_ * padded_tokens_; }

  /// @param weights  receives the softmax, weights_size()
  void forward(HeadRows q, HeadRows k, HeadRows v, float* weights, MutableHeadRows out);

  /// The gradients of q, k and v from that of `out` and the weights of the forward pass.
  void backward(HeadRows q, HeadRows k, HeadRows v, const float* weights, HeadRows gradient,
                MutableHeadRows dq, MutableHeadRows dk, MutableHeadRows dv);

 private:
  void pack_columns(HeadRows rows);
  void pack_rows(HeadRows rows, std::int64_t count);
  void times_columns(HeadRows a, float* c);
  void times_rows(const float* a, MutableHeadRows c);
  void turned_times_rows(const float* a, MutableHeadRows c);

  std::int64_t queries_, tokens_, width_, padded_tokens_, padded_width_;
  float scale_;
  bool reduced_;
  // Operands in words of a float or of a pair of bfloat16 (models/operand_layout.h).
  std::vector<float> left_;     ///< rows to multiply, rounded: [·]
  std::vector<float> columns_;  ///< the transpose of what they are multiplied with: [width, padded tokens]
  std::vector<float> rows_;     ///< what they are multiplied with, as it is: [tokens, padded width]
  std::vector<float> logits_;   ///< [queries, padded tokens]: their gradient in the backward pass
};

}  // namespace vitrobust::models

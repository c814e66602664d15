#pragma once

#include <cstdint>

namespace vitrobust::models {

// Loops over rows of float32 for processors with AVX-512 (FrozenBlock::supported()). Every row is
// computed alike, whatever its place, and the same on every such processor.

/// y = (x − mean) / √(variance + eps) ∘ weight + bias of each row: Ba et al. 2016, arXiv 1607.06450.
struct LayerNormKernel {
  std::int64_t rows = 0, width = 0;
  const float* weight = nullptr;  ///< [width]
  const float* bias = nullptr;    ///< [width]
  float eps = 0;

  /// @param moments  receives mean and 1/√(variance + eps) of each row, [rows, 2]
  void forward(const float* x, float* y, float* moments) const;
  /// out = carried + the gradient of x, from that of y.
  void backward(const float* x, const float* moments, const float* gradient, const float* carried,
                float* out) const;
};

/// Rows as parts of longer ones: head h of token t at data[t · stride + h · width].
struct PartRows {
  std::int64_t tokens = 0, heads = 0, width = 0, stride = 0;
};

/// Divides each part in place by its Euclidean length, floored at 1e-12 as F.normalize does.
/// @param lengths  receives the floored lengths, [tokens, heads]
void to_unit_length(const PartRows& parts, float* data, float* lengths);

/// From the gradient of the unit vectors to that of the vectors, in place: (I − u uᵀ) g / length, and g /
/// 1e-12 where the length was floored.
void unit_length_backward(const PartRows& parts, const float* units, const float* lengths, float* gradient);

/// x ∘ y and x + y, in place of x.
void multiply_into(float* x, const float* y, std::int64_t count);
void add_into(float* x, const float* y, std::int64_t count);

}  // namespace vitrobust::models

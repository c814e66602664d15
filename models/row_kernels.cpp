#include "models/row_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/avx512.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

constexpr float kSmallestLength = 1e-12F;

VITROBUST_AVX512 float dot(const float* a, const float* b, std::int64_t count) {
  __m512 sums = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < count; j += kLanes) {
    const __mmask16 mask = lanes_before(count, j);
    sums = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + j), _mm512_maskz_loadu_ps(mask, b + j), sums);
  }
  return _mm512_reduce_add_ps(sums);
}

VITROBUST_AVX512 void layer_norm_row(const LayerNormKernel& norm, const float* x, float* y, float* moments) {
  const auto inverse = 1 / static_cast<float>(norm.width);
  __m512 sums = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < norm.width; j += kLanes)
    sums = _mm512_add_ps(sums, _mm512_maskz_loadu_ps(lanes_before(norm.width, j), x + j));
  const float mean = _mm512_reduce_add_ps(sums) * inverse;
  const __m512 means = _mm512_set1_ps(mean);
  sums = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < norm.width; j += kLanes) {
    const __mmask16 mask = lanes_before(norm.width, j);
    const __m512 centred = _mm512_maskz_sub_ps(mask, _mm512_maskz_loadu_ps(mask, x + j), means);
    sums = _mm512_fmadd_ps(centred, centred, sums);
  }
  const float factor = 1 / std::sqrt(_mm512_reduce_add_ps(sums) * inverse + norm.eps);
  const __m512 factors = _mm512_set1_ps(factor);
  for (std::int64_t j = 0; j < norm.width; j += kLanes) {
    const __mmask16 mask = lanes_before(norm.width, j);
    const __m512 scaled = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + j), means), factors);
    const __m512 shifted = _mm512_fmadd_ps(scaled, _mm512_maskz_loadu_ps(mask, norm.weight + j),
                                           _mm512_maskz_loadu_ps(mask, norm.bias + j));
    _mm512_mask_storeu_ps(y + j, mask, shifted);
  }
  moments[0] = mean;
  moments[1] = factor;
}

/// With ĝ = gradient ∘ weight and x̂ the normalised row: (ĝ − mean(ĝ) − x̂ · mean(ĝ ∘ x̂)) · factor.
VITROBUST_AVX512 void layer_norm_backward_row(const LayerNormKernel& norm, const float* x,
                                              const float* moments, const float* gradient,
                                              const float* carried, float* out) {
  const auto inverse = 1 / static_cast<float>(norm.width);
  const __m512 means = _mm512_set1_ps(moments[0]);
  const __m512 factors = _mm512_set1_ps(moments[1]);
  __m512 sums = _mm512_setzero_ps();
  __m512 products = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < norm.width; j += kLanes) {
    const __mmask16 mask = lanes_before(norm.width, j);
    const __m512 g = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, gradient + j),
                                   _mm512_maskz_loadu_ps(mask, norm.weight + j));
    const __m512 scaled = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + j), means), factors);
    sums = _mm512_add_ps(sums, g);
    products = _mm512_fmadd_ps(g, scaled, products);
  }
  const __m512 mean_g = _mm512_set1_ps(_mm512_reduce_add_ps(sums) * inverse);
  const __m512 mean_product = _mm512_set1_ps(_mm512_reduce_add_ps(products) * inverse);
  for (std::int64_t j = 0; j < norm.width; j += kLanes) {
    const __mmask16 mask = lanes_before(norm.width, j);
    const __m512 g = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, gradient + j),
                                   _mm512_maskz_loadu_ps(mask, norm.weight + j));
    const __m512 scaled = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + j), means), factors);
    const __m512 inner = _mm512_fnmadd_ps(scaled, mean_product, _mm512_sub_ps(g, mean_g));
    _mm512_mask_storeu_ps(out + j, mask,
                          _mm512_fmadd_ps(inner, factors, _mm512_maskz_loadu_ps(mask, carried + j)));
  }
}

template <typename Body>
void for_each_part(const PartRows& parts, const Body& body) {
  for (std::int64_t t = 0; t < parts.tokens; ++t)
    for (std::int64_t h = 0; h < parts.heads; ++h)
      body(t * parts.stride + h * parts.width, t * parts.heads + h);
}

}  // namespace

void LayerNormKernel::forward(const float* x, float* y, float* moments) const {
  for (std::int64_t i = 0; i < rows; ++i)
    layer_norm_row(*this, x + i * width, y + i * width, moments + 2 * i);
}

void LayerNormKernel::backward(const float* x, const float* moments, const float* gradient,
                               const float* carried, float* out) const {
  for (std::int64_t i = 0; i < rows; ++i)
    layer_norm_backward_row(*this, x + i * width, moments + 2 * i, gradient + i * width, carried + i * width,
                            out + i * width);
}

void to_unit_length(const PartRows& parts, float* data, float* lengths) {
  for_each_part(parts, [&](std::int64_t at, std::int64_t index) {
    float* const part = data + at;
    lengths[index] = std::max(std::sqrt(dot(part, part, parts.width)), kSmallestLength);
    for (std::int64_t d = 0; d < parts.width; ++d) part[d] /= lengths[index];
  });
}

void unit_length_backward(const PartRows& parts, const float* units, const float* lengths, float* gradient) {
  for_each_part(parts, [&](std::int64_t at, std::int64_t index) {
    const bool floored = !(lengths[index] > kSmallestLength);
    const float along = floored ? 0.0F : dot(units + at, gradient + at, parts.width);
    for (std::int64_t d = 0; d < parts.width; ++d)
      gradient[at + d] = (gradient[at + d] - along * units[at + d]) / lengths[index];
  });
}

VITROBUST_AVX512 void multiply_into(float* x, const float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) x[i] *= y[i];
}

VITROBUST_AVX512 void add_into(float* x, const float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) x[i] += y[i];
}

#else

namespace {
[[noreturn]] void refuse() {
  throw InternalError("the kernels of rows are for processors with AVX-512");
}
}  // namespace

void LayerNormKernel::forward(const float*, float*, float*) const {
  refuse();
}
void LayerNormKernel::backward(const float*, const float*, const float*, const float*, float*) const {
  refuse();
}
void to_unit_length(const PartRows&, float*, float*) {
  refuse();
}
void unit_length_backward(const PartRows&, const float*, const float*, float*) {
  refuse();
}
void multiply_into(float*, const float*, std::int64_t) {
  refuse();
}
void add_into(float*, const float*, std::int64_t) {
  refuse();
}

#endif

}  // namespace vitrobust::models

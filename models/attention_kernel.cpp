#include "models/attention_kernel.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "models/register_tile.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

std::int64_t padded(std::int64_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

/// c = a · b: a's element (i, j) at a[i · row + j · step], b [terms, ·] in whole vectors.
struct Product {
  const float* a;
  std::int64_t row, step;
  const float* b;
  std::int64_t b_row;
  float* c;
  std::int64_t c_row;
  std::int64_t terms;
};

/// All of c: `rows` rows of `columns` floats.
void multiply(const Product& p, std::int64_t rows, std::int64_t columns) {
  for_each_panel(columns, [&](std::int64_t first, std::int64_t wide) {
    compute_panel<float>({.a = p.a,
                          .a_row = p.row,
                          .a_step = p.step,
                          .b = p.b + first * kLanes,
                          .b_row = p.b_row,
                          .terms = p.terms,
                          .before = nullptr,
                          .before_row = 0,
                          .c = p.c + first * kLanes,
                          .c_row = p.c_row,
                          .last = lanes_before(columns, (first + wide - 1) * kLanes)},
                         rows, wide);
  });
}

/// e^v for v ≤ 0 within 2 units in the last place; 0 below −87.
VITROBUST_AVX512 inline __m512 exp_of_negative(__m512 v) {
  const __m512 shift = _mm512_set1_ps(12582912.0F);  // 1.5·2^23: adding it leaves an integer in the last bits
  const __mmask16 gone = _mm512_cmp_ps_mask(v, _mm512_set1_ps(-87.0F), _CMP_LT_OQ);
  const __m512 shifted = _mm512_fmadd_ps(v, _mm512_set1_ps(1.44269504F), shift);
  const __m512 n = _mm512_sub_ps(shifted, shift);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375F), v);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4F), r);
  __m512 p = _mm512_set1_ps(1.0F / 5040);  // Taylor's series to r^7; |r| ≤ ln 2 / 2
  for (const float next : {1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F})
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(next));
  return _mm512_mask_blend_ps(gone, _mm512_scalef_ps(p, n), _mm512_setzero_ps());
}

/// The softmax of scale · row over its first `count` floats; the padding becomes 0.
VITROBUST_AVX512 void softmax(float* row, std::int64_t count, std::int64_t size, float scale) {
  const __m512 factor = _mm512_set1_ps(scale);
  const __m512 lowest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  __m512 largest = lowest;
  for (std::int64_t j = 0; j < size; j += kLanes) {
    const __m512 logits = _mm512_mul_ps(_mm512_loadu_ps(row + j), factor);
    _mm512_storeu_ps(row + j, logits);
    largest = _mm512_mask_max_ps(largest, lanes_before(count, j), largest, logits);
  }
  const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
  __m512 sums = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < size; j += kLanes) {
    const __m512 power = _mm512_maskz_mov_ps(lanes_before(count, j),
                                             exp_of_negative(_mm512_sub_ps(_mm512_loadu_ps(row + j), top)));
    _mm512_storeu_ps(row + j, power);
    sums = _mm512_add_ps(sums, power);
  }
  const __m512 norm = _mm512_set1_ps(1 / _mm512_reduce_add_ps(sums));
  for (std::int64_t j = 0; j < size; j += kLanes)
    _mm512_storeu_ps(row + j, _mm512_mul_ps(_mm512_loadu_ps(row + j), norm));
}

/// From the gradient of a row of weights to that of its logits: scale · w ∘ (g − w·g).
VITROBUST_AVX512 void softmax_backward(const float* weights, float* gradient, std::int64_t size,
                                       float scale) {
  __m512 products = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < size; j += kLanes)
    products = _mm512_fmadd_ps(_mm512_loadu_ps(weights + j), _mm512_loadu_ps(gradient + j), products);
  const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(products));
  const __m512 factor = _mm512_set1_ps(scale);
  for (std::int64_t j = 0; j < size; j += kLanes) {
    const __m512 scaled = _mm512_mul_ps(_mm512_loadu_ps(weights + j), factor);
    _mm512_storeu_ps(gradient + j, _mm512_mul_ps(scaled, _mm512_sub_ps(_mm512_loadu_ps(gradient + j), mean)));
  }
}

}  // namespace

bool AttentionKernel::supported() {
  return __builtin_cpu_supports("avx512f") != 0;
}

AttentionKernel::AttentionKernel(std::int64_t queries, std::int64_t tokens, std::int64_t width, float scale)
    : queries_(queries),
      tokens_(tokens),
      width_(width),
      padded_tokens_(padded(tokens)),
      padded_width_(padded(width)),
      scale_(scale),
      columns_(static_cast<std::size_t>(width * padded_tokens_)),
      rows_(static_cast<std::size_t>(tokens * padded_width_)),
      logits_(static_cast<std::size_t>(queries * padded_tokens_)) {
  if (queries < 1 || queries > tokens || width < 1) throw InternalError("attention of no tokens");
}

void AttentionKernel::forward(HeadRows q, HeadRows k, HeadRows v, float* weights, MutableHeadRows out) {
  pack_columns(k);
  multiply({q.data, q.stride, 1, columns_.data(), padded_tokens_, weights, padded_tokens_, width_}, queries_,
           padded_tokens_);
  for (std::int64_t i = 0; i < queries_; ++i)
    softmax(weights + i * padded_tokens_, tokens_, padded_tokens_, scale_);
  pack_rows(v, tokens_);
  multiply({weights, padded_tokens_, 1, rows_.data(), padded_width_, out.data, out.stride, tokens_}, queries_,
           width_);
}

void AttentionKernel::backward(HeadRows q, HeadRows k, HeadRows v, const float* weights, HeadRows gradient,
                               MutableHeadRows dq, MutableHeadRows dk, MutableHeadRows dv) {
  // The queries' sums into each token, of queries' rows.
  const auto sums = [&](const float* a, HeadRows rows, MutableHeadRows out) {
    pack_rows(rows, queries_);
    multiply({a, 1, padded_tokens_, rows_.data(), padded_width_, out.data, out.stride, queries_}, tokens_,
             width_);
  };
  pack_columns(v);
  multiply({gradient.data, gradient.stride, 1, columns_.data(), padded_tokens_, logits_.data(),
            padded_tokens_, width_},
           queries_, padded_tokens_);
  for (std::int64_t i = 0; i < queries_; ++i)
    softmax_backward(weights + i * padded_tokens_, logits_.data() + i * padded_tokens_, padded_tokens_,
                     scale_);
  sums(weights, gradient, dv);
  sums(logits_.data(), q, dk);
  pack_rows(k, tokens_);
  multiply({logits_.data(), padded_tokens_, 1, rows_.data(), padded_width_, dq.data, dq.stride, tokens_},
           queries_, width_);
}

void AttentionKernel::pack_columns(HeadRows rows) {
  for (std::int64_t d = 0; d < width_; ++d)
    for (std::int64_t j = 0; j < tokens_; ++j)
      columns_[static_cast<std::size_t>(d * padded_tokens_ + j)] = rows.data[j * rows.stride + d];
}

void AttentionKernel::pack_rows(HeadRows rows, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(rows.data + i * rows.stride, width_, rows_.data() + i * padded_width_);
}

#else

namespace {
[[noreturn]] void refuse() {
  throw InternalError("the attention kernel is for processors with AVX-512");
}
}  // namespace

bool AttentionKernel::supported() {
  return false;
}
AttentionKernel::AttentionKernel(std::int64_t, std::int64_t, std::int64_t, float) {
  refuse();
}
void AttentionKernel::forward(HeadRows, HeadRows, HeadRows, float*, MutableHeadRows) {
  refuse();
}
void AttentionKernel::backward(HeadRows, HeadRows, HeadRows, const float*, HeadRows, MutableHeadRows,
                               MutableHeadRows, MutableHeadRows) {
  refuse();
}

#endif

}  // namespace vitrobust::models

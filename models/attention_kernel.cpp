#include "models/attention_kernel.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "models/operand_layout.h"
#include "models/register_tile.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

/// c = a · b: a's word (i, j) at a[i · row + j · step], b [words, ·] in whole vectors.
struct Product {
  const float* a;
  std::int64_t row, step;
  const float* b;
  std::int64_t b_row;
  float* c;
  std::int64_t c_row;
  std::int64_t words;
};

/// All of c: `rows` rows of `columns` floats.
/// @tparam Element  as a Tile's
template <typename Element>
void multiply(const Product& p, std::int64_t rows, std::int64_t columns) {
  constexpr auto kPerWord = static_cast<std::int64_t>(sizeof(float) / sizeof(Element));
  for_each_panel(columns, [&](std::int64_t first, std::int64_t wide) {
    compute_panel<Element>({.a = reinterpret_cast<const Element*>(p.a),
                            .a_row = kPerWord * p.row,
                            .a_step = p.step,
                            .b = reinterpret_cast<const Element*>(p.b + first * kLanes),
                            .b_row = p.b_row,
                            .terms = kPerWord * p.words,
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

bool AttentionKernel::supported(bool reduced) {
  return has_avx512(/*with_bf16=*/reduced);
}

AttentionKernel::AttentionKernel(std::int64_t queries, std::int64_t tokens, std::int64_t width, float scale,
                                 bool reduced)
    : queries_(queries),
      tokens_(tokens),
      width_(width),
      padded_tokens_(padded(tokens)),
      padded_width_(padded(width)),
      scale_(scale),
      reduced_(reduced),
      columns_(static_cast<std::size_t>((reduced ? pairs_of(width) : width) * padded_tokens_)),
      rows_(static_cast<std::size_t>((reduced ? pairs_of(tokens) : tokens) * padded_width_)),
      logits_(static_cast<std::size_t>(queries * padded_tokens_)) {
  if (queries < 1 || queries > tokens || width < 1) throw InternalError("attention of no tokens");
  if (!supported(reduced)) throw InternalError("attention in a precision that this processor lacks");
  // Rows of a head, rows of weights, and pairs of these.
  if (reduced)
    left_.resize(
        static_cast<std::size_t>(std::max(tokens * pairs_of(width), pairs_of(queries) * padded_tokens_)));
}

void AttentionKernel::forward(HeadRows q, HeadRows k, HeadRows v, float* weights, MutableHeadRows out) {
  pack_columns(k);
  times_columns(q, weights);
  for (std::int64_t i = 0; i < queries_; ++i)
    softmax(weights + i * padded_tokens_, tokens_, padded_tokens_, scale_);
  pack_rows(v, tokens_);
  times_rows(weights, out);
}

void AttentionKernel::backward(HeadRows q, HeadRows k, HeadRows v, const float* weights, HeadRows gradient,
                               MutableHeadRows dq, MutableHeadRows dk, MutableHeadRows dv) {
  pack_columns(v);
  times_columns(gradient, logits_.data());
  for (std::int64_t i = 0; i < queries_; ++i)
    softmax_backward(weights + i * padded_tokens_, logits_.data() + i * padded_tokens_, padded_tokens_,
                     scale_);
  pack_rows(gradient, queries_);
  turned_times_rows(weights, dv);
  pack_rows(q, queries_);
  turned_times_rows(logits_.data(), dk);
  pack_rows(k, tokens_);
  times_rows(logits_.data(), dq);
}

/// Rows [tokens, width] become columns_.
void AttentionKernel::pack_columns(HeadRows rows) {
  if (!reduced_) {
    transpose_words(rows.data, rows.stride, tokens_, width_, columns_.data());
    return;
  }
  const std::int64_t words = pairs_of(width_);
  round_rows(rows.data, rows.stride, tokens_, width_, left_.data());
  transpose_words(left_.data(), words, tokens_, words, columns_.data());
}

/// Rows [count, width] become rows_.
void AttentionKernel::pack_rows(HeadRows rows, std::int64_t count) {
  if (reduced_) {
    pair_rows(rows.data, rows.stride, count, width_, rows_.data());
    return;
  }
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(rows.data + i * rows.stride, width_, rows_.data() + i * padded_width_);
}

/// c [queries, padded tokens] = a [queries, width] · columns_.
void AttentionKernel::times_columns(HeadRows a, float* c) {
  if (!reduced_) {
    multiply<float>({a.data, a.stride, 1, columns_.data(), padded_tokens_, c, padded_tokens_, width_},
                    queries_, padded_tokens_);
    return;
  }
  const std::int64_t words = pairs_of(width_);
  round_rows(a.data, a.stride, queries_, width_, left_.data());
  multiply<std::uint16_t>({left_.data(), words, 1, columns_.data(), padded_tokens_, c, padded_tokens_, words},
                          queries_, padded_tokens_);
}

/// c [queries, width] = a [queries, padded tokens] · rows_.
void AttentionKernel::times_rows(const float* a, MutableHeadRows c) {
  if (!reduced_) {
    multiply<float>({a, padded_tokens_, 1, rows_.data(), padded_width_, c.data, c.stride, tokens_}, queries_,
                    width_);
    return;
  }
  // The padding is 0, and rounding whole vectors is quicker.
  const std::int64_t row = padded_tokens_ / 2;
  round_rows(a, padded_tokens_, queries_, padded_tokens_, left_.data());
  multiply<std::uint16_t>(
      {left_.data(), row, 1, rows_.data(), padded_width_, c.data, c.stride, pairs_of(tokens_)}, queries_,
      width_);
}

/// c [tokens, width] = aᵀ · rows_ with a [queries, padded tokens]: the queries' sums into each token.
void AttentionKernel::turned_times_rows(const float* a, MutableHeadRows c) {
  if (!reduced_) {
    multiply<float>({a, 1, padded_tokens_, rows_.data(), padded_width_, c.data, c.stride, queries_}, tokens_,
                    width_);
    return;
  }
  pair_rows(a, padded_tokens_, queries_, tokens_, left_.data());
  multiply<std::uint16_t>(
      {left_.data(), 1, padded_tokens_, rows_.data(), padded_width_, c.data, c.stride, pairs_of(queries_)},
      tokens_, width_);
}

#else

namespace {
[[noreturn]] void refuse() {
  throw InternalError("the attention kernel is for processors with AVX-512");
}
}  // namespace

bool AttentionKernel::supported(bool) {
  return false;
}
AttentionKernel::AttentionKernel(std::int64_t, std::int64_t, std::int64_t, float, bool) {
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

#include "models/gelu_kernel.h"

#include <array>

#include "core/error.h"
#include "models/avx512.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

/// Φ(−√2·z) = erfc(z)/2 = e^(−z²)·t·P(t) with t = 1/(1 + 0.4 z) for z ≥ 0: least squares at 3,000 Chebyshev
/// nodes in t with weights that even out the error relative to erfc(z), as far as it is above 0.01 (1.7e-8);
/// the form is that of Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26.
constexpr float kScale = 0.4F;
constexpr std::array<float, 8> kTail{0.11264114081859589F,  0.11623765528202057F,  0.07955113798379898F,
                                     0.17893944680690765F,  -0.14840826392173767F, 0.3082166910171509F,
                                     -0.18110838532447815F, 0.033930569887161255F};
/// 2^f for |f| ≤ 1/2, relative error 1.9e-9 before rounding, fitted alike.
constexpr std::array<float, 7> kPower{1.0F,
                                      0.6931471824645996F,
                                      0.24022646248340607F,
                                      0.05550328642129898F,
                                      0.009618489071726799F,
                                      0.0013399930903688073F,
                                      0.00015345810970757157F};

template <std::size_t Terms>
VITROBUST_AVX512 inline __m512 polynomial(const std::array<float, Terms>& terms, __m512 x) {
  __m512 sum = _mm512_set1_ps(terms[Terms - 1]);
  for (std::size_t k = Terms - 1; k-- > 0;) sum = _mm512_fmadd_ps(sum, x, _mm512_set1_ps(terms[k]));
  return sum;
}

/// e^(−x²/2). The error of the exponent grows with it, where the power is small.
VITROBUST_AVX512 inline __m512 bell_of(__m512 x) {
  const __m512 exponent = _mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-0.7213475204444817F));
  // Beyond all powers of float32; an infinite one has no fraction.
  const __m512 bounded = _mm512_max_ps(exponent, _mm512_set1_ps(-160.0F));
  const __m512 whole = _mm512_roundscale_ps(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm512_scalef_ps(polynomial(kPower, _mm512_sub_ps(bounded, whole)), whole);
}

template <bool WithDerivative>
VITROBUST_AVX512 void gelu(float* x, float* derivative, std::int64_t count) {
  const __m512 one = _mm512_set1_ps(1.0F);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const __mmask16 lanes = lanes_before(count, i);
    const __m512 v = _mm512_maskz_loadu_ps(lanes, x + i);
    const __m512 bell = bell_of(v);
    const __m512 t = _mm512_div_ps(
        one, _mm512_fmadd_ps(_mm512_abs_ps(v), _mm512_set1_ps(kScale * 0.7071067811865476F), one));
    const __m512 tail = _mm512_mul_ps(_mm512_mul_ps(polynomial(kTail, t), t), bell);  // Φ(−|x|)
    const __mmask16 positive = _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_GT_OQ);
    const __m512 phi = _mm512_mask_sub_ps(tail, positive, one, tail);
    _mm512_mask_storeu_ps(x + i, lanes, _mm512_mul_ps(v, phi));
    if constexpr (WithDerivative) {
      const __m512 density = _mm512_mul_ps(bell, _mm512_set1_ps(0.3989422804014327F));
      _mm512_mask_storeu_ps(derivative + i, lanes, _mm512_fmadd_ps(v, density, phi));
    }
  }
}

}  // namespace

void gelu_into(float* x, float* derivative, std::int64_t count) {
  if (derivative == nullptr)
    gelu<false>(x, nullptr, count);
  else
    gelu<true>(x, derivative, count);
}

#else

void gelu_into(float*, float*, std::int64_t) {
  throw InternalError("the kernel of GELU is for processors with AVX-512");
}

#endif

}  // namespace vitrobust::models

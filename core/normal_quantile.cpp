#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "core/vectorize.h"

namespace vitrobust {
namespace {

/// Horner's scheme, highest coefficient first.
template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double value = coefficients[0];
  for (std::size_t i = 1; i < N; ++i) value = value * x + coefficients[i];
  return value;
}

// The three rational approximations of AS 241 (PPND16), highest power first.
constexpr double kCentralTop[] = {
    2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
    1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0};
constexpr double kCentralBottom[] = {
    5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
    5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0};
constexpr double kMiddleTop[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                 2.41780725177450611770e-1, 1.27045825245236838258e+0,
                                 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                                 4.63033784615654529590e+0, 1.42343711074968357734e+0};
constexpr double kMiddleBottom[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                    1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                    6.89767334985100004550e-1, 1.67638483018380384940e+0,
                                    2.05319162663775882187e+0, 1.0};
constexpr double kTailTop[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                               1.24266094738807843860e-3, 2.65321895265761230930e-2,
                               2.96560571828504891230e-1, 1.78482653991729133580e+0,
                               5.46378491116411436990e+0, 6.65790464350110377720e+0};
constexpr double kTailBottom[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                                  1.84631831751005468180e-5,  7.86869131145613259100e-4,
                                  1.48753612908506148525e-2,  1.36929880922735805310e-1,
                                  5.99832206555887937690e-1,  1.0};

/// Half the width of the central interval around 1/2, where no logarithm is needed; it holds 85 % of the
/// draws.
constexpr double kCentralHalf = 0.425;

double central_quantile(double q) {
  const double r = kCentralHalf * kCentralHalf - q * q;
  return q * polynomial(kCentralTop, r) / polynomial(kCentralBottom, r);
}

/// 1/(2k + 1) for k = 12 … 1: atanh(s) = s + s³/3 + s⁵/5 + …
constexpr double kArtanh[] = {1.0 / 25, 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15,
                              1.0 / 13, 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
/// log 2 in two parts; the product of the first with an exponent is exact.
constexpr double kLog2High = 0x1.62e42fefa38p-1;
constexpr double kLog2Low = 0x1.ef35793c7673p-45;

/// -log(p) of a p in [2^-1022, 0.08], relative error about 1e-16: without the C library, so that it is the
/// same everywhere, and without branches, so that the compiler vectorises it.
double minus_log(double p) {
  // p = m·2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh((m - 1)/(m + 1)).
  constexpr auto kRootHalf = std::bit_cast<std::uint64_t>(0x1.6a09e667f3bcdp-1);
  constexpr auto kOne = std::bit_cast<std::uint64_t>(1.0);
  constexpr auto kTwo52 = std::bit_cast<std::uint64_t>(0x1p52);
  const auto bits = std::bit_cast<std::uint64_t>(p);
  const std::uint64_t biased = (bits + (kOne - kRootHalf)) >> 52;  // e + 1023
  const double exponent = std::bit_cast<double>(kTwo52 | biased) - (0x1p52 + 1023);
  const double m = std::bit_cast<double>(bits - (biased << 52) + kOne);
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  const double tail = s * (s2 * polynomial(kArtanh, s2));
  return -exponent * kLog2High - (2 * s + (2 * tail + exponent * kLog2Low));
}

double middle_quantile(double r) {
  return polynomial(kMiddleTop, r - 1.6) / polynomial(kMiddleBottom, r - 1.6);
}

/// Below this p, just above exp(-25), the formula of the far tail may be due.
constexpr double kFarTail = 1.4e-11;

/// `outside` becomes 1 where the central formula does not hold.
VITROBUST_VECTORIZE void central_quantiles(const double* p, double* out, std::uint8_t* outside,
                                           std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = central_quantile(p[i] - 0.5);
  for (std::size_t i = 0; i < n; ++i) outside[i] = std::abs(p[i] - 0.5) > kCentralHalf ? 1 : 0;
}

/// Magnitudes of the quantiles of p < 0.08, unless p is in the far tail.
VITROBUST_VECTORIZE void middle_quantiles(double* p, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) p[i] = middle_quantile(std::sqrt(minus_log(p[i])));
}

}  // namespace

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= kCentralHalf) return central_quantile(q);
  const double r = std::sqrt(minus_log(q < 0 ? p : 1 - p));
  const double magnitude =
      r <= 5 ? middle_quantile(r) : polynomial(kTailTop, r - 5) / polynomial(kTailBottom, r - 5);
  return q < 0 ? -magnitude : magnitude;
}

void normal_quantiles(std::span<double> values) {
  constexpr std::size_t kBlock = 1024;
  std::array<double, kBlock> quantiles;
  std::array<double, kBlock> tails;
  std::array<std::uint8_t, kBlock> outside;
  std::array<std::uint32_t, kBlock> places;
  while (!values.empty()) {
    const std::span<double> block = values.first(std::min(kBlock, values.size()));
    // The central formula for all, then that of the tails for those that it is not for: two loops without
    // branches.
    central_quantiles(block.data(), quantiles.data(), outside.data(), block.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
      places[count] = static_cast<std::uint32_t>(i);
      count += outside[i];
    }
    for (std::size_t i = 0; i < count; ++i) tails[i] = std::min(block[places[i]], 1 - block[places[i]]);
    middle_quantiles(tails.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const double p = block[places[i]];
      quantiles[places[i]] =
          std::min(p, 1 - p) < kFarTail ? normal_quantile(p) : std::copysign(tails[i], p - 0.5);
    }
    std::copy_n(quantiles.begin(), block.size(), block.begin());
    values = values.subspan(block.size());
  }
}

}  // namespace vitrobust

#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitrobust {

/// An exact rational number, so that eps = 8/255 is stored, compared and reported as what it is.
/// Always reduced, denominator positive.
class Fraction {
 public:
  Fraction() = default;
  /// @throws InternalError when the denominator is 0, or either is -2^63
  Fraction(std::int64_t numerator, std::int64_t denominator);

  /// Reads "8/255", "-3", "0.03", "1e-3" or "0.5/255" exactly.
  /// @throws UsageError naming the text when it is none of these, divides by zero or does not fit 64 bits
  static Fraction parse(std::string_view text);

  [[nodiscard]] std::int64_t numerator() const noexcept { return numerator_; }
  [[nodiscard]] std::int64_t denominator() const noexcept { return denominator_; }
  /// The double nearest to the fraction.
  [[nodiscard]] double value() const noexcept;
  /// "8/255", "3", or the decimal form when the denominator is a power of ten up to 10^6 ("0.03").
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Fraction&, const Fraction&) = default;
  friend std::strong_ordering operator<=>(const Fraction& a, const Fraction& b);

 private:
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

}  // namespace vitrobust

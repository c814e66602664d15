#include "core/fraction.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "core/error.h"

namespace vitrobust {
namespace {

struct Ratio {
  std::int64_t numerator;
  std::int64_t denominator;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[noreturn]] void throw_malformed(std::string_view text) {
  throw UsageError(fmt::format("'{}' is not a number", text),
                   "write a fraction or a decimal: 8/255, 0.03, 1e-3");
}

[[noreturn]] void throw_too_long(std::string_view text) {
  throw UsageError(
      fmt::format("'{}' has too many digits to be kept exactly", text),
      "numerator and denominator must fit 64 bits: write 0.1/255 rather than 0.000392156862745098");
}

/// Reads one decimal number, "-0.5" or "1e-3", of the fraction `whole`, which errors name.
class DecimalReader {
 public:
  DecimalReader(std::string_view text, std::string_view whole) : text_(text), whole_(whole) {}

  Ratio read() {
    const bool negative = text_.starts_with('-');
    if (negative || text_.starts_with('+')) text_.remove_prefix(1);
    read_digits();
    if (!text_.empty()) read_exponent();
    if (negative) ratio_.numerator = -ratio_.numerator;
    return ratio_;
  }

 private:
  void read_digits() {
    bool any = false;
    bool after_point = false;
    for (; !text_.empty(); text_.remove_prefix(1)) {
      if (text_[0] == '.' && !after_point) {
        after_point = true;
      } else if (is_digit(text_[0])) {
        any = true;
        multiply(ratio_.numerator, 10);
        if (__builtin_add_overflow(ratio_.numerator, text_[0] - '0', &ratio_.numerator))
          throw_too_long(whole_);
        if (after_point) multiply(ratio_.denominator, 10);
      } else {
        break;
      }
    }
    if (!any) throw_malformed(whole_);
  }

  void read_exponent() {
    if (text_[0] != 'e' && text_[0] != 'E') throw_malformed(whole_);
    text_.remove_prefix(1);
    if (text_.starts_with('+') && !text_.starts_with("+-")) text_.remove_prefix(1);
    int exponent = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, failure] = std::from_chars(text_.data(), end, exponent);
    if (failure == std::errc::invalid_argument || stop != end) throw_malformed(whole_);
    // Beyond 10^18 nothing fits; a bound also keeps the loops short.
    if (failure != std::errc{} || exponent < -18 || exponent > 18) throw_too_long(whole_);
    for (; exponent > 0; --exponent) multiply(ratio_.numerator, 10);
    for (; exponent < 0; ++exponent) multiply(ratio_.denominator, 10);
  }

  void multiply(std::int64_t& value, std::int64_t factor) const {
    if (__builtin_mul_overflow(value, factor, &value)) throw_too_long(whole_);
  }

  std::string_view text_;
  std::string_view whole_;
  Ratio ratio_{0, 1};
};

Ratio reduced(Ratio ratio) {
  const std::int64_t divisor = std::gcd(ratio.numerator, ratio.denominator);
  return divisor > 1 ? Ratio{ratio.numerator / divisor, ratio.denominator / divisor} : ratio;
}

}  // namespace

Fraction::Fraction(std::int64_t numerator, std::int64_t denominator) {
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  if (denominator == 0) throw InternalError("a fraction with denominator 0");
  if (numerator == kLowest || denominator == kLowest)
    throw InternalError("a fraction whose sign cannot be changed");
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Ratio ratio = reduced({numerator, denominator});
  numerator_ = ratio.numerator;
  denominator_ = ratio.denominator;
}

Fraction Fraction::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const Ratio top = reduced(DecimalReader(text.substr(0, slash), text).read());
  Ratio bottom{1, 1};
  if (slash != std::string_view::npos) bottom = reduced(DecimalReader(text.substr(slash + 1), text).read());
  if (bottom.numerator == 0) throw UsageError(fmt::format("'{}' divides by zero", text));
  // (a/b) / (c/d) = (a/c) (d/b): reduced before multiplying, so that all that fits is accepted.
  const Fraction across(top.numerator, bottom.numerator);
  const Fraction down(bottom.denominator, top.denominator);
  Ratio result{0, 0};
  if (__builtin_mul_overflow(across.numerator_, down.numerator_, &result.numerator) ||
      __builtin_mul_overflow(across.denominator_, down.denominator_, &result.denominator) ||
      result.numerator == std::numeric_limits<std::int64_t>::min())
    throw_too_long(text);
  return {result.numerator, result.denominator};
}

double Fraction::value() const noexcept {
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::string Fraction::text() const {
  if (denominator_ == 1) return fmt::format("{}", numerator_);
  std::int64_t power = 10;
  for (int digits = 1; digits <= 6; ++digits, power *= 10) {
    std::int64_t scaled = 0;
    if (power % denominator_ != 0 || __builtin_mul_overflow(numerator_, power / denominator_, &scaled))
      continue;
    const std::string_view sign = scaled < 0 ? "-" : "";
    return fmt::format("{}{}.{:0{}}", sign, std::abs(scaled / power), std::abs(scaled % power), digits);
  }
  return fmt::format("{}/{}", numerator_, denominator_);
}

std::strong_ordering operator<=>(const Fraction& a, const Fraction& b) {
  const auto left = static_cast<__int128>(a.numerator_) * b.denominator_;
  const auto right = static_cast<__int128>(b.numerator_) * a.denominator_;
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

}  // namespace vitrobust

#include "core/fraction.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/error.h"

namespace vitrobust {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

std::string parse_error(std::string_view text) {
  try {
    const Fraction parsed = Fraction::parse(text);
    return "accepted as " + parsed.text();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'" + std::string(text) + "'"));
    return error.what();
  }
}

TEST(Fraction, IsReducedWithAPositiveDenominator) {
  EXPECT_EQ(Fraction(16, 510), Fraction(8, 255));
  EXPECT_EQ(Fraction(3, -6), Fraction(-1, 2));
  EXPECT_EQ(Fraction(0, -7).denominator(), 1);
  EXPECT_EQ(Fraction().value(), 0);
  EXPECT_EQ(Fraction(kMax, kMax), Fraction(1, 1));
}

TEST(Fraction, RefusesWhatItCannotHold) {
  EXPECT_THROW(Fraction(1, 0), InternalError);
  EXPECT_THROW(Fraction(kMin, 1), InternalError);
  EXPECT_THROW(Fraction(1, kMin), InternalError);
}

TEST(FractionParse, ReadsFractionsAndDecimalsExactly) {
  EXPECT_EQ(Fraction::parse("8/255"), Fraction(8, 255));
  EXPECT_EQ(Fraction::parse("-3"), Fraction(-3, 1));
  EXPECT_EQ(Fraction::parse("+3"), Fraction(3, 1));
  EXPECT_EQ(Fraction::parse("0.03"), Fraction(3, 100));
  EXPECT_EQ(Fraction::parse(".5"), Fraction(1, 2));
  EXPECT_EQ(Fraction::parse("5."), Fraction(5, 1));
  EXPECT_EQ(Fraction::parse("1e-3"), Fraction(1, 1000));
  EXPECT_EQ(Fraction::parse("2.5E+2"), Fraction(250, 1));
  EXPECT_EQ(Fraction::parse("0.5/255"), Fraction(1, 510));
  EXPECT_EQ(Fraction::parse("-1/-4"), Fraction(1, 4));
  EXPECT_EQ(Fraction::parse("0e5"), Fraction());
  EXPECT_EQ(Fraction::parse("0.03137254901960784"), Fraction(3137254901960784, 100000000000000000));
}

TEST(FractionParse, ReducesBeforeItOverflows) {
  EXPECT_EQ(Fraction::parse("1e18/1e18"), Fraction(1, 1));
  EXPECT_EQ(Fraction::parse("9223372036854775807"), Fraction(kMax, 1));
  EXPECT_EQ(Fraction::parse("1e-18/1e-18"), Fraction(1, 1));
  EXPECT_EQ(Fraction::parse("6e17/0.2e18"), Fraction(3, 1));
}

TEST(FractionParse, NamesWhatIsNoNumber) {
  for (const char* text : {"0.03x", "",   ".",     "/",     "1/", "/2", "-",    "+-1", "--1", "1e",  "1e+",
                           "1e+-3", "e5", "1.2.3", "1/2/3", " 1", "1 ", "0x10", "nan", "inf", "1,5", "١"})
    EXPECT_THAT(parse_error(text), HasSubstr("is not a number")) << text;
}

TEST(FractionParse, NamesADivisionByZero) {
  for (const char* text : {"1/0", "0/0", "1/0.00", "1/0e3"})
    EXPECT_THAT(parse_error(text), HasSubstr("divides by zero")) << text;
}

TEST(FractionParse, NamesWhatDoesNotFit) {
  for (const char* text : {"1e400", "1e19", "1e-19", "1e99999999999", "9223372036854775808",
                           "0.0003921568627450981", "1e18/1e-18", "-4611686018427387904/0.5"})
    EXPECT_THAT(parse_error(text), HasSubstr("too many digits")) << text;
}

TEST(Fraction, ValueIsTheNearestDouble) {
  EXPECT_EQ(Fraction::parse("8/255").value(), 8.0 / 255.0);
  EXPECT_EQ(Fraction::parse("0.1").value(), 0.1);
  EXPECT_EQ(Fraction::parse("-0.03").value(), -0.03);
}

TEST(Fraction, TextIsShortAndParsesBack) {
  EXPECT_EQ(Fraction(8, 255).text(), "8/255");
  EXPECT_EQ(Fraction(3, 1).text(), "3");
  EXPECT_EQ(Fraction(3, 100).text(), "0.03");
  EXPECT_EQ(Fraction(-1, 2).text(), "-0.5");
  EXPECT_EQ(Fraction(-3, 2).text(), "-1.5");
  EXPECT_EQ(Fraction(1, 1000000).text(), "0.000001");
  EXPECT_EQ(Fraction(1, 10000000).text(), "1/10000000");
  EXPECT_EQ(Fraction(9007199254740993, 10).text(), "900719925474099.3");
  for (const Fraction& fraction :
       {Fraction(kMax, 10), Fraction(-kMax, 4), Fraction(1, kMax), Fraction(-7, 64), Fraction(1, 3)})
    EXPECT_EQ(Fraction::parse(fraction.text()), fraction) << fraction.text();
}

TEST(Fraction, OrdersWithoutOverflow) {
  EXPECT_LT(Fraction(1, 3), Fraction(1, 2));
  EXPECT_LT(Fraction(-1, 2), Fraction(-1, 3));
  EXPECT_GT(Fraction(kMax, 2), Fraction(kMax - 1, 2));
  EXPECT_LT(Fraction(1, kMax), Fraction(1, kMax - 1));
}

}  // namespace
}  // namespace vitrobust

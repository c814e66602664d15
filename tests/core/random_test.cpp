#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace vitrobust {
namespace {

PhiloxSource source(std::uint64_t sample_id = 0) {
  return PhiloxSource(
      {.seed = 9, .condition = "corruption/gaussian_noise/1", .sample_id = sample_id, .restart = 0});
}

TEST(PhiloxSource, DrawsThePromisedNumbers) {
  const Json golden = read_json(VITROBUST_SOURCE_DIR "/tests/golden/philox_stream.json");
  ASSERT_FALSE(golden.at("streams").empty());
  for (const Json& stream : golden.at("streams")) {
    const auto condition = stream.at("condition").get<std::string>();
    const StreamKey key{.seed = stream.at("seed").get<std::uint64_t>(),
                        .condition = condition,
                        .sample_id = stream.at("sample_id").get<std::uint64_t>(),
                        .restart = stream.at("restart").get<std::uint32_t>()};
    PhiloxSource uniforms(key);
    for (const Json& value : stream.at("uniform")) EXPECT_EQ(uniforms.uniform(), value.get<double>());
    PhiloxSource normals(key);
    // Up to the last bits of the logarithm of Python's C library.
    for (const Json& value : stream.at("normal")) EXPECT_DOUBLE_EQ(normals.normal(), value.get<double>());
    PhiloxSource integers(key);
    for (const Json& value : stream.at("integer_below_1000"))
      EXPECT_EQ(integers.integer(1000), value.get<std::uint32_t>());
  }
}

/// Draws n numbers one at a time and in pieces of many sizes; all must agree in every bit.
template <typename Single, typename Bulk>
void expect_bulk_equals_single(Single single, Bulk bulk) {
  for (const std::size_t piece : {1U, 2U, 3U, 63U, 64U, 65U, 255U, 256U, 257U, 1000U}) {
    PhiloxSource one = source();
    PhiloxSource many = source();
    for (int round = 0; round < 5; ++round) {
      std::vector<double> values(piece);
      bulk(many, values);
      for (std::size_t i = 0; i < piece; ++i)
        ASSERT_EQ(single(one), values[i]) << "piece " << piece << " round " << round << " index " << i;
    }
    EXPECT_EQ(one.integer(1U << 31), many.integer(1U << 31)) << "the streams stand at the same place";
  }
}

TEST(PhiloxSource, BulkUniformsEqualSingleDraws) {
  expect_bulk_equals_single([](PhiloxSource& s) { return s.uniform(); },
                            [](PhiloxSource& s, std::span<double> out) { s.fill_uniform(out); });
}

TEST(PhiloxSource, BulkNormalsEqualSingleDraws) {
  expect_bulk_equals_single([](PhiloxSource& s) { return s.normal(); },
                            [](PhiloxSource& s, std::span<double> out) { s.fill_normal(out); });
}

TEST(PhiloxSource, AnEmptyFillDrawsNothing) {
  PhiloxSource drawn = source();
  drawn.fill_normal({});
  PhiloxSource fresh = source();
  EXPECT_EQ(drawn.uniform(), fresh.uniform());
}

TEST(PhiloxSource, UniformsFillTheUnitInterval) {
  std::vector<double> values(200000);
  source().fill_uniform(values);
  double sum = 0;
  std::vector<int> counts(100);
  for (const double value : values) {
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    ASSERT_EQ(std::floor(value * 0x1p53), value * 0x1p53);
    sum += value;
    ++counts[static_cast<std::size_t>(value * 100)];
  }
  EXPECT_NEAR(sum / 200000, 0.5, 5 * std::sqrt(1.0 / 12 / 200000));
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 2000.0) * (count - 2000.0) / 2000;
  EXPECT_LT(chi_square, 99 + 5 * std::sqrt(2 * 99.0));
}

TEST(PhiloxSource, NormalsHaveTheMomentsOfANormal) {
  std::vector<double> values(200000);
  source(1).fill_normal(values);
  double moments[5] = {};
  for (const double value : values)
    for (int power = 1; power <= 4; ++power) moments[power] += std::pow(value, power) / 200000;
  const double unit = 5 / std::sqrt(200000.0);  // variances of z, z², z³, z⁴ are 1, 2, 15, 96
  EXPECT_NEAR(moments[1], 0, unit);
  EXPECT_NEAR(moments[2], 1, unit * std::sqrt(2));
  EXPECT_NEAR(moments[3], 0, unit * std::sqrt(15));
  EXPECT_NEAR(moments[4], 3, unit * std::sqrt(96));
}

TEST(PhiloxSource, NeighbouringSamplesAreIndependent) {
  std::vector<double> a(50000);
  std::vector<double> b(50000);
  source(1).fill_normal(a);
  source(2).fill_normal(b);
  double products = 0;
  for (std::size_t i = 0; i < a.size(); ++i) products += a[i] * b[i];
  EXPECT_LT(std::abs(products) / 50000, 5 / std::sqrt(50000.0));
}

TEST(PhiloxSource, IntegersAreUniformBelowTheirBound) {
  PhiloxSource random = source();
  EXPECT_EQ(random.integer(1), 0U);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(random.integer(7));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(10000.0));
  bool high = false;
  for (int i = 0; i < 64; ++i) high |= random.integer(0xffffffff) > 0x7fffffff;
  EXPECT_TRUE(high);
  EXPECT_THROW(random.integer(0), InternalError);
}

TEST(RandomSource, AUniformInARangeIsAStretchedUniform) {
  PhiloxSource unit = source();
  PhiloxSource stretched = source();
  const double u = unit.uniform();
  EXPECT_EQ(static_cast<RandomSource&>(stretched).uniform(-45, 45), -45 + 90 * u);
}

}  // namespace
}  // namespace vitrobust

#include "reports/multiplicity.h"

#include <gmock/gmock.h>

#include "core/json.h"
#include "reports/power.h"

namespace vitrobust::reports {
namespace {

const Json& golden() {
  static const Json figures = read_json(VITROBUST_SOURCE_DIR "/tests/golden/comparisons.json");
  return figures;
}

TEST(Adjust, EqualsStatsmodels) {
  ASSERT_EQ(golden().at("adjusted").size(), 6U);
  for (const Json& want : golden().at("adjusted")) {
    const auto p_values = want.at("p_values").get<std::vector<double>>();
    for (const Correction correction : {Correction::holm, Correction::benjamini_hochberg}) {
      const auto expected = want.at(std::string(to_string(correction))).get<std::vector<double>>();
      const std::vector<double> got = adjust(p_values, correction);
      ASSERT_EQ(got.size(), expected.size());
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_NEAR(got[i], expected[i], 1e-12 * expected[i]) << to_string(correction) << " " << want;
    }
    EXPECT_EQ(adjust(p_values, Correction::none), p_values);
  }
}

TEST(Adjust, NothingStaysNothing) {
  for (const Correction correction : {Correction::holm, Correction::benjamini_hochberg, Correction::none})
    EXPECT_TRUE(adjust({}, correction).empty());
}

TEST(Correction, NamesAreReadBack) {
  for (const std::string_view name : correction_names()) EXPECT_EQ(to_string(*parse_correction(name)), name);
  EXPECT_FALSE(parse_correction("bonferroni").has_value());
}

TEST(Power, SamplesEqualConnorsFormulaInScipy) {
  ASSERT_EQ(golden().at("samples").size(), 5U);
  for (const Json& want : golden().at("samples"))
    EXPECT_EQ(paired_samples_for(want.at("difference"), want.at("discordance"),
                                 {.alpha = want.at("alpha"), .power = want.at("power")}),
              want.at("n").get<std::uint64_t>())
        << want;
}

TEST(Power, TheSmallestDifferenceSolvesConnorsFormula) {
  ASSERT_EQ(golden().at("smallest").size(), 4U);
  for (const Json& want : golden().at("smallest")) {
    const auto got = paired_difference_for(want.at("n"), want.at("discordance"),
                                           {.alpha = want.at("alpha"), .power = want.at("power")});
    ASSERT_TRUE(got.has_value()) << want;
    EXPECT_NEAR(*got, want.at("difference").get<double>(), 1e-9) << want;
  }
}

TEST(Power, NothingShowsWhereModelsHardlyDiffer) {
  EXPECT_FALSE(paired_difference_for(100, 0).has_value());
  EXPECT_FALSE(paired_difference_for(0, 0.1).has_value());
  // One discordant sample of a hundred can never be significant.
  EXPECT_FALSE(paired_difference_for(100, 0.01).has_value());
}

TEST(Power, MarginsAndThresholds) {
  // (1.959964 + 0.841621)² · 0.05 / 0.01², by hand.
  EXPECT_EQ(paired_samples_for_margin(0, 0.05, 0.01), 3925U);
  EXPECT_FALSE(paired_samples_for_margin(-0.01, 0.05, 0.01).has_value());
  EXPECT_EQ(unpaired_samples_for_margin(0.5, 0.5, 0.01), 39245U);
  EXPECT_EQ(samples_for_threshold(0.72, 0.70), 3956U);
  EXPECT_FALSE(samples_for_threshold(0.7, 0.7).has_value());
}

}  // namespace
}  // namespace vitrobust::reports

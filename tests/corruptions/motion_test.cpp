#include "corruptions/motion.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/random.h"
#include "corruptions/functions.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

double sum_of_weights(const std::vector<MotionTap>& taps) {
  return std::accumulate(taps.begin(), taps.end(), 0.0,
                         [](double sum, const MotionTap& tap) { return sum + tap.weight; });
}

TEST(MotionTaps, GoAlongTheLine) {
  const std::vector<MotionTap> level = motion_taps(Flavour::hendrycks, 10, 3, 0, 224, 224);
  ASSERT_EQ(level.size(), 21U);
  for (int i = 0; i < 21; ++i) {
    EXPECT_EQ(level[static_cast<std::size_t>(i)].dy, 0);
    EXPECT_EQ(level[static_cast<std::size_t>(i)].dx, i);
  }
  for (const MotionTap& tap : motion_taps(Flavour::hendrycks, 10, 3, -90, 224, 224)) {
    EXPECT_LE(tap.dy, 0);
    EXPECT_EQ(tap.dx, 0);
  }
  EXPECT_NEAR(sum_of_weights(level), 1, 1e-14);
}

TEST(MotionTaps, EndAtTheBorderForImagecorruptionsOnly) {
  EXPECT_EQ(motion_taps(Flavour::hendrycks, 10, 3, 0, 8, 8).size(), 21U);
  const std::vector<MotionTap> cut = motion_taps(Flavour::imagecorruptions, 10, 3, 0, 8, 8);
  EXPECT_EQ(cut.size(), 8U);
  EXPECT_LT(sum_of_weights(cut), 1) << "small images darken";
}

TEST(MotionFilter, RepeatsTheBorder) {
  const std::vector<double> field = {1, 2, 4};
  std::vector<double> result(3);
  motion_filter(
      1, 3, 1,
      {{.dy = 0, .dx = 0, .weight = .5},
       {.dy = 5, .dx = 2, .weight = .25},
       {.dy = -1, .dx = -1, .weight = .25}},
      [&](std::size_t, double* row) { std::copy(field.begin(), field.end(), row); },
      [&](std::size_t, const double* row) { std::copy_n(row, 3, result.begin()); });
  EXPECT_EQ(result, (std::vector<double>{.5 + 1 + .25, 1 + 1 + .25, 2 + 1 + .5}));
}

TEST(Snow, DrawsANormalPerPixelAndAnAngle) {
  for (int severity = 1; severity <= 5; ++severity) {
    PhiloxSource random({.seed = 1, .condition = "snow", .sample_id = 0, .restart = 0});
    PhiloxSource expected = random;
    snow(draw_scene(37, 53), {.severity = severity,
                              .set = ParameterSet::imagenet,
                              .flavour = Flavour::hendrycks,
                              .frost = nullptr,
                              .random = random});
    std::vector<double> normals(37 * 53);
    expected.fill_normal(normals);
    expected.uniform();
    EXPECT_EQ(random.uniform(), expected.uniform()) << "severity " << severity;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions

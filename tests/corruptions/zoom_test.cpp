#include "corruptions/zoom.h"

#include <gtest/gtest.h>

#include <vector>

namespace vitrobust::corruptions {
namespace {

/// Output positions on the axis.
std::vector<double> positions(const ZoomAxis& axis) {
  std::vector<double> found;
  for (std::size_t i = 0; i < axis.size(); ++i)
    found.push_back(static_cast<double>(axis.before[i]) * axis.weights[i][0] +
                    static_cast<double>(axis.after[i]) * axis.weights[i][1]);
  return found;
}

TEST(ZoomAxis, AFactorOfOneIsTheIdentity) {
  EXPECT_EQ(positions(zoom_axis(5, 1)), (std::vector<double>{0, 1, 2, 3, 4}));
}

TEST(ZoomAxis, TheCentreIsStretchedFromCornerToCorner) {
  // 5 of 10 samples, from the third on, become 10.
  const std::vector<double> found = positions(zoom_axis(10, 2));
  ASSERT_EQ(found.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(found[i], 2 + static_cast<double>(i) * 4 / 9, 1e-14);
}

TEST(ZoomAxis, MayBeLargerThanBefore) {
  // 50 of 224 samples (49.8, rounded up) become 225.
  EXPECT_EQ(zoom_axis(224, 4.5).size(), 225U);
  for (int size = 1; size < 300; ++size)
    for (const double factor : {1.0, 1.01, 1.11, 1.25, 1.3, 1.75, 2.25, 2.5, 3.0, 4.0, 4.5})
      EXPECT_GE(zoom_axis(size, factor).size(), static_cast<std::size_t>(size)) << size << " by " << factor;
}

TEST(ZoomAxis, KeepsAPart) {
  ZoomAxis axis = zoom_axis(6, 1);
  axis.keep(2, 3);
  EXPECT_EQ(positions(axis), (std::vector<double>{2, 3, 4}));
}

TEST(ZoomedRows, HoldsTheTwoRowsAskedForLast) {
  const std::vector<double> field = {0, 1, 10, 11, 20, 21, 0};
  const ZoomAxis axis = zoom_axis(2, 1);
  ZoomedRows rows(field, 2, 1, axis);
  const double* first = rows.row(0);
  const double* second = rows.row(1);
  EXPECT_EQ(first[1], 1);
  EXPECT_EQ(second[1], 11);
  first = rows.row(0);
  second = rows.row(2);
  EXPECT_EQ(first[1], 1);
  EXPECT_EQ(second[1], 21);
}

}  // namespace
}  // namespace vitrobust::corruptions

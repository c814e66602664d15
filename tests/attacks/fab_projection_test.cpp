#include "attacks/fab_projection.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "attacks/rows.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

using Values = std::vector<double>;

Values row(const at::Tensor& matrix, std::int64_t i) {
  const at::Tensor values = matrix[i].contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

/// The same projection a second time, for one point and by bisection of one number: how far each value may
/// go (linf), the multiplier of w (l2), or the threshold of |w| above which values go all the way (l1;
/// between the two neighbouring thresholds only one value, unless some are equal, goes part of it).
Values bisect(Norm norm, const Values& point, const Values& w, double b) {
  const std::size_t count = point.size();
  double excess = -b;
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    excess += w[i] * point[i];
    largest = std::max(largest, std::abs(w[i]));
  }
  const double away = excess < 0 ? 1 : -1;  // sign of the change in w·x
  const auto room = [&](std::size_t i) { return away * w[i] > 0 ? 1 - point[i] : point[i]; };
  const auto moves = [&](double parameter) {
    Values lengths(count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      if (w[i] == 0) continue;
      if (norm == Norm::linf) lengths[i] = std::min(parameter, room(i));
      if (norm == Norm::l2) lengths[i] = std::min(parameter * std::abs(w[i]), room(i));
      if (norm == Norm::l1) lengths[i] = std::abs(w[i]) >= largest - parameter ? room(i) : 0;
    }
    return lengths;
  };
  const auto gain = [&](const Values& lengths) {
    double total = 0;
    for (std::size_t i = 0; i < count; ++i) total += lengths[i] * std::abs(w[i]);
    return total;
  };
  double low = 0;
  double high = norm == Norm::l2 ? 1e6 : largest + 1;
  for (int i = 0; i < 300; ++i) {
    const double middle = (low + high) / 2;
    (gain(moves(middle)) < std::abs(excess) ? low : high) = middle;
  }
  Values lengths = moves(high);
  if (norm == Norm::l1) {
    // The last values to go, those of the threshold itself, give back what was too much.
    double too_much = gain(lengths) - std::abs(excess);
    for (std::size_t i = count; i-- > 0 && too_much > 0;) {
      if (lengths[i] == 0 || std::abs(w[i]) >= largest - low) continue;
      const double back = std::min(lengths[i], too_much / std::abs(w[i]));
      lengths[i] -= back;
      too_much -= back * std::abs(w[i]);
    }
  }
  for (std::size_t i = 0; i < count; ++i) lengths[i] *= away * (w[i] > 0 ? 1 : -1);
  return lengths;
}

class PlaneProjection : public testing::TestWithParam<Norm> {
 protected:
  static constexpr std::int64_t kRows = 200;
  static constexpr std::int64_t kValues = 48;

  void SetUp() override {
    points_ = toy::uniform({kRows, kValues}, 21);
    points_.view(-1).slice(0, 0, points_.numel(), 5).fill_(0);  // at the sides of the box
    points_.view(-1).slice(0, 2, points_.numel(), 7).fill_(1);
    w_ = toy::uniform({kRows, kValues}, 22) - 0.5;
    w_.view(-1).slice(0, 0, w_.numel(), 11).fill_(0);
    // Planes from near to out of reach, on both sides.
    b_ = (w_ * points_).sum(1) + (toy::uniform({kRows}, 23) - 0.5) * 12;
  }

  at::Tensor points_, w_, b_;
};

TEST_P(PlaneProjection, EqualsABisection) {
  const at::Tensor change = project_onto_plane(GetParam(), points_, w_, b_);
  const Values b = row(b_.unsqueeze(0), 0);
  for (std::int64_t i = 0; i < kRows; ++i) {
    const Values expected = bisect(GetParam(), row(points_, i), row(w_, i), b[static_cast<std::size_t>(i)]);
    EXPECT_LT(toy::distance(change[i], at::tensor(expected, at::kDouble)), 1e-12) << i;
  }
}

TEST_P(PlaneProjection, ReachesThePlaneOrTheCornerOfTheBox) {
  const at::Tensor moved = points_ + project_onto_plane(GetParam(), points_, w_, b_);
  EXPECT_GE(moved.min().item<double>(), -1e-15);
  EXPECT_LE(moved.max().item<double>(), 1 + 1e-15);
  const at::Tensor left = (w_ * moved).sum(1) - b_;
  const at::Tensor before = (w_ * points_).sum(1) - b_;
  const at::Tensor lowest = w_.clamp_max(0).sum(1) - b_;
  const at::Tensor highest = w_.clamp_min(0).sum(1) - b_;
  const at::Tensor expected = at::where(before.gt(0), lowest.clamp_min(0), highest.clamp_max(0));
  EXPECT_LT(toy::distance(left, expected), 1e-12);
  EXPECT_TRUE(expected.ne(0).any().item<bool>()) << "some planes are out of reach";
  EXPECT_TRUE(expected.eq(0).any().item<bool>());
}

TEST_P(PlaneProjection, NoRandomPointOfThePlaneIsNearer) {
  const at::Tensor shortest = row_norms(project_onto_plane(GetParam(), points_, w_, b_), GetParam());
  for (std::uint64_t seed = 30; seed < 60; ++seed) {
    // Any point of the box, taken to the plane along the shortest way in L2, where that stays in the box.
    const at::Tensor start = (points_ + 0.3 * (toy::uniform({kRows, kValues}, seed) - 0.5)).clamp(0, 1);
    const at::Tensor gap = (w_ * start).sum(1, true) - b_.unsqueeze(1);
    const at::Tensor point = start - gap / w_.square().sum(1, true) * w_;
    const at::Tensor valid = point.ge(0).logical_and(point.le(1)).all(1);
    const at::Tensor longer = row_norms(point - points_, GetParam()).ge(shortest - 1e-12);
    EXPECT_TRUE(longer.logical_or(valid.logical_not()).all().item<bool>()) << seed;
  }
}

TEST_P(PlaneProjection, TakesVanishingAndTinyGradients) {
  const at::Tensor points = at::full({4, 3}, 0.5, at::kDouble);
  const at::Tensor w =
      at::tensor({0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e-200, 0.0, -1e-200, 1.0, 1e-320, 0.0}, at::kDouble)
          .view({4, 3});
  const at::Tensor b = at::tensor({0.0, 1.0, -0.2e-200, 0.25}, at::kDouble);
  const at::Tensor change = project_onto_plane(GetParam(), points, w, b);
  EXPECT_TRUE(change.slice(0, 0, 2).eq(0).all().item<bool>());
  EXPECT_NEAR((w[2] * (points[2] + change[2])).sum().item<double>() * 1e200, -0.2, 1e-12);
  EXPECT_NEAR(change[3][0].item<double>(), -0.25, 1e-15);
}

TEST_P(PlaneProjection, TakesNoRows) {
  const at::Tensor none = at::empty({0, 5}, at::kDouble);
  EXPECT_EQ(project_onto_plane(GetParam(), none, none, at::empty({0}, at::kDouble)).sizes(), none.sizes());
}

INSTANTIATE_TEST_SUITE_P(Norms, PlaneProjection, testing::ValuesIn(kNorms),
                         [](const auto& test) { return std::string(to_string(test.param)); });

}  // namespace
}  // namespace vitrobust::attacks

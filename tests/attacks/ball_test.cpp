// Balls of every norm: what a projection may return, and how near it is.
#include "attacks/ball.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "attacks/l1_projection.h"
#include "attacks/random_start.h"
#include "attacks/rows.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// Float images with pixels at and next to 0 and 1.
at::Tensor clean_images(at::ScalarType dtype) {
  at::Tensor images = toy::uniform({6, 3, 16, 15}, 1, dtype);
  const at::Tensor pixels = images.view(-1);
  const double edges[] = {0, 1, 0x1p-24, 1 - 0x1p-24, 1e-40};
  for (std::int64_t i = 0; i < 1500; ++i) pixels[i * 2] = edges[i % 5];
  return images;
}

struct Case {
  Norm norm;
  double epsilon;
  at::ScalarType dtype;
};

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble})
    for (const auto& [norm, radii] :
         std::vector<std::pair<Norm, std::vector<double>>>{{Norm::linf, {0, 1.0 / 255, 8.0 / 255, 0.3}},
                                                           {Norm::l2, {0, 0.01, 0.5, 3, 100}},
                                                           {Norm::l1, {0, 0.01, 12, 255, 5000}}})
      for (const double epsilon : radii) result.push_back({norm, epsilon, dtype});
  return result;
}

class EveryBall : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] Ball ball() const {
    return {GetParam().norm, GetParam().epsilon, clean_images(GetParam().dtype)};
  }
  /// Far away, near, and inside.
  static std::vector<at::Tensor> points(const at::Tensor& clean) {
    const at::Tensor noise = toy::uniform(clean.sizes(), 3) - 0.5;
    const at::Tensor exact = clean.to(at::kDouble);
    return {exact + 10 * noise, exact + noise, exact + 0.05 * noise, exact + 1e-4 * noise, exact};
  }
  [[nodiscard]] double excess(const at::Tensor& x, const Ball& around) const {
    const at::Tensor change = x.to(at::kDouble) - around.clean().to(at::kDouble);
    return (row_norms(change, GetParam().norm) - GetParam().epsilon).max().item<double>();
  }
};

TEST_P(EveryBall, AProjectionIsInTheBallMeasuredInDouble) {
  const Ball around = ball();
  for (const at::Tensor& point : points(around.clean())) {
    const at::Tensor x = around.project(point);
    EXPECT_EQ(x.scalar_type(), GetParam().dtype);
    EXPECT_LE(excess(x, around), 1e-12 * std::max(1.0, GetParam().epsilon));
    EXPECT_TRUE(x.ge(0).logical_and(x.le(1)).all().item<bool>());
    EXPECT_LE(toy::distance(around.project(x), x), 1e-13) << "a second projection changes nothing";
  }
}

TEST_P(EveryBall, StartsAreInTheBallAndTheSameInAnyBatch) {
  const Ball around = ball();
  const std::vector<std::uint64_t> ids = {5, 9, 2, 77, 1, 1000};
  for (const Start kind : {Start::inside, Start::boundary}) {
    const StreamKey key{.seed = 4, .condition = "attack/test", .restart = 2};
    const at::Tensor starts = random_start(around, kind, ids, key);
    EXPECT_EQ(starts.scalar_type(), GetParam().dtype);
    EXPECT_LE(excess(starts, around), 1e-12 * std::max(1.0, GetParam().epsilon));
    EXPECT_TRUE(starts.ge(0).logical_and(starts.le(1)).all().item<bool>());
    EXPECT_EQ(at::equal(starts, around.clean()), GetParam().epsilon == 0);
    for (std::int64_t i = 0; i < 6; ++i) {
      const Ball alone = around.select(at::tensor({i}));
      EXPECT_TRUE(at::equal(random_start(alone, kind, {&ids[static_cast<std::size_t>(i)], 1}, key),
                            starts.narrow(0, i, 1)));
    }
  }
}

TEST_P(EveryBall, ARowDoesNotDependOnTheOthers) {
  const Ball around = ball();
  const at::Tensor gradient = toy::uniform(around.clean().sizes(), 8, GetParam().dtype) - 0.5;
  const at::Tensor together = ascend(around, around.clean(), gradient, 0.7);
  for (std::int64_t i = 0; i < 6; ++i) {
    const Ball alone = around.select(at::tensor({i}));
    EXPECT_TRUE(
        at::equal(ascend(alone, alone.clean(), gradient.narrow(0, i, 1), 0.7), together.narrow(0, i, 1)));
  }
}

INSTANTIATE_TEST_SUITE_P(Norms, EveryBall, testing::ValuesIn(cases()), [](const auto& test) {
  return std::string(to_string(test.param.norm)) + "_" + std::to_string(test.index);
});

TEST(Ball, L2ShortensThePerturbationAndThenCuts) {
  const double epsilon = 0.5;
  const at::Tensor clean = toy::uniform({5, 3, 4, 4}, 2);
  const at::Tensor x = clean + (toy::uniform({5, 3, 4, 4}, 3) - 0.5);
  const at::Tensor projected = Ball(Norm::l2, epsilon, clean).project(x);
  for (std::int64_t i = 0; i < 5; ++i) {
    double squares = 0;
    for (std::int64_t j = 0; j < 48; ++j)
      squares += std::pow((x[i].view(-1)[j] - clean[i].view(-1)[j]).item<double>(), 2);
    ASSERT_GT(std::sqrt(squares), epsilon);
    for (std::int64_t j = 0; j < 48; ++j) {
      const double origin = clean[i].view(-1)[j].item<double>();
      const double moved = origin + (x[i].view(-1)[j].item<double>() - origin) * epsilon / std::sqrt(squares);
      EXPECT_NEAR(projected[i].view(-1)[j].item<double>(), std::clamp(moved, 0.0, 1.0), 1e-14);
    }
  }
}

/// The nearest point of the L1 ball and the box by bisection on λ, written from the optimality conditions.
std::vector<double> nearest_l1(const std::vector<double>& clean, const std::vector<double>& change,
                               double epsilon) {
  const auto shrunk = [&](double lambda) {
    std::vector<double> result(change.size());
    for (std::size_t i = 0; i < change.size(); ++i) {
      const double room = change[i] > 0 ? 1 - clean[i] : clean[i];
      const double size = std::clamp(std::abs(change[i]) - lambda, 0.0, room);
      result[i] = change[i] > 0 ? size : -size;
    }
    return result;
  };
  const auto total = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += std::abs(value);
    return sum;
  };
  if (total(shrunk(0)) <= epsilon) return shrunk(0);
  double low = 0;
  double high = 100;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (total(shrunk(middle)) > epsilon ? low : high) = middle;
  }
  return shrunk(high);
}

TEST(Ball, L1IsTheNearestPointByAnIndependentBisection) {
  const auto values = [](const at::Tensor& row) {
    return std::vector<double>(row.const_data_ptr<double>(), row.const_data_ptr<double>() + row.numel());
  };
  const at::Tensor clean = clean_images(at::kDouble);
  for (const double scale : {0.01, 0.3, 5.0})
    for (const double epsilon : {0.001, 1.0, 12.0, 100.0}) {
      const at::Tensor change = (toy::uniform(clean.sizes(), 5) - 0.5) * scale;
      change.view(-1).narrow(0, 0, 40).zero_();
      change.view(-1).narrow(0, 40, 40).fill_(0.004 * scale);  // ties
      const at::Tensor projected = project_l1(clean, change, epsilon);
      for (std::int64_t i = 0; i < clean.size(0); ++i) {
        const std::vector<double> expected = nearest_l1(values(clean[i]), values(change[i]), epsilon);
        EXPECT_LT(toy::distance(projected[i].reshape(-1), at::tensor(expected, at::kDouble)), 1e-12)
            << "scale " << scale << ", eps " << epsilon;
      }
    }
}

TEST(Ball, DirectionsHaveUnitLength) {
  const at::Tensor gradient = toy::uniform({4, 3, 10, 10}, 7) - 0.5;
  for (const Norm norm : kNorms)
    EXPECT_LT(toy::distance(row_norms(ascent_direction(norm, gradient), norm), at::ones({4}, at::kDouble)),
              1e-10);
  const at::Tensor sparse = ascent_direction(Norm::l1, gradient);
  EXPECT_EQ(sparse.ne(0).sum().item<std::int64_t>(), 4 * 3);
  for (const Norm norm : kNorms)
    EXPECT_EQ(ascent_direction(norm, at::zeros_like(gradient)).abs().max().item<double>(), 0);
}

TEST(RandomStart, L2AndL1FillTheBallEvenly) {
  // In the middle of the range nothing is cut. The radius of a uniform point has the distribution r^D.
  const at::Tensor clean = at::full({4000, 3, 1, 1}, 0.5, at::kDouble);
  std::vector<std::uint64_t> ids(4000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = i;
  for (const Norm norm : {Norm::l2, Norm::l1}) {
    const Ball ball(norm, 0.25, clean);
    const at::Tensor change = random_start(ball, Start::inside, ids, {.seed = 1, .condition = "x"}) - clean;
    const at::Tensor uniform = (row_norms(change, norm) / 0.25).pow(3);
    EXPECT_NEAR(uniform.mean().item<double>(), 0.5, 5 * 0.2887 / 63.2) << to_string(norm);
    EXPECT_NEAR(uniform.square().mean().item<double>(), 1.0 / 3, 5 * 0.2981 / 63.2) << to_string(norm);
    EXPECT_LT(change.mean({0}).abs().max().item<double>(), 5 * 0.25 / 63.2) << to_string(norm);
  }
}

}  // namespace
}  // namespace vitrobust::attacks

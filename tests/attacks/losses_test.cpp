#include "attacks/losses.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>

#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

struct Case {
  const char* name;
  at::Tensor (*loss)(const at::Tensor&, const at::Tensor&);
  std::int64_t fewest_classes;
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

class EveryLoss : public testing::TestWithParam<Case> {};

/// Labels and, in the second column, another class as the target.
at::Tensor make_targets(std::int64_t samples, std::int64_t classes) {
  const at::Tensor label = at::arange(samples, at::kLong).remainder(classes);
  return at::stack({label, (label + 2).remainder(classes)}, 1);
}

TEST_P(EveryLoss, GradientInTheLogitsMatchesCentralDifferences) {
  const at::Tensor targets = make_targets(9, 6);
  const at::Tensor logits = (toy::uniform({9, 6}, 1) - 0.5) * 8;
  const at::Tensor leaf = logits.clone().requires_grad_();
  const at::Tensor gradient = torch::autograd::grad({GetParam().loss(leaf, targets).sum()}, {leaf})[0];
  const double h = 1e-6;
  for (std::int64_t column = 0; column < 6; ++column) {
    const at::Tensor shift = at::zeros_like(logits);
    shift.select(1, column).fill_(h);
    const at::Tensor slope =
        (GetParam().loss(logits + shift, targets) - GetParam().loss(logits - shift, targets)) / (2 * h);
    EXPECT_LT(toy::distance(slope, gradient.select(1, column)), 1e-7) << "logit " << column;
  }
}

TEST_P(EveryLoss, GradientInTheImagesMatchesCentralDifferences) {
  const auto model = toy::make_conv(4, 6, 3, at::kDouble);
  const at::Tensor images = toy::uniform({5, 3, 4, 4}, 2) * 0.9 + 0.05;
  const at::Tensor targets = make_targets(5, 6);
  const auto pass = model->loss_gradient(images, targets, GetParam().loss);
  ASSERT_GT(pass.gradient.abs().max().item<double>(), 0.01);
  const double h = 1e-6;
  for (std::int64_t pixel = 0; pixel < 48; ++pixel) {
    const auto loss_at = [&](double offset) {
      const at::Tensor moved = images.clone();
      moved.view({5, 48}).select(1, pixel).add_(offset);
      return GetParam().loss(model->logits(moved), targets);
    };
    const at::Tensor slope = (loss_at(h) - loss_at(-h)) / (2 * h);
    EXPECT_LT(toy::distance(slope, pass.gradient.view({5, 48}).select(1, pixel)), 1e-6) << "pixel " << pixel;
  }
}

TEST_P(EveryLoss, RowsDoNotMix) {
  const at::Tensor logits = toy::uniform({6, 7}, 4, at::kFloat) * 10;
  const at::Tensor targets = make_targets(6, 7);
  const at::Tensor together = GetParam().loss(logits, targets);
  ASSERT_EQ(together.sizes(), at::IntArrayRef({6}));
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_TRUE(at::equal(GetParam().loss(logits.narrow(0, i, 1), targets.narrow(0, i, 1)),
                          together.narrow(0, i, 1)));
}

TEST_P(EveryLoss, TooFewClassesAreNamed) {
  const std::int64_t fewest = GetParam().fewest_classes;
  EXPECT_NO_THROW(GetParam().loss(at::zeros({2, fewest}), at::zeros({2, 2}, at::kLong)));
  if (fewest == 1) return;
  try {
    GetParam().loss(at::zeros({2, fewest - 1}), at::zeros({2, 2}, at::kLong));
    FAIL() << "accepted " << fewest - 1 << " classes";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(std::to_string(fewest) + " classes"));
    EXPECT_THAT(error.hint(), testing::Not(testing::IsEmpty()));
  }
}

TEST_P(EveryLoss, WrongTargetsAreABug) {
  EXPECT_THROW(GetParam().loss(at::zeros({2, 5}), at::zeros({3, 2}, at::kLong)), InternalError);
  EXPECT_THROW(GetParam().loss(at::zeros({2, 5}), at::zeros({2}, at::kLong)), InternalError);
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryLoss,
                         testing::Values(Case{"cross_entropy", cross_entropy, 1},
                                         Case{"cw_margin", cw_margin, 2}, Case{"dlr", dlr, 3},
                                         Case{"targeted_dlr", targeted_dlr, 4}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Losses, ValuesWorkedByHand) {
  const at::Tensor logits = at::tensor({3.0, 1.0, 2.0, -1.0, 0.0}).view({1, 5});
  const at::Tensor right = at::tensor({0, 2}, at::kLong).view({1, 2});
  const at::Tensor wrong = at::tensor({1, 2}, at::kLong).view({1, 2});
  const double total = std::exp(3) + std::exp(1) + std::exp(2) + std::exp(-1) + 1;
  EXPECT_NEAR(cross_entropy(logits, right).item<double>(), std::log(total) - 3, 1e-14);
  EXPECT_EQ(cw_margin(logits, right).item<double>(), -1);
  EXPECT_EQ(cw_margin(logits, wrong).item<double>(), 2);
  EXPECT_NEAR(dlr(logits, right).item<double>(), -1.0 / 2, 1e-11);           // −(3−2)/(3−1)
  EXPECT_NEAR(dlr(logits, wrong).item<double>(), 2.0 / 2, 1e-11);            // −(1−3)/(3−1)
  EXPECT_NEAR(targeted_dlr(logits, right).item<double>(), -1 / 2.5, 1e-11);  // −(3−2)/(3−(1+0)/2)
}

TEST(Losses, DlrIgnoresShiftAndScaleAndStaysInItsRangeWhileRight) {
  const at::Tensor logits = toy::uniform({50, 10}, 8);
  const at::Tensor label = logits.argmax(1, true);
  const at::Tensor value = dlr(logits, label);
  EXPECT_LT(toy::distance(dlr(logits * 37 + 5, label), value), 1e-8);
  EXPECT_TRUE(value.ge(-1).logical_and(value.le(0)).all().item<bool>());
}

TEST(Losses, EqualLogitsGiveFiniteValuesAndGradients) {
  for (const auto loss : {cross_entropy, cw_margin, dlr, targeted_dlr}) {
    const at::Tensor leaf = at::ones({1, 5}, at::kDouble).requires_grad_();
    const at::Tensor value = loss(leaf, at::tensor({1, 2}, at::kLong).view({1, 2}));
    const at::Tensor gradient = torch::autograd::grad({value.sum()}, {leaf})[0];
    EXPECT_TRUE(value.isfinite().all().item<bool>());
    EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  }
}

}  // namespace
}  // namespace vitrobust::attacks

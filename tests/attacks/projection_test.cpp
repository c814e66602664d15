#include "attacks/ball.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// Float32 images with many pixels at and next to 0 and 1.
at::Tensor edge_images() {
  const at::Tensor images = toy::uniform({4, 3, 32, 32}, 1, at::kFloat);
  const at::Tensor pixels = images.view(-1);
  const float edges[] = {0.0F, 1.0F, 0x1p-24F, 1 - 0x1p-24F, 8 / 255.0F, 0.5F, 1e-40F};
  for (std::int64_t i = 0; i < 700; ++i) pixels[i] = edges[i % 7];
  return images;
}

class EveryRadius : public testing::TestWithParam<double> {};

TEST_P(EveryRadius, NoFloatOfTheBoxIsFartherThanEpsilonInDouble) {
  const double epsilon = GetParam();
  const at::Tensor clean = edge_images();
  const LinfBox box = linf_box(clean, epsilon);
  for (const at::Tensor& corner : {box.lower, box.upper}) {
    EXPECT_EQ(corner.scalar_type(), at::kFloat);
    EXPECT_LE(toy::distance(corner, clean), epsilon + 1e-16);
    EXPECT_TRUE(corner.ge(0).logical_and(corner.le(1)).all().item<bool>());
  }
  EXPECT_TRUE(box.lower.le(clean).logical_and(clean.le(box.upper)).all().item<bool>());
  // Not a float is wasted: the next one outwards is out of the ball or out of [0,1].
  const at::Tensor beyond = at::nextafter(box.upper, at::full_like(clean, 2));
  const at::Tensor outside =
      (beyond.to(at::kDouble) - clean.to(at::kDouble)).gt(epsilon).logical_or(beyond.gt(1));
  EXPECT_TRUE(outside.all().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Radii, EveryRadius,
                         testing::Values(0.0, 0.5 / 255, 1.0 / 255, 2.0 / 255, 4.0 / 255, 8.0 / 255,
                                         16.0 / 255, 0.1, 0.3, 1.0));

TEST(Projection, ClampsInFloat64AsTheFormulaSays) {
  const double epsilon = 8.0 / 255;
  const at::Tensor clean = toy::uniform({3, 3, 5, 5}, 2);
  const at::Tensor x = clean + (toy::uniform({3, 3, 5, 5}, 3) - 0.5) * 0.2;
  const at::Tensor expected = (clean + (x - clean).clamp(-epsilon, epsilon)).clamp(0, 1);
  EXPECT_LT(toy::distance(project(linf_box(clean, epsilon), x), expected), 1e-15);
}

TEST(Projection, LeavesPointsOfTheBoxAlone) {
  const at::Tensor clean = edge_images();
  const LinfBox box = linf_box(clean, 4.0 / 255);
  const at::Tensor inside = project(box, toy::uniform(clean.sizes(), 5, at::kFloat));
  EXPECT_TRUE(at::equal(project(box, inside), inside));
  EXPECT_TRUE(at::equal(project(box, clean), clean));
}

TEST(Projection, KeepsNanVisible) {
  const at::Tensor clean = at::full({1, 3, 1, 1}, 0.5);
  const at::Tensor x = at::full_like(clean, std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(project(linf_box(clean, 0.1), x).isnan().all().item<bool>());
}

TEST(Ascend, MovesBySignAndNotAtZero) {
  const at::Tensor clean = at::full({1, 3, 1, 1}, 0.5, at::kDouble);
  const at::Tensor gradient = at::tensor({1e-300, 0.0, -7.0}, at::kDouble).view({1, 3, 1, 1});
  const at::Tensor x = ascend(Ball(Norm::linf, 0.1, clean), clean, gradient, 0.06);
  EXPECT_LT(toy::distance(x.view(-1), at::tensor({0.56, 0.5, 0.44}, at::kDouble)), 1e-15);
  const at::Tensor again = ascend(Ball(Norm::linf, 0.1, clean), x, gradient, 0.06);
  EXPECT_LT(toy::distance(again.view(-1), at::tensor({0.6, 0.5, 0.4}, at::kDouble)), 1e-15);
}

}  // namespace
}  // namespace vitrobust::attacks

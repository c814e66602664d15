#include "attacks/random_start.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/error.h"
#include "core/random.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

constexpr double kEpsilon = 8.0 / 255;

at::Tensor start_of(const at::Tensor& clean, const std::vector<std::uint64_t>& ids, std::uint32_t restart = 0,
                    std::uint64_t seed = 5) {
  return random_start(Ball(Norm::linf, kEpsilon, clean), Start::inside, ids,
                      {.seed = seed, .condition = "attack/pgd", .restart = restart});
}

class EveryDtype : public testing::TestWithParam<at::ScalarType> {};

TEST_P(EveryDtype, IsBitIdenticalAloneAndInABatchOf64) {
  const at::Tensor clean = toy::uniform({64, 3, 6, 5}, 1, GetParam());
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < 64; ++i) ids.push_back(1000 * i + 3);
  const at::Tensor together = start_of(clean, ids, 2);
  EXPECT_EQ(together.scalar_type(), GetParam());
  for (std::int64_t i = 0; i < 64; ++i)
    EXPECT_TRUE(at::equal(start_of(clean.narrow(0, i, 1), {ids[static_cast<std::size_t>(i)]}, 2),
                          together.narrow(0, i, 1)));
}

TEST_P(EveryDtype, IsTheDocumentedDraw) {
  const at::Tensor clean = toy::uniform({2, 3, 4, 2}, 2, GetParam());
  const at::Tensor start = start_of(clean, {17, 4}, 3).contiguous();
  PhiloxSource source({.seed = 5, .condition = "attack/pgd", .sample_id = 4, .restart = 3});
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t row = 0; row < 4; ++row)
      for (std::int64_t column = 0; column < 2; ++column) {
        const double pixel = clean[1][c][row][column].item<double>();
        const double expected = std::clamp(pixel + (-kEpsilon + 2 * kEpsilon * source.uniform()), 0.0, 1.0);
        EXPECT_NEAR(start[1][c][row][column].item<double>(), expected,
                    GetParam() == at::kFloat ? 6e-8 : 1e-15);
      }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, EveryDtype, testing::Values(at::kFloat, at::kDouble));

TEST(RandomStart, DiffersByIdSeedAndRestart) {
  const at::Tensor clean = at::full({1, 3, 4, 4}, 0.5);
  const at::Tensor start = start_of(clean, {1});
  EXPECT_FALSE(at::equal(start_of(clean, {2}), start));
  EXPECT_FALSE(at::equal(start_of(clean, {1}, 1), start));
  EXPECT_FALSE(at::equal(start_of(clean, {1}, 0, 6), start));
}

TEST(RandomStart, FillsTheBallEvenly) {
  const at::Tensor clean = at::full({16, 3, 32, 32}, 0.5, at::kDouble);
  std::vector<std::uint64_t> ids;
  for (std::uint64_t i = 0; i < 16; ++i) ids.push_back(i);
  const at::Tensor noise = (start_of(clean, ids) - clean) / kEpsilon;
  // 49,152 draws of U[−1, 1): five standard errors of mean and variance.
  EXPECT_NEAR(noise.mean().item<double>(), 0, 5 * 0.5774 / 221.7);
  EXPECT_NEAR(noise.square().mean().item<double>(), 1.0 / 3, 5 * 0.2981 / 221.7);
  EXPECT_GT(noise.max().item<double>(), 0.999);
  EXPECT_LT(noise.min().item<double>(), -0.999);
}

TEST(RandomStart, StaysInTheBoxAtTheEdgesOfTheRange) {
  const at::Tensor clean = toy::uniform({2, 3, 16, 16}, 4, at::kFloat).round();
  const at::Tensor start = start_of(clean, {1, 2});
  EXPECT_TRUE(start.ge(0).logical_and(start.le(1)).all().item<bool>());
  EXPECT_LE(toy::distance(start, clean), kEpsilon);
}

TEST(RandomStart, NeedsAnIdPerImageAndTakesNone) {
  EXPECT_THROW(start_of(at::zeros({2, 3, 2, 2}), {1}), InternalError);
  EXPECT_EQ(start_of(at::zeros({0, 3, 2, 2}), {}).sizes(), at::IntArrayRef({0, 3, 2, 2}));
}

}  // namespace
}  // namespace vitrobust::attacks

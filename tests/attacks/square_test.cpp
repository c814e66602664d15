#include "attacks/square.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>

#include "attacks/square_windows.h"
#include "square_reference.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

TEST(SquareWindows, ShrinkAsThePaperSays) {
  const std::map<std::int64_t, double> parts = {
      {0, 1},      {10, 1},     {11, 2},     {50, 2},     {51, 4},     {200, 4},    {201, 8},
      {500, 8},    {501, 16},   {1000, 16},  {1001, 32},  {2000, 32},  {2001, 64},  {4000, 64},
      {4001, 128}, {6000, 128}, {6001, 256}, {8000, 256}, {8001, 512}, {99999, 512}};
  for (const auto& [query, part] : parts) EXPECT_DOUBLE_EQ(square_share(query, 0.8), 0.8 / part) << query;
}

TEST(SquareWindows, SidesAreRoundedAndNeverVanish) {
  EXPECT_EQ(square_side(0.8, 224, 224), 200);  // 200.35
  EXPECT_EQ(square_side(0.8, 32, 32), 29);     // 28.62
  EXPECT_EQ(square_side(0.0001, 32, 32), 1);
  EXPECT_EQ(square_side(0.8, 10, 40), 18);  // 17.89
}

TEST(SquareWindows, BumpsAreOppositeAndOfLengthOne) {
  for (const std::int64_t side : {1, 2, 3, 5, 6, 29}) {
    const at::Tensor bumps = square_bumps(side);
    EXPECT_NEAR(bumps.norm().item<double>(), 1, 1e-14) << side;
    if (side == 1) continue;
    EXPECT_GT(bumps.narrow(0, 0, side / 2).min().item<double>(), 0) << side;
    EXPECT_LT(bumps.narrow(0, side / 2, side - side / 2).max().item<double>(), 0) << side;
  }
}

TEST(SquareWindows, BumpsOfThreeByHand) {
  // Half-widths 0 and 1: the centres have 1 + 1/4, their neighbours 1/4.
  const double upper = std::sqrt(1.25 * 1.25 + 2 * 0.25 * 0.25);
  const double lower = std::sqrt(1.25 * 1.25 + 5 * 0.25 * 0.25);
  const at::Tensor expected = at::tensor({0.25 / upper, 1.25 / upper, 0.25 / upper,     //
                                          -0.25 / lower, -0.25 / lower, -0.25 / lower,  //
                                          -0.25 / lower, -1.25 / lower, -0.25 / lower},
                                         at::kDouble) /
                              std::sqrt(2.0);
  EXPECT_LT(toy::distance(square_bumps(3).view(-1), expected), 1e-15);
}

struct Case {
  const char* condition;
  reference::SquareRun run;
  std::int64_t height, width;
};

class SquareAgainstReference : public testing::TestWithParam<Case> {};

/// A network of the whole image on rectangles too.
std::unique_ptr<models::Classifier> rectangle(std::int64_t height, std::int64_t width) {
  const at::Tensor w = (toy::uniform({5, 3 * height * width}, 77) - 0.5) * 2;
  return std::make_unique<toy::FunctionClassifier>(
      models::ClassifierInfo{.classes = 5, .height = height, .width = width, .lanes = 4}, at::kDouble,
      [w](const at::Tensor& images) { return at::tanh(at::linear((images - 0.5).flatten(1), w)) * 3; });
}

TEST_P(SquareAgainstReference, EqualsASecondWritingSampleBySample) {
  const Case& test = GetParam();
  const auto model = rectangle(test.height, test.width);
  const toy::Batch batch = toy::make_batch(*model, 14, 3);
  constexpr std::uint64_t kSeed = 5;
  const AttackOutput output = toy::make(test.condition)->run(*model, batch.input(), kSeed);
  std::int64_t broken = 0;
  for (std::int64_t i = 0; i < batch.images.size(0); ++i) {
    const auto expected = reference::square(
        *model, batch.images.narrow(0, i, 1), batch.labels[i].item<std::int64_t>(), test.run,
        {.seed = kSeed, .condition = "attack/square", .sample_id = batch.ids[static_cast<std::size_t>(i)]});
    EXPECT_EQ(output.broken[i].item<bool>(), expected.broken) << i;
    EXPECT_EQ(output.queries[i].item<std::int64_t>(), expected.queries) << i;
    const at::Tensor found = output.adversarial[i].reshape(-1);
    EXPECT_LT(toy::distance(found, at::tensor(expected.adversarial, at::kDouble)), 1e-11) << i;
    if (expected.queries > 2 && expected.broken) ++broken;
  }
  EXPECT_GT(broken, 0) << "the search itself breaks some";
  EXPECT_LT(output.broken.sum().item<std::int64_t>(), batch.images.size(0)) << "and some survive it";
}

INSTANTIATE_TEST_SUITE_P(
    Norms, SquareAgainstReference,
    testing::Values(Case{"square:eps=8/255,queries=300", {Norm::linf, 8.0 / 255, 300, 0.8}, 6, 6},
                    Case{"square:eps=8/255,queries=60,p=1", {Norm::linf, 8.0 / 255, 60, 1}, 4, 9},
                    Case{"square:norm=l2,eps=0.3,queries=300", {Norm::l2, 0.3, 300, 0.8}, 7, 7},
                    Case{"square:norm=l2,eps=0.3,queries=60", {Norm::l2, 0.3, 60, 0.8}, 12, 5},
                    Case{"square:norm=l1,eps=2,queries=300", {Norm::l1, 2, 300, 0.8}, 7, 7},
                    Case{"square:norm=l1,eps=2,queries=60", {Norm::l1, 2, 60, 0.8}, 5, 12}),
    [](const auto& test) { return std::to_string(test.index); });

TEST(Square, SecondRestartsDrawAnew) {
  const auto model = rectangle(6, 6);
  const toy::Batch batch = toy::make_batch(*model, 14, 3);
  const AttackOutput once = toy::make("square:eps=4/255,queries=20")->run(*model, batch.input(), 5);
  const AttackOutput twice =
      toy::make("square:eps=4/255,queries=20,restarts=2")->run(*model, batch.input(), 5);
  EXPECT_TRUE(twice.broken.logical_or(once.broken.logical_not()).all().item<bool>());
  const at::Tensor survivors = twice.broken.logical_not();
  ASSERT_TRUE(survivors.any().item<bool>());
  EXPECT_TRUE(twice.queries.masked_select(survivors).eq(1 + 2 * 21).all().item<bool>());
}

TEST(Square, TheScheduleCanBeRescaled) {
  // With 100 queries the 51st is the 5000th of 10000, where windows are small.
  const auto model = rectangle(6, 6);
  const toy::Batch batch = toy::make_batch(*model, 14, 3);
  const auto run = [&](const char* rescale) {
    return toy::make(std::string("square:eps=2/255,queries=100,rescale_schedule=") + rescale)
        ->run(*model, batch.input(), 5);
  };
  EXPECT_FALSE(at::equal(run("true").adversarial, run("false").adversarial));
}

TEST(Square, CostBoundsThePasses) {
  EXPECT_EQ(toy::make("square")->cost(), 5002);
  EXPECT_EQ(toy::make("square:queries=7,restarts=3")->cost(), 25);
}

}  // namespace
}  // namespace vitrobust::attacks

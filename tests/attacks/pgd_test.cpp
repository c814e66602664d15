#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "attacks/attack.h"
#include "attacks/losses.h"
#include "core/error.h"
#include "core/random.h"
#include "reference.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

constexpr double kEpsilon = 3.0 / 255;
constexpr double kStep = 1.0 / 255;

/// The starting points of a sample, drawn as documented.
std::vector<std::vector<double>> starts(const at::Tensor& clean, std::uint64_t seed, std::uint64_t id,
                                        std::uint32_t restarts) {
  std::vector<std::vector<double>> result(restarts);
  for (std::uint32_t restart = 0; restart < restarts; ++restart) {
    PhiloxSource source({.seed = seed, .condition = "attack/pgd", .sample_id = id, .restart = restart});
    for (std::int64_t i = 0; i < clean.numel(); ++i)
      result[restart].push_back(std::clamp(
          clean.const_data_ptr<double>()[i] + (-kEpsilon + 2 * kEpsilon * source.uniform()), 0.0, 1.0));
  }
  return result;
}

void expect_definition(const std::string& condition, std::int64_t steps, std::uint32_t restarts) {
  const std::uint64_t seed = 77;
  for (const std::uint64_t model_seed : {1, 2, 3}) {
    const toy::Mlp mlp = toy::make_mlp(4, 6, model_seed);
    const auto model = toy::classifier(mlp, at::kDouble);
    const toy::Batch batch = toy::make_batch(*model, 30, model_seed);
    const AttackOutput output = toy::make(condition)->run(*model, batch.input(), seed);
    const reference::Reference reference(mlp);
    for (std::int64_t i = 0; i < 30; ++i) {
      const at::Tensor clean = batch.images[i].contiguous();
      const auto found =
          reference.pgd({clean.const_data_ptr<double>(), 48}, batch.labels[i].item<std::int64_t>(),
                        {Norm::linf, kEpsilon, kStep, steps,
                         starts(clean, seed, batch.ids[static_cast<std::size_t>(i)], restarts)});
      EXPECT_LT(toy::distance(output.adversarial[i].reshape(-1), at::tensor(found.adversarial, at::kDouble)),
                1e-11)
          << "model " << model_seed << ", sample " << i;
      EXPECT_EQ(output.broken[i].item<bool>(), found.broken);
      EXPECT_EQ(output.queries[i].item<std::int64_t>(), found.queries);
    }
    const auto broken = output.broken.sum().item<std::int64_t>();
    EXPECT_GT(broken, 5) << "too easy a comparison";
    EXPECT_LT(broken, 29);
  }
}

TEST(Pgd, MatchesTheDefinitionFromTheCleanImage) {
  expect_definition("pgd:eps=3/255,step_size=1/255,steps=6,random_start=false", 6, 0);
}

TEST(Pgd, MatchesTheDefinitionFromRandomStarts) {
  expect_definition("pgd:eps=3/255,step_size=1/255,steps=6,restarts=3", 6, 3);
}

/// Two classes on one grey pixel; class 1 wins where `band` is positive.
class Band : public testing::Test {
 protected:
  Band()
      : model_({.classes = 2, .height = 1, .width = 1, .lanes = 2}, at::kDouble,
               [](const at::Tensor& images) {
                 const at::Tensor p = images.mean({1, 2, 3});
                 return at::stack({at::zeros_like(p), 0.05 - (p - 0.64).abs()}, 1);
               }) {}

  AttackOutput attack(const std::string& condition, double pixel = 0.5) {
    batch_ = {at::full({1, 3, 1, 1}, pixel, at::kDouble), at::zeros({1}, at::kLong), {1}};
    return toy::make(condition)->run(model_, batch_.input(), 0);
  }

  toy::FunctionClassifier model_;
  toy::Batch batch_;
};

TEST_F(Band, AnyIterateCounts) {
  // 0.5 right, 0.6 wrong, 0.7 right again: the last iterate alone would miss it.
  const AttackOutput output = attack("pgd:eps=0.3,step_size=0.1,steps=2,random_start=false");
  EXPECT_TRUE(output.broken.item<bool>());
  EXPECT_NEAR(output.adversarial[0][0].item<double>(), 0.6, 1e-12);
  EXPECT_EQ(output.queries.item<std::int64_t>(), 2);
  EXPECT_EQ(model_.logits(output.adversarial).argmax(1).item<std::int64_t>(), 1);
}

TEST_F(Band, TheLastIterateCounts) {
  const AttackOutput output = attack("pgd:eps=0.3,step_size=0.1,steps=1,random_start=false");
  EXPECT_TRUE(output.broken.item<bool>());
  EXPECT_EQ(output.queries.item<std::int64_t>(), 2);
}

TEST_F(Band, TheStartCounts) {
  // Steps of length 0 leave nothing but the starting points.
  const AttackOutput output = attack("pgd:eps=0.3,step_size=0,steps=1,restarts=200");
  EXPECT_TRUE(output.broken.item<bool>());
  EXPECT_EQ(output.queries.item<std::int64_t>() % 2, 0)
      << "found in the gradient pass, without a pass of its own";
}

TEST_F(Band, WrongFromTheStartCostsOneQueryAndKeepsTheImage) {
  for (const char* condition : {"pgd", "pgd:random_start=false", "fgsm"}) {
    const AttackOutput output = attack(condition, 0.64);
    EXPECT_TRUE(output.broken.item<bool>()) << condition;
    EXPECT_EQ(output.queries.item<std::int64_t>(), 1) << condition;
    EXPECT_TRUE(at::equal(output.adversarial, batch_.images)) << condition;
  }
}

TEST_F(Band, KeepsTheStrongestAttempt) {
  // 0.5 → 0.58 → 0.66 would be wrong; capped at 0.57 it stays right, nearest to the band.
  const AttackOutput output = attack("pgd:eps=0.07,step_size=0.05,steps=5");
  EXPECT_FALSE(output.broken.item<bool>());
  EXPECT_NEAR(output.adversarial[0][0].item<double>(), 0.57, 1e-12);
  EXPECT_EQ(output.queries.item<std::int64_t>(), 1 + 5 + 1);
}

TEST(Pgd, IsStrongerThanFgsmAndMoreRestartsBreakMore) {
  const auto model = toy::make_conv(6, 5, 4, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 120, 9);
  const auto broken = [&](const std::string& condition) {
    return toy::make(condition)->run(*model, batch.input(), 3).broken;
  };
  const auto count = [](const at::Tensor& flags) { return flags.sum().item<std::int64_t>(); };
  EXPECT_GE(count(broken("pgd:eps=2/255,step_size=0.5/255,steps=10")), count(broken("fgsm:eps=2/255")));
  at::Tensor fewer = broken("pgd:eps=2/255,step_size=0.5/255,steps=3,restarts=1");
  for (const char* restarts : {"2", "4", "8"}) {
    const at::Tensor more =
        broken(std::string("pgd:eps=2/255,step_size=0.5/255,steps=3,restarts=") + restarts);
    // The first restarts are the same ones, so this holds sample by sample.
    EXPECT_TRUE(more.ge(fewer).all().item<bool>()) << restarts;
    fewer = more;
  }
}

TEST(Pgd, LossOfSurvivorsGrowsWithRestarts) {
  const toy::Mlp mlp = toy::make_mlp(4, 6, 5);
  const auto model = toy::classifier(mlp, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 40, 5);
  const auto run = [&](const std::string& restarts) {
    return toy::make("pgd:eps=1/255,step_size=0.3/255,steps=3,restarts=" + restarts)
        ->run(*model, batch.input(), 1);
  };
  const AttackOutput one = run("1");
  const AttackOutput five = run("5");
  const auto loss = [&](const AttackOutput& output) {
    return cross_entropy(model->logits(output.adversarial), batch.labels.unsqueeze(1));
  };
  const at::Tensor survivors = five.broken.logical_not();
  ASSERT_GT(survivors.sum().item<std::int64_t>(), 5);
  EXPECT_TRUE(loss(five).ge(loss(one)).logical_or(five.broken).all().item<bool>());
}

TEST(Pgd, AZeroGradientIsNoTrouble) {
  const toy::FunctionClassifier model({.classes = 3, .height = 2, .width = 2, .lanes = 4}, at::kFloat,
                                      [](const at::Tensor& images) {
                                        const at::Tensor zero = images.sum({1, 2, 3}) * 0;
                                        return at::stack({zero + 1, zero, zero}, 1);
                                      });
  const toy::Batch batch{
      toy::uniform({5, 3, 2, 2}, 1, at::kFloat), at::zeros({5}, at::kLong), {1, 2, 3, 4, 5}};
  for (const char* condition : {"fgsm", "pgd:steps=3", "pgd:steps=3,random_start=false"}) {
    const AttackOutput output = toy::make(condition)->run(model, batch.input(), 0);
    EXPECT_FALSE(output.broken.any().item<bool>()) << condition;
    EXPECT_TRUE(output.adversarial.isfinite().all().item<bool>()) << condition;
    EXPECT_LE(toy::distance(output.adversarial, batch.images), 8.0 / 255) << condition;
  }
}

TEST(Pgd, ANanGradientIsAnError) {
  // sqrt has an infinite slope at 0, and 0·∞ is NaN; the logits are fine.
  const toy::FunctionClassifier model({.classes = 2, .height = 1, .width = 1, .lanes = 1}, at::kDouble,
                                      [](const at::Tensor& images) {
                                        const at::Tensor p = (images.mean({1, 2, 3}) * 0).sqrt();
                                        return at::stack({p + 1, p}, 1);
                                      });
  const toy::Batch batch{at::full({1, 3, 1, 1}, 0.5, at::kDouble), at::zeros({1}, at::kLong), {1}};
  for (const char* condition : {"fgsm", "pgd"}) {
    try {
      (void)toy::make(condition)->run(model, batch.input(), 0);
      FAIL() << condition << " took a NaN gradient";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::cells_failed) << condition;
    }
  }
}

TEST(Pgd, RestartsWithoutARandomStartAreRefused) {
  EXPECT_THROW(toy::make("pgd:restarts=2,random_start=false"), UsageError);
  EXPECT_THROW(toy::make("pgd:norm=l7"), UsageError);
  EXPECT_THROW(toy::make("pgd:steps=0"), UsageError);
  EXPECT_THROW(toy::make("pgd:eps=9"), UsageError);
}

TEST(Pgd, CostIsWhatASurvivorSpends) {
  EXPECT_EQ(toy::make("pgd:steps=20,restarts=2")->cost(), 1 + 2 * 21);
  EXPECT_EQ(toy::make("pgd:steps=7,random_start=false")->cost(), 8);
}

}  // namespace
}  // namespace vitrobust::attacks

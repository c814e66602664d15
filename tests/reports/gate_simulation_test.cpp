// How often the gate errs, over whole runs: simulated, because a promise about chance wants counting.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "reports/gate.h"
#include "tests/reports/judged_samples.h"

namespace vitrobust::reports {
namespace {

using tests::SimulatedRun;

constexpr std::uint64_t kSeed = 17;
constexpr std::size_t kCells = 20;

using Outcomes = std::vector<std::vector<Outcome>>;

Outcomes empty_outcomes(std::size_t n) {
  return Outcomes(kCells, std::vector<Outcome>(n));
}

void set(Outcomes& outcomes, std::size_t cell, std::size_t image, bool right) {
  Outcome& outcome = outcomes[cell][image];
  outcome.sample_id = image;
  outcome.label = 1;
  outcome.prediction = right ? 1 : 0;
}

/// One model attacked twice with seeds of their own: images are easy or hard in every cell, and the attack
/// breaks some of the middling ones by luck.
std::pair<Outcomes, Outcomes> same_model_twice(std::uint64_t simulation, std::size_t n) {
  PhiloxSource random({.seed = kSeed, .condition = "unchanged", .sample_id = simulation});
  std::pair<Outcomes, Outcomes> runs = {empty_outcomes(n), empty_outcomes(n)};
  for (std::size_t image = 0; image < n; ++image) {
    const double ease = random.uniform();
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      const double chance = std::clamp(0.5 + 3 * (ease - 0.2 - 0.02 * static_cast<double>(cell)), 0.0, 1.0);
      set(runs.first, cell, image, random.uniform() < chance);
      set(runs.second, cell, image, random.uniform() < chance);
    }
  }
  return runs;
}

/// Two models that differ on 8 % of the images, in the last cell with 2 points more broken than righted.
std::pair<Outcomes, Outcomes> two_points_worse_in_one_cell(std::uint64_t simulation, std::size_t n) {
  PhiloxSource random({.seed = kSeed, .condition = "two points worse", .sample_id = simulation});
  std::pair<Outcomes, Outcomes> runs = {empty_outcomes(n), empty_outcomes(n)};
  for (std::size_t image = 0; image < n; ++image)
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      const double broken = cell + 1 == kCells ? 0.05 : 0.04;
      const double draw = random.uniform();
      set(runs.first, cell, image, draw < 0.70 || (draw >= 0.92 && draw < 0.92 + broken));
      set(runs.second, cell, image, draw < 0.70 || draw >= 0.92 + broken);
    }
  return runs;
}

double share_failed(int simulations, const GatePolicy& policy, const auto& simulate) {
  int failed = 0;
  for (int simulation = 0; simulation < simulations; ++simulation) {
    auto [first, second] = simulate(static_cast<std::uint64_t>(simulation));
    const SimulatedRun baseline("baseline", std::move(first));
    const SimulatedRun candidate("candidate", std::move(second));
    failed += judge(baseline.run(), candidate.run(), policy).failed ? 1 : 0;
  }
  return static_cast<double>(failed) / simulations;
}

GatePolicy with_margin(double margin) {
  GatePolicy policy = default_policy();
  policy.rules.front().margin = margin;
  return policy;
}

TEST(GateSimulation, AnUnchangedModelUnderOtherSeedsFailsInLessThanFivePercentOfRuns) {
  // Without a margin chance alone decides, which is the hardest case.
  for (const double margin : {0.0, 0.01}) {
    const double failed = share_failed(1000, with_margin(margin), [](std::uint64_t simulation) {
      return same_model_twice(simulation, 600);
    });
    RecordProperty("failed_at_margin_" + std::to_string(margin), std::to_string(failed));
    std::printf("margin %.2f: %.1f %% of 1000 unchanged runs of %zu cells fail\n", margin, 100 * failed,
                kCells);
    EXPECT_LT(failed, 0.05);
  }
}

TEST(GateSimulation, AnUnchangedModelUnderTheSameSeedsNeverFails) {
  const double failed = share_failed(100, with_margin(0), [](std::uint64_t simulation) {
    const Outcomes once = same_model_twice(simulation, 100).first;
    return std::pair{once, once};
  });
  EXPECT_EQ(failed, 0);
}

TEST(GateSimulation, ADropOfTwoPointsInOneCellOfTwentyIsCaught) {
  const double caught = share_failed(400, default_policy(), [](std::uint64_t simulation) {
    return two_points_worse_in_one_cell(simulation, 5000);
  });
  std::printf("%.1f %% of 400 runs with a true drop of 2 points in 1 of %zu cells are caught, n = 5000\n",
              100 * caught, kCells);
  EXPECT_GE(caught, 0.95);
}

}  // namespace
}  // namespace vitrobust::reports

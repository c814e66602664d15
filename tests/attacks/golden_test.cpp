// Figures of torchattacks 3.5.1 and foolbox 3.3.4; tests/golden/attacks.py says how they were made.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "attacks/ball.h"
#include "attacks/random_start.h"
#include "core/json.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

class Golden : public testing::Test {
 protected:
  void SetUp() override {
    golden_ = read_json(VITROBUST_SOURCE_DIR "/tests/golden/attacks.json");
    mlp_ = toy::golden_mlp(golden_);
    batch_ = toy::golden_batch(golden_);
  }

  [[nodiscard]] at::Tensor images(const Json& rows) const {
    return toy::matrix(rows).view(
        {-1, 3, golden_.at("side").get<std::int64_t>(), golden_.at("side").get<std::int64_t>()});
  }
  [[nodiscard]] std::uint64_t seed() const { return golden_.at("seed").get<std::uint64_t>(); }

  void expect(const std::string& key, const std::string& condition, double tolerance = 1e-11) const {
    const at::Tensor found = images(golden_.at(key).at("adversarial"));
    const AttackOutput output = run(condition, at::kDouble);
    expect_flags(key, output);
    EXPECT_LT(toy::distance(output.adversarial, found), tolerance) << key;
    expect_flags(key, run(condition, at::kFloat));
  }

  /// The same, but a sample that was not broken is only held to its flag.
  void expect_broken(const std::string& key, const std::string& condition, double tolerance = 1e-11) const {
    const at::Tensor found = images(golden_.at(key).at("adversarial"));
    const AttackOutput output = run(condition, at::kDouble);
    expect_flags(key, output);
    const at::Tensor rows = output.broken.nonzero().squeeze(1);
    EXPECT_LT(toy::distance(output.adversarial.index_select(0, rows), found.index_select(0, rows)), tolerance)
        << key;
    expect_flags(key, run(condition, at::kFloat));
  }

  [[nodiscard]] AttackOutput run(const std::string& condition, at::ScalarType dtype) const {
    const auto model = toy::classifier(mlp_, dtype);
    const toy::Batch batch{batch_.images.to(dtype), batch_.labels, batch_.ids};
    return toy::make(condition)->run(*model, batch.input(), seed());
  }

  void expect_flags(const std::string& key, const AttackOutput& output) const {
    const auto broken = golden_.at(key).at("broken").get<std::vector<bool>>();
    for (std::size_t i = 0; i < broken.size(); ++i)
      EXPECT_EQ(output.broken[static_cast<std::int64_t>(i)].item<bool>(), broken[i])
          << key << ", sample " << i << ", " << output.adversarial.scalar_type();
  }

  Json golden_;
  toy::Mlp mlp_;
  toy::Batch batch_;
};

TEST_F(Golden, Fgsm) {
  expect("fgsm", "fgsm:eps=8/255");
}

TEST_F(Golden, PgdFromTheCleanImage) {
  expect("pgd", "pgd:norm=linf,eps=8/255,step_size=2/255,steps=6,random_start=false");
}

TEST_F(Golden, PgdFromOurRandomStart) {
  expect("pgd_random_start", "pgd:norm=linf,eps=8/255,step_size=2/255,steps=6");
}

TEST_F(Golden, BimAndMomentum) {
  expect("bim", "bim:eps=8/255,step_size=2/255,steps=6");
  expect("mi_fgsm", "mi_fgsm:eps=8/255,step_size=2/255,steps=6,decay=0.9");
}

TEST_F(Golden, PgdInL2) {
  // The guards on the norm of the gradient differ: 1e-10 there, on the gradient of the mean loss.
  expect("pgd_l2", "pgd:norm=l2,eps=0.15,step_size=0.05,steps=6,random_start=false", 2e-9);
}

TEST_F(Golden, PgdOfFoolbox) {
  expect("foolbox_pgd", "pgd:norm=linf,eps=8/255,step_size=2/255,steps=6,random_start=false");
  expect("foolbox_pgd_l2", "pgd:norm=l2,eps=0.15,step_size=0.05,steps=6,random_start=false", 2e-9);
}

TEST_F(Golden, ApgdStepByStep) {
  for (const char* loss : {"ce", "dlr"})
    for (const auto& [norm, epsilon] : {std::pair{"linf", "6/255"}, std::pair{"l2", "0.1"}})
      for (const char* steps : {"10", "50", "100"}) {
        const std::string key = std::string("apgd_") + loss + "_" + norm + "_" + steps;
        const std::string condition =
            std::string("apgd:norm=") + norm + ",eps=" + epsilon + ",steps=" + steps + ",loss=" + loss;
        if (norm == std::string("linf"))
          expect(key, condition + ",mode=reference");
        else if (steps == std::string("100"))
          // Where the loss is flat, rounding decides which way a trajectory takes: one has parted by 7e-5
          // here.
          expect_flags(key, run(condition + ",mode=reference", at::kDouble));
        else
          expect_broken(key, condition + ",mode=reference", 2e-9);
        expect_flags(key, run(condition, at::kDouble));
      }
}

TEST_F(Golden, ApgdTargeted) {
  for (const auto& [norm, epsilon] : {std::pair{"linf", "6/255"}, std::pair{"l2", "0.1"}})
    for (const char* steps : {"10", "50", "100"}) {
      const std::string key = std::string("apgd_t_") + norm + "_" + steps;
      const std::string condition =
          std::string("apgd_t:norm=") + norm + ",eps=" + epsilon + ",steps=" + steps;
      expect_broken(key, condition + ",mode=reference");
      expect_flags(key, run(condition, at::kDouble));
    }
}

TEST_F(Golden, RandomStartOfAnIndependentPhilox) {
  const double epsilon = 8.0 / 255;
  const at::Tensor start = random_start(Ball(Norm::linf, epsilon, batch_.images), Start::inside, batch_.ids,
                                        {.seed = seed(), .condition = "attack/pgd"});
  EXPECT_LT(toy::distance(start, images(golden_.at("start"))), 1e-15);
}

}  // namespace
}  // namespace vitrobust::attacks

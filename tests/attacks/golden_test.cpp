// Figures of torchattacks 3.5.1; tests/golden/attacks.py says how they were made.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "attacks/ball.h"
#include "attacks/random_start.h"
#include "core/json.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

at::Tensor matrix(const Json& rows) {
  std::vector<at::Tensor> result;
  for (const auto& row : rows) result.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
  return at::stack(result);
}

class Golden : public testing::Test {
 protected:
  void SetUp() override {
    golden_ = read_json(VITROBUST_SOURCE_DIR "/tests/golden/attacks.json");
    const auto vector = [this](const char* key) { return golden_.at(key).get<std::vector<double>>(); };
    mlp_ = {.w1 = matrix(golden_.at("w1")),
            .b1 = at::tensor(vector("b1"), at::kDouble),
            .w2 = matrix(golden_.at("w2")),
            .b2 = at::tensor(vector("b2"), at::kDouble),
            .side = golden_.at("side").get<std::int64_t>(),
            .mean = vector("mean"),
            .std = vector("std")};
    batch_ = {
        images(golden_.at("images")), at::tensor(golden_.at("labels").get<std::vector<std::int64_t>>()), {}};
    for (std::uint64_t id = 0; id < static_cast<std::uint64_t>(batch_.images.size(0)); ++id)
      batch_.ids.push_back(id);
  }

  [[nodiscard]] at::Tensor images(const Json& rows) const {
    return matrix(rows).view(
        {-1, 3, golden_.at("side").get<std::int64_t>(), golden_.at("side").get<std::int64_t>()});
  }
  [[nodiscard]] std::uint64_t seed() const { return golden_.at("seed").get<std::uint64_t>(); }

  void expect(const char* key, const std::string& condition) const {
    const auto model = toy::classifier(mlp_, at::kDouble);
    const AttackOutput output = toy::make(condition)->run(*model, batch_.input(), seed());
    const Json& found = golden_.at(key);
    EXPECT_LT(toy::distance(output.adversarial, images(found.at("adversarial"))), 1e-11);
    const auto broken = found.at("broken").get<std::vector<bool>>();
    for (std::size_t i = 0; i < broken.size(); ++i)
      EXPECT_EQ(output.broken[static_cast<std::int64_t>(i)].item<bool>(), broken[i]) << "sample " << i;
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

TEST_F(Golden, RandomStartOfAnIndependentPhilox) {
  const double epsilon = 8.0 / 255;
  const at::Tensor start = random_start(Ball(Norm::linf, epsilon, batch_.images), Start::inside, batch_.ids,
                                        {.seed = seed(), .condition = "attack/pgd"});
  EXPECT_LT(toy::distance(start, images(golden_.at("start"))), 1e-15);
}

}  // namespace
}  // namespace vitrobust::attacks

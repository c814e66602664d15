// Figures of torchattacks 3.5.1 and foolbox 3.3.4; tests/golden/search_attacks.py says how they were made.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/json.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

struct Case {
  const char* key;
  const char* condition;
  double tolerance;
};

class SearchGolden : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    golden_ = read_json(VITROBUST_SOURCE_DIR "/tests/golden/search_attacks.json");
    mlp_ = toy::golden_mlp(golden_);
    batch_ = toy::golden_batch(golden_);
    const auto broken = golden_.at(GetParam().key).at("broken").get<std::vector<bool>>();
    for (const bool flag : broken) broken_.push_back(flag);
  }

  [[nodiscard]] at::Tensor images(const Json& rows) const {
    return toy::matrix(rows).view({-1, 3, mlp_.side, mlp_.side});
  }

  [[nodiscard]] AttackOutput run(at::ScalarType dtype) const {
    const auto model = toy::classifier(mlp_, dtype);
    const at::Tensor pixels = batch_.images.to(dtype);
    return toy::make(GetParam().condition)
        ->run(*model, {pixels, batch_.labels, batch_.ids}, golden_.at("seed").get<std::uint64_t>());
  }

  void expect_flags(const AttackOutput& output) const {
    for (std::size_t i = 0; i < broken_.size(); ++i)
      EXPECT_EQ(output.broken[static_cast<std::int64_t>(i)].item<bool>(), broken_[i]) << "sample " << i;
  }

  Json golden_;
  toy::Mlp mlp_;
  toy::Batch batch_;
  std::vector<bool> broken_;
};

TEST_P(SearchGolden, SameImagesInFloat64) {
  const AttackOutput output = run(at::kDouble);
  expect_flags(output);
  const at::Tensor expected = images(golden_.at(GetParam().key).at("adversarial"));
  for (std::int64_t i = 0; i < expected.size(0); ++i)
    EXPECT_LT(toy::distance(output.adversarial[i], expected[i]), GetParam().tolerance) << "sample " << i;
}

TEST_P(SearchGolden, SameFlagsInFloat32) {
  expect_flags(run(at::kFloat));
}

INSTANTIATE_TEST_SUITE_P(
    Attacks, SearchGolden,
    testing::Values(Case{"fab_linf", "fab:eps=none,steps=25", 1e-11},
                    Case{"fab_l2", "fab:norm=l2,eps=none,steps=25", 1e-11},
                    Case{"fab_l1", "fab:norm=l1,eps=none,steps=25", 1e-11},
                    Case{"fab_linf_eps", "fab:eps=6/255,steps=25,mode=reference", 1e-11},
                    Case{"fab_l2_eps", "fab:norm=l2,eps=0.12,steps=25,mode=reference", 1e-11},
                    Case{"fab_l1_eps", "fab:norm=l1,eps=0.8,steps=25,mode=reference", 1e-11},
                    Case{"fab_t_linf", "fab_t:eps=6/255,steps=25,mode=reference", 1e-11},
                    Case{"fab_t_l2", "fab_t:norm=l2,eps=0.12,steps=25,mode=reference", 1e-11},
                    Case{"fab_t_l1", "fab_t:norm=l1,eps=0.8,steps=25,mode=reference", 1e-11},
                    Case{"deepfool_l2", "deepfool:norm=l2", 1e-11},
                    Case{"deepfool_linf", "deepfool:norm=linf", 1e-11},
                    Case{"cw", "cw:steps=40,search_steps=6,learning_rate=0.05,initial_constant=0.1", 1e-11},
                    Case{"cw_confident",
                         "cw:steps=40,search_steps=11,learning_rate=0.05,initial_constant=0.1,confidence=0.5",
                         1e-11},
                    Case{"square_linf", "square:eps=6/255,queries=250", 1e-11},
                    Case{"square_l2", "square:norm=l2,eps=0.12,queries=250", 1e-11}),
    [](const auto& test) { return std::string(test.param.key); });

}  // namespace
}  // namespace vitrobust::attacks

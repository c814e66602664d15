// What a sample gets depends on the sample, the attack, the model and the seed: not on its batch.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "attacks/attack.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

constexpr std::int64_t kSamples = 64;
constexpr std::uint64_t kSeed = 11;

struct Case {
  std::string condition;
  at::ScalarType dtype;
};

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const char* condition : {"fgsm:eps=2/255",
                                "mi_fgsm:eps=2/255,step_size=0.5/255,steps=5",
                                "pgd:eps=2/255,step_size=0.5/255,steps=5,restarts=2",
                                "pgd:eps=2/255,step_size=0.5/255,steps=5,random_start=false",
                                "pgd:norm=l2,eps=0.08,step_size=0.02,steps=5,restarts=2",
                                "pgd:norm=l1,eps=0.6,step_size=0.2,steps=5,restarts=2",
                                "pgd:eps=8/255,steps=5,target=random",
                                "apgd:eps=2/255,steps=10",
                                "apgd:norm=l2,eps=0.08,steps=10,loss=dlr",
                                "apgd:norm=l1,eps=0.6,steps=10,restarts=2",
                                "apgd_t:eps=2/255,steps=10",
                                "apgd_t:eps=2/255,steps=10,mode=reference",
                                "apgd_t:norm=l1,eps=0.6,steps=10,restarts=2",
                                "fab:eps=2/255,steps=10,restarts=2",
                                "fab:norm=l1,eps=0.6,steps=10",
                                "fab_t:norm=l2,eps=0.08,steps=10,restarts=2",
                                "fab_t:eps=2/255,steps=10,mode=reference",
                                "deepfool:eps=0.08",
                                "deepfool:norm=linf,eps=2/255",
                                "cw:eps=0.08,steps=20,search_steps=3,initial_constant=1",
                                "square:eps=2/255,queries=60",
                                "square:norm=l2,eps=0.16,queries=60",
                                "square:norm=l1,eps=1.2,queries=60",
                                "spsa:eps=4/255,iterations=3,samples=8"})
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) result.push_back({condition, dtype});
  return result;
}

class Invariance : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    model_ = toy::make_conv(6, 5, 2, GetParam().dtype);
    batch_ = toy::make_batch(*model_, kSamples, 6);
    whole_ = run(batch_);
    const auto broken = whole_.broken.sum().item<std::int64_t>();
    ASSERT_GT(broken, kSamples / 7 + 3) << "the attack breaks samples of its own";
    ASSERT_LT(broken, kSamples) << "and some survive";
  }

  [[nodiscard]] AttackOutput run(const toy::Batch& batch) const {
    return toy::make(GetParam().condition)->run(*model_, batch.input(), kSeed);
  }

  /// Attacks the named samples together and expects of each what it got in the whole batch, bit by bit.
  void expect_same(const std::vector<std::int64_t>& positions) const {
    const AttackOutput part = run(batch_.rows(positions));
    const at::Tensor index = at::tensor(positions);
    EXPECT_TRUE(at::equal(part.adversarial, whole_.adversarial.index_select(0, index)));
    EXPECT_TRUE(at::equal(part.broken, whole_.broken.index_select(0, index)));
    EXPECT_TRUE(at::equal(part.queries, whole_.queries.index_select(0, index)));
  }

  void expect_same_in_batches_of(std::int64_t size) const {
    for (std::int64_t begin = 0; begin < kSamples; begin += size) {
      std::vector<std::int64_t> positions(static_cast<std::size_t>(std::min(size, kSamples - begin)));
      std::iota(positions.begin(), positions.end(), begin);
      expect_same(positions);
    }
  }

  std::unique_ptr<models::Classifier> model_;
  toy::Batch batch_;
  AttackOutput whole_;
};

TEST_P(Invariance, BatchesOfOne) {
  expect_same_in_batches_of(1);
}

TEST_P(Invariance, BatchesOfSeven) {
  expect_same_in_batches_of(7);
}

TEST_P(Invariance, ReversedOrder) {
  std::vector<std::int64_t> positions(kSamples);
  std::iota(positions.rbegin(), positions.rend(), 0);
  expect_same(positions);
}

TEST_P(Invariance, ShardsOfEveryThird) {
  for (std::int64_t shard = 0; shard < 3; ++shard) {
    std::vector<std::int64_t> positions;
    for (std::int64_t i = shard; i < kSamples; i += 3) positions.push_back(i);
    expect_same(positions);
  }
}

TEST_P(Invariance, TwoThreads) {
  model_->set_threads(2);
  std::vector<std::int64_t> positions(kSamples);
  std::iota(positions.begin(), positions.end(), 0);
  expect_same(positions);
}

/// Room for more than the samples need: runs towards several targets and several queries are made at once.
TEST_P(Invariance, ManyThreadsForFewSamples) {
  model_->set_threads(16);
  expect_same_in_batches_of(5);
}

INSTANTIATE_TEST_SUITE_P(Attacks, Invariance, testing::ValuesIn(cases()), [](const auto& test) {
  return std::to_string(test.index) + (test.param.dtype == at::kFloat ? "_float32" : "_float64");
});

}  // namespace
}  // namespace vitrobust::attacks

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "attacks/attack.h"
#include "reference.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

TEST(Fgsm, MatchesTheDefinitionInFloat64) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const toy::Mlp mlp = toy::make_mlp(4, 6, seed);
    const auto model = toy::classifier(mlp, at::kDouble);
    const toy::Batch batch = toy::make_batch(*model, 30, seed);
    const AttackOutput output = toy::make("fgsm:eps=4/255")->run(*model, batch.input(), 0);
    const reference::Reference reference(mlp);
    std::int64_t broken = 0;
    for (std::int64_t i = 0; i < 30; ++i) {
      const at::Tensor clean = batch.images[i].contiguous();
      const auto found = reference.fgsm({clean.const_data_ptr<double>(), 48},
                                        batch.labels[i].item<std::int64_t>(), 4.0 / 255);
      EXPECT_LT(toy::distance(output.adversarial[i].reshape(-1), at::tensor(found.adversarial, at::kDouble)),
                1e-11);
      EXPECT_EQ(output.broken[i].item<bool>(), found.broken);
      EXPECT_EQ(output.queries[i].item<std::int64_t>(), found.queries);
      if (found.broken) ++broken;
    }
    // Both outcomes occur, or the comparison says little.
    EXPECT_GT(broken, 5);
    EXPECT_LT(broken, 29);
  }
}

TEST(Fgsm, KeepsItsPointEvenWhereTheLossFell) {
  // A valley narrower than the step: the loss at the far side is lower than at the clean image.
  const toy::FunctionClassifier model({.classes = 2, .height = 1, .width = 1, .lanes = 1}, at::kDouble,
                                      [](const at::Tensor& images) {
                                        const at::Tensor p = images.mean({1, 2, 3});
                                        return at::stack({at::zeros_like(p), -10 * (p - 0.52).abs() - 1}, 1);
                                      });
  const toy::Batch batch{at::full({1, 3, 1, 1}, 0.5, at::kDouble), at::zeros({1}, at::kLong), {1}};
  const AttackOutput output = toy::make("fgsm:eps=0.1")->run(model, batch.input(), 0);
  EXPECT_FALSE(output.broken.item<bool>());
  EXPECT_LT(toy::distance(output.adversarial, batch.images + 0.1), 1e-15);
}

}  // namespace
}  // namespace vitrobust::attacks

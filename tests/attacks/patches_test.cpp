#include "attacks/patches.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>

#include "attacks/audit.h"
#include "attacks/losses.h"
#include "attacks/patch_choice.h"
#include "attacks/random_start.h"
#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// 3 × 3 patches of 16 pixels, the last ones cut to 8.
constexpr std::int64_t kSide = 40;

TEST(Patches, TheHighestComeFirstAndTiesGoToTheLowerIndex) {
  const at::Tensor scores = at::tensor({0.0, 2.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0}).view({2, 4});
  EXPECT_TRUE(
      at::equal(highest_patches(scores, 3), at::tensor({1, 3, 2, 0, 1, 2}).to(at::kLong).view({2, 3})));
  EXPECT_EQ(highest_patches(scores, 9).size(1), 4);
}

TEST(Patches, TheMaskCoversThePatchesAndNothingElse) {
  const at::Tensor mask = patch_mask(at::tensor({1, 8}).to(at::kLong).view({1, 2}), 16, kSide, kSide);
  ASSERT_EQ(mask.sizes(), (std::vector<std::int64_t>{1, 1, kSide, kSide}));
  for (std::int64_t row = 0; row < kSide; ++row)
    for (std::int64_t column = 0; column < kSide; ++column) {
      const bool in_first = row < 16 && column >= 16 && column < 32;
      const bool in_last = row >= 32 && column >= 32;
      ASSERT_EQ(mask.index({0, 0, row, column}).item<bool>(), in_first || in_last) << row << ' ' << column;
    }
}

TEST(Patches, ScoresAreMeansOfAttentionAndSumsOfGradients) {
  const at::Tensor map = at::softmax(toy::uniform({3, 2, 10, 10}, 5) * 4, -1);
  const at::Tensor expected = map.mean(1).mean(1);
  EXPECT_LE(toy::distance(attention_scores(map, false), expected), 1e-15);
  EXPECT_LE(toy::distance(attention_scores(map, true), expected.narrow(1, 1, 9)), 1e-15);
  const at::Tensor gradient = toy::uniform({3, 3, kSide, kSide}, 6) - 0.5;
  const at::Tensor scores = gradient_scores(gradient, 16);
  ASSERT_EQ(scores.sizes(), (std::vector<std::int64_t>{3, 9}));
  for (std::int64_t patch = 0; patch < 9; ++patch) {
    const at::Tensor part = gradient.slice(2, 16 * (patch / 3), 16 * (patch / 3) + 16)
                                .slice(3, 16 * (patch % 3), 16 * (patch % 3) + 16);
    EXPECT_LE(toy::distance(scores.select(1, patch), part.abs().sum({1, 2, 3})), 1e-11);
  }
}

TEST(Patches, AGridThatIsNotTheModelsIsRefusedWithTheRightOne) {
  const auto model = toy::make_conv(kSide, 5, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 4, 8);
  try {
    (void)toy::make("patch_fool:patch_size=8")->run(*model, batch.input(), 1);
    FAIL() << "patches of 8 were taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.hint(), testing::HasSubstr("patch_size=16"));
  }
  EXPECT_THROW((void)toy::make("token_pgd:select=attention,layer=5")->run(*model, batch.input(), 1),
               UsageError);
  EXPECT_NO_THROW((void)toy::make("token_pgd:patch_size=8,steps=1")->run(*model, batch.input(), 1));
}

class PatchAttack : public testing::TestWithParam<const char*> {
 protected:
  static constexpr std::uint64_t kSeed = 3;

  [[nodiscard]] AttackOutput run(const toy::Batch& batch) const {
    return toy::make(GetParam())->run(*model_, batch.input(), kSeed);
  }

  std::unique_ptr<models::Classifier> model_ = toy::make_conv(kSide, 5, 2, at::kFloat);
  toy::Batch batch_ = toy::make_batch(*model_, 23, 8);
};

TEST_P(PatchAttack, ChangesNoOtherPatchAndRaisesTheLoss) {
  const AttackOutput output = run(batch_);
  const Stage stage = parse_condition(GetParam()).stages.at(0);
  const AttackEntry* const entry = find_attack(stage.name);
  ASSERT_NE(entry, nullptr);
  const ThreatModel threat = entry->threat_model(Parameters::resolve(stage, entry->parameters));
  ASSERT_TRUE(threat.patches.has_value());
  EXPECT_EQ(threat.patches->count, 2);
  EXPECT_NO_THROW((void)audit(batch_.images, output.adversarial, threat, GetParam()));
  EXPECT_FALSE(at::equal(output.adversarial, batch_.images));
  const auto mean_loss = [this](const at::Tensor& images) {
    return cross_entropy(model_->logits(images), batch_.labels.unsqueeze(1)).mean().item<double>();
  };
  EXPECT_GT(mean_loss(output.adversarial), mean_loss(batch_.images));
}

TEST_P(PatchAttack, GivesASampleTheSameBitsInEveryBatch) {
  const AttackOutput whole = run(batch_);
  for (const std::int64_t size : {1, 7}) {
    for (std::int64_t begin = 0; begin + size <= 23; begin += size) {
      std::vector<std::int64_t> positions;
      for (std::int64_t i = 0; i < size; ++i) positions.push_back(begin + i);
      const AttackOutput part = run(batch_.rows(positions));
      EXPECT_TRUE(at::equal(part.adversarial, whole.adversarial.narrow(0, begin, size))) << begin;
      EXPECT_TRUE(at::equal(part.queries, whole.queries.narrow(0, begin, size))) << begin;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, PatchAttack,
                         testing::Values("token_pgd:eps=0.5,step_size=0.1,steps=6,restarts=2,patches=2",
                                         "token_pgd:eps=0.5,step_size=0.1,steps=6,patches=2,select=attention",
                                         "token_pgd:eps=0.5,step_size=0.1,steps=6,patches=2,select=random",
                                         "patch_fool:steps=12,patches=2",
                                         "patch_fool:steps=12,patches=2,eps=0.4",
                                         "patch_fool:steps=12,patches=2,attention_weight=0"));

/// Patch-Fool on one sample, re-derived from the paper: the images that it visits.
class WrittenOutPatchFool {
 public:
  WrittenOutPatchFool(const models::Classifier& model, double epsilon, double weight)
      : model_(model), epsilon_(epsilon), weight_(weight) {}

  /// The iterate of the highest cross-entropy.
  at::Tensor strongest(const at::Tensor& clean, const at::Tensor& start, std::int64_t label,
                       std::int64_t patch, int steps) {
    const at::Tensor mask = patch_mask(at::full({1, 1}, patch, at::kLong), 16, kSide, kSide);
    at::Tensor x = at::where(mask, start, clean);
    at::Tensor m = at::zeros_like(x);
    at::Tensor v = at::zeros_like(x);
    at::Tensor best = x;
    double best_loss = loss(x, label);
    for (int t = 1; t <= steps; ++t) {
      const at::Tensor g = gradient(x, label, patch);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const double rate = 0.05 * std::pow(0.95, (t - 1) / 10);
      x = x + rate * (m / (1 - std::pow(0.9, t))) / ((v / (1 - std::pow(0.999, t))).sqrt() + 1e-8);
      x = at::min(at::max(x, clean - epsilon_), clean + epsilon_).clamp(0, 1);
      x = at::where(mask, x, clean);
      if (loss(x, label) < best_loss) continue;
      best = x;
      best_loss = loss(x, label);
    }
    return best;
  }

 private:
  [[nodiscard]] double loss(const at::Tensor& x, std::int64_t label) const {
    const at::Tensor logits = model_.logits(x);
    return cross_entropy(logits, at::full({1, 1}, label, at::kLong)).item<double>();
  }

  at::Tensor gradient(const at::Tensor& x, std::int64_t label, std::int64_t patch) const {
    const at::Tensor labels = at::full({1, 1}, label, at::kLong);
    const at::Tensor ce = model_.loss_gradient(x, labels, cross_entropy).gradient;
    at::Tensor sum = ce.clone();
    // Of four blocks the second alone takes part: not the first, and not the later half.
    const auto attention = [patch](const at::Tensor&, const std::vector<at::Tensor>& maps,
                                   const at::Tensor&) {
      return maps[1].mean(1).select(2, patch + 1).log().mean(1).unsqueeze(1);
    };
    at::Tensor g = model_.attention_gradients(x, labels, attention).gradients.at(0);
    const double inner = (g * ce).sum().item<double>();
    if (inner < 0) g = g - ce * (inner / (ce * ce).sum().item<double>());
    return sum + weight_ * g;
  }

  const models::Classifier& model_;
  double epsilon_;
  double weight_;
};

TEST(PatchFool, EqualsTheWrittenOutAlgorithm) {
  const auto model = toy::make_conv(kSide, 5, 2, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 8, 8);
  const at::Tensor predictions = model->logits(batch.images).argmax(1);
  int compared = 0;
  for (std::int64_t i = 0; i < 8; ++i) {
    const toy::Batch one = batch.rows({i});
    const auto steps = 12;
    const AttackOutput got =
        toy::make("patch_fool:eps=0.25,steps=12,attention_weight=0.5")->run(*model, one.input(), 1);
    if (got.broken.item<bool>() || !at::equal(predictions.narrow(0, i, 1), one.labels)) continue;
    const Ball ball(Norm::linf, 0.25, one.images);
    const at::Tensor start =
        random_start(ball, Start::inside, one.ids, {.seed = 1, .condition = "attack/patch_fool"});
    const at::Tensor map = model->attention_maps(one.images).maps.back();
    const auto patch = map.mean(1).mean(1).narrow(1, 1, 9).argmax(1).item<std::int64_t>();
    // A sample that survives keeps its strongest iterate.
    const at::Tensor best = WrittenOutPatchFool(*model, 0.25, 0.5)
                                .strongest(one.images, start, one.labels.item<std::int64_t>(), patch, steps);
    EXPECT_LE(toy::distance(got.adversarial, best), 1e-11) << i;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

}  // namespace
}  // namespace vitrobust::attacks

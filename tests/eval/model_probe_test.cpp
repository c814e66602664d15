#include "eval/model_probe.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <atomic>

namespace vitrobust::eval {
namespace {

/// What to do to sound logits.
enum class Flaw { none, random, softmax, flat, few_classes };

/// Logits that are linear in the pixels of 4×4 images.
class FlawedClassifier final : public models::Classifier {
 public:
  explicit FlawedClassifier(Flaw flaw)
      : Classifier({.classes = flaw == Flaw::few_classes ? 4 : 10, .height = 4, .width = 4, .lanes = 1},
                   {0, 0, 0}, {1, 1, 1}, at::kFloat),
        flaw_(flaw) {
    torch::manual_seed(2);
    weight_ = torch::randn({info().classes, 48});
  }

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    const at::Tensor logits = at::linear(normalised.flatten(1), weight_);
    switch (flaw_) {
      case Flaw::random:
        return logits * (1 + 0.001 * static_cast<double>(++passes_ % 7));
      case Flaw::softmax:
        return logits.softmax(1);
      case Flaw::flat:
        return logits * 0;
      default:
        return logits;
    }
  }

  Flaw flaw_;
  at::Tensor weight_;
  mutable std::atomic<int> passes_{0};
};

std::vector<reports::GuardRail> found(Flaw flaw) {
  torch::manual_seed(1);
  const at::Tensor images = torch::rand({6, 3, 4, 4});
  return probe_model(FlawedClassifier(flaw), images, torch::zeros({6}, at::kLong));
}

TEST(ProbeModel, FindsNothingInASoundModel) {
  EXPECT_TRUE(found(Flaw::none).empty());
}

TEST(ProbeModel, NamesEachFlaw) {
  struct Expected {
    Flaw flaw;
    std::string id;
    bool is_error;
  };
  for (const Expected& expected : {Expected{Flaw::random, "randomised_model", true},
                                   {Flaw::softmax, "softmax_outputs", true},
                                   {Flaw::flat, "zero_gradients", true},
                                   {Flaw::few_classes, "few_classes", false}}) {
    const auto rails = found(expected.flaw);
    ASSERT_EQ(rails.size(), 1U) << expected.id;
    EXPECT_EQ(rails[0].id, expected.id);
    EXPECT_EQ(rails[0].is_error, expected.is_error) << expected.id;
    EXPECT_FALSE(rails[0].text.empty());
  }
}

}  // namespace
}  // namespace vitrobust::eval

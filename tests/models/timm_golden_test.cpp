#include <gtest/gtest.h>
#include <torch/torch.h>

#include "models/checkpoint/safetensors.h"
#include "models/load.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

/// Checkpoints that timm saved, with the logits and input gradients that timm computed in float64
/// (tests/golden/timm_vit.py), through the whole path from the files to the classifier.
class TimmGolden : public testing::TestWithParam<std::string> {
 protected:
  static std::string folder() {
    return std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/timm_vit/" + GetParam();
  }

  static void compare(at::ScalarType dtype, double tolerance) {
    const auto reference = read_safetensors(folder() + "/reference.safetensors");
    LoadOptions options;
    options.dtype = dtype;
    const auto classifier = load_model(folder(), options).classifier;
    const auto loss = [](const at::Tensor& logits, const at::Tensor& targets) {
      return at::nll_loss(at::log_softmax(logits, 1), targets.select(1, 0), {}, at::Reduction::None);
    };
    const auto got =
        classifier->loss_gradient(reference.at("images"), reference.at("labels").unsqueeze(1), loss);
    EXPECT_EQ(got.logits.scalar_type(), dtype);
    EXPECT_TRUE(tensors_near(got.logits.to(at::kDouble), reference.at("logits"), tolerance));
    EXPECT_TRUE(tensors_near(got.gradient.to(at::kDouble), reference.at("gradient"), tolerance));
  }
};

TEST_P(TimmGolden, LogitsAndGradientsInFloat64) {
  compare(at::kDouble, 1e-10);
}

TEST_P(TimmGolden, LogitsAndGradientsInFloat32) {
  compare(at::kFloat, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Variants, TimmGolden, testing::Values("token", "avg"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace vitrobust::models

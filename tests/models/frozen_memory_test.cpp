#include <gtest/gtest.h>
#include <torch/torch.h>

#include <ctime>
#include <string>

#include "models/vision_transformer_classifier.h"
#include "tests/process_memory.h"

namespace vitrobust::models {
namespace {

/// ViT-S, 22 million parameters, filled as loading fills them. @param weights_bytes their size
VisionTransformer filled_network(std::int64_t patch, double& weights_bytes) {
  VisionTransformerOptions options;
  options.patch_size = patch;
  options.embed_dim = 384;
  options.num_heads = 6;
  options.mlp_hidden = 1536;
  VisionTransformer model(options, InitialValues::unset);
  const torch::NoGradGuard no_grad;
  weights_bytes = 0;
  for (auto& parameter : model->parameters()) {
    parameter.fill_(0.01);
    weights_bytes += static_cast<double>(parameter.nbytes());
  }
  return model;
}

double processor_seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

class FrozenMemory : public testing::TestWithParam<Kernels> {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer keeps freed memory and takes its time";
#endif
    if (!has_kernels(GetParam())) GTEST_SKIP() << "this processor or LibTorch has no such products";
    if (!tests::reset_peak())
      GTEST_SKIP() << "this system does not count the peak of a process's memory anew";
  }
};

/// Making the classifier takes next to no memory and little time, whatever layout the weights are kept in.
TEST_P(FrozenMemory, KeepsOneCopyOfTheWeights) {
  double weights_bytes = 0;
  const auto model = filled_network(16, weights_bytes);
  ASSERT_GT(weights_bytes, 22e6 * 4);
  ASSERT_TRUE(tests::reset_peak());
  const double before = tests::status_bytes("VmRSS");
  const std::clock_t start = std::clock();
  const auto classifier = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = GetParam()});
  const double growth = (tests::status_bytes("VmHWM") - before) / weights_bytes;
  RecordProperty("seconds", std::to_string(processor_seconds_since(start)));
  RecordProperty("growth", std::to_string(growth));
  EXPECT_LE(growth, 0.2);
  EXPECT_LT(processor_seconds_since(start), 1);
}

/// A short sequence has several images in a pass, which trial passes have to allow first.
TEST_P(FrozenMemory, TrialPassesTakeLittleTime) {
  double weights_bytes = 0;
  const auto model = filled_network(32, weights_bytes);
  const std::clock_t start = std::clock();
  const auto classifier = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = GetParam()});
  RecordProperty("seconds", std::to_string(processor_seconds_since(start)));
  EXPECT_LT(processor_seconds_since(start), 1);
}

INSTANTIATE_TEST_SUITE_P(All, FrozenMemory, testing::Values(Kernels::avx512, Kernels::onednn, Kernels::mkl),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace vitrobust::models

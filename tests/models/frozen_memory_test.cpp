#include <gtest/gtest.h>
#include <torch/torch.h>

#include <ctime>
#include <fstream>
#include <string>

#include "models/vision_transformer_classifier.h"

namespace vitrobust::models {
namespace {

/// A line of /proc/self/status, in KiB: "VmRSS" is the memory in use, "VmHWM" its peak.
double status_kib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) return std::stod(line.substr(key.size() + 1));
  }
  return 0;
}

bool reset_peak() {
  std::ofstream peak("/proc/self/clear_refs");
  peak << 5;
  peak.close();
  return !peak.fail();
}

/// ViT-S, 22 million parameters, filled as loading fills them. @param weights_kib their size
VisionTransformer filled_network(std::int64_t patch, double& weights_kib) {
  VisionTransformerOptions options;
  options.patch_size = patch;
  options.embed_dim = 384;
  options.num_heads = 6;
  options.mlp_hidden = 1536;
  VisionTransformer model(options, InitialValues::unset);
  const torch::NoGradGuard no_grad;
  weights_kib = 0;
  for (auto& parameter : model->parameters()) {
    parameter.fill_(0.01);
    weights_kib += static_cast<double>(parameter.nbytes()) / 1024;
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
    if (GetParam() == Kernels::onednn && !has_onednn())
      GTEST_SKIP() << "this LibTorch has no oneDNN products";
    if (!reset_peak()) GTEST_SKIP() << "this system does not count the peak of a process's memory anew";
  }
};

/// Making the classifier takes next to no memory and little time, whatever layout the weights are kept in.
TEST_P(FrozenMemory, KeepsOneCopyOfTheWeights) {
  double weights_kib = 0;
  const auto model = filled_network(16, weights_kib);
  ASSERT_GT(weights_kib, 22e6 * 4 / 1024);
  ASSERT_TRUE(reset_peak());
  const double before = status_kib("VmRSS");
  const std::clock_t start = std::clock();
  const auto classifier = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = GetParam()});
  const double growth = (status_kib("VmHWM") - before) / weights_kib;
  RecordProperty("seconds", std::to_string(processor_seconds_since(start)));
  RecordProperty("growth", std::to_string(growth));
  EXPECT_LE(growth, 0.2);
  EXPECT_LT(processor_seconds_since(start), 1);
}

/// A short sequence has several images in a pass, which trial passes have to allow first.
TEST_P(FrozenMemory, TrialPassesTakeLittleTime) {
  double weights_kib = 0;
  const auto model = filled_network(32, weights_kib);
  const std::clock_t start = std::clock();
  const auto classifier = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = GetParam()});
  RecordProperty("seconds", std::to_string(processor_seconds_since(start)));
  EXPECT_LT(processor_seconds_since(start), 1);
}

INSTANTIATE_TEST_SUITE_P(All, FrozenMemory, testing::Values(Kernels::onednn, Kernels::mkl),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace vitrobust::models

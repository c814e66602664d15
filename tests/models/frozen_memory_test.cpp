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

/// ViT-S/16, 22 million parameters: after its parameters are filled, making the classifier takes next to no
/// memory and little time, whatever layout the weights are kept in.
TEST(FrozenMemory, MakingAClassifierKeepsOneCopyOfTheWeights) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps freed memory";
#endif
  if (!reset_peak()) GTEST_SKIP() << "this system does not count the peak of a process's memory anew";
  VisionTransformerOptions options;
  options.embed_dim = 384;
  options.num_heads = 6;
  options.mlp_hidden = 1536;
  for (const auto kernels : {Kernels::onednn, Kernels::mkl}) {
    if (kernels == Kernels::onednn && !has_onednn()) continue;
    VisionTransformer model(options, InitialValues::unset);
    const torch::NoGradGuard no_grad;
    double weights_kib = 0;
    for (auto& parameter : model->parameters()) {
      parameter.fill_(0.01);
      weights_kib += static_cast<double>(parameter.nbytes()) / 1024;
    }
    ASSERT_GT(weights_kib, 22e6 * 4 / 1024);
    ASSERT_TRUE(reset_peak());
    const double before = status_kib("VmRSS");
    const std::clock_t start = std::clock();
    const auto classifier = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = kernels});
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const double growth = status_kib("VmHWM") - before;
    RecordProperty(to_string(kernels) + "_seconds", std::to_string(seconds));
    RecordProperty(to_string(kernels) + "_growth", std::to_string(growth / weights_kib));
    EXPECT_LE(growth, 0.2 * weights_kib) << to_string(kernels);
    EXPECT_LT(seconds, 1) << to_string(kernels);
  }
}

}  // namespace
}  // namespace vitrobust::models

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <algorithm>
#include <filesystem>

#include "core/json.h"
#include "models/checkpoint/safetensors.h"
#include "models/load.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCaseBytes = 1 << 16;

std::string parity_folder() {
  return std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/parity/";
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(parity_folder()))
    if (fs::exists(entry.path() / "case.json")) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// Checkpoints that timm, transformers, torchvision, vit-pytorch and NumPy saved, with the logits and input
/// gradients that the model's own library computed (tests/golden/parity), through the whole path from the
/// files to the classifier.
class Parity : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::string folder() const { return parity_folder() + GetParam() + "/"; }

  [[nodiscard]] LoadOptions options(at::ScalarType dtype) const {
    LoadOptions load;
    load.dtype = dtype;
    for (const auto& [key, value] : case_.at("options").items()) {
      if (key == "mean")
        load.mean = value.get<std::array<double, 3>>();
      else if (key == "std")
        load.std = value.get<std::array<double, 3>>();
      else if (key == "heads")
        load.heads = value.get<std::int64_t>();
      else if (key == "img_size")
        load.image_size = value.get<std::int64_t>();
      else if (key == "use_ema")
        load.use_ema = value.get<bool>();
      else if (key == "activation")
        load.activation = parse_activation(value);
      else if (key == "key_map")
        load.key_map = folder() + value.get<std::string>();
      else
        ADD_FAILURE() << "unknown option " << key;
    }
    return load;
  }

  [[nodiscard]] std::string checkpoint() const {
    const std::string name = case_.at("checkpoint");
    return name == "." ? folder() : folder() + name;
  }

  void compare(at::ScalarType dtype, const std::string& suffix, double tolerance) const {
    const auto reference = read_safetensors(folder() + "reference.safetensors");
    const auto classifier = load_model(checkpoint(), options(dtype)).classifier;
    const auto loss = [](const at::Tensor& logits, const at::Tensor& targets) {
      return at::nll_loss(at::log_softmax(logits, 1), targets.select(1, 0), {}, at::Reduction::None);
    };
    const at::Tensor& images = reference.at("images");
    const auto rgb = images.expand({-1, 3, -1, -1});
    const auto got = classifier->loss_gradient(rgb, reference.at("labels").unsqueeze(1), loss);
    EXPECT_EQ(got.logits.scalar_type(), dtype);
    EXPECT_TRUE(tensors_near(got.logits, reference.at("logits" + suffix), tolerance));
    // A grey image's pixel is three equal channels', whose gradients add up.
    const auto gradient = images.size(1) == 1 ? got.gradient.sum(1, true) : got.gradient;
    EXPECT_TRUE(tensors_near(gradient, reference.at("gradient" + suffix), tolerance));
  }

  Json case_ = read_json(folder() + "case.json", kMaxCaseBytes);
};

TEST_P(Parity, LogitsAndGradientsInFloat64) {
  compare(at::kDouble, "64", 1e-12);
}

TEST_P(Parity, LogitsAndGradientsInFloat32) {
  compare(at::kFloat, "32", 1e-5);
}

TEST_P(Parity, IsRecognised) {
  const Json description = describe_checkpoint(checkpoint(), options(at::kFloat)).to_json();
  for (const auto& [key, value] : case_.at("expect").items()) EXPECT_EQ(description.at(key), value) << key;
}

INSTANTIATE_TEST_SUITE_P(Golden, Parity, testing::ValuesIn(cases()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace vitrobust::models

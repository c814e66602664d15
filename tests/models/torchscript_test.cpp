#include "models/torchscript.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

using testing::HasSubstr;

std::string golden(const std::string& name) {
  return std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/torchscript/" + name;
}

TorchScriptOptions small(at::ScalarType dtype = at::kFloat) {
  TorchScriptOptions options;
  options.height = options.width = 8;
  options.mean = {0.5, 0.5, 0.5};
  options.std = {0.25, 0.25, 0.25};
  options.dtype = dtype;
  return options;
}

at::Tensor numbers(const Json& json, const char* key, at::IntArrayRef shape) {
  const auto values = json.at(key).get<std::vector<double>>();
  return at::tensor(values, at::kDouble).view(shape);
}

at::Tensor logit_1(const at::Tensor& logits, const at::Tensor&) {
  return logits.select(1, 1);
}

at::Tensor images(std::int64_t count) {
  torch::manual_seed(7);
  return at::rand({count, 3, 8, 8});
}

class TorchScript : public testing::TestWithParam<at::ScalarType> {};

TEST_P(TorchScript, LogitsAndGradientsAreThoseOfTheModule) {
  const Json json = read_json(golden("tiny.json"));
  const auto model = load_torchscript(golden("tiny.pt"), small(GetParam()));
  const auto found = model.classifier->loss_gradient(numbers(json, "image", {1, 3, 8, 8}),
                                                     at::zeros({1, 1}, at::kLong), logit_1);
  const double tolerance = GetParam() == at::kDouble ? 1e-13 : 1e-5;
  EXPECT_EQ(found.logits.scalar_type(), GetParam());
  EXPECT_TRUE(tensors_near(found.logits.to(at::kDouble), numbers(json, "logits", {1, 3}), tolerance));
  EXPECT_TRUE(
      tensors_near(found.gradient.to(at::kDouble), numbers(json, "gradient", {1, 3, 8, 8}), tolerance));
}

INSTANTIATE_TEST_SUITE_P(Precisions, TorchScript, testing::Values(at::kFloat, at::kDouble),
                         [](const auto& instance) { return c10::toString(instance.param); });

TEST(TorchScriptModel, SaysThatCodeRanAndWhatItHolds) {
  const auto model = load_torchscript(golden("tiny.pt"), small());
  EXPECT_EQ(model.parameters, 4 * 27 + 4 + 4 + 4 + 3 * 64 + 3U);
  EXPECT_THAT(model.notes, testing::Contains(HasSubstr("code from the file ran")));
  EXPECT_EQ(model.classifier->info().classes, 3);
  EXPECT_EQ(model.classifier->info().patch_size, 0);
  EXPECT_THROW((void)model.classifier->attention_maps(images(1)), UsageError);
}

class EverySound : public testing::TestWithParam<std::string> {};

/// What classifier_test.cpp asks of a ViT: neither batch nor order nor threads nor a wanted gradient change a
/// bit, however often the network has run.
TEST_P(EverySound, AnImagesNumbersAreItsOwn) {
  const auto model = load_torchscript(golden(GetParam()), small()).classifier;
  const auto batch = images(11);
  const auto targets = at::zeros({11, 1}, at::kLong);
  const auto expected = model->loss_gradient(batch, targets, logit_1);
  for (const int threads : {1, 3}) {
    model->set_threads(threads);
    for (int repetition = 0; repetition < 3; ++repetition) {
      EXPECT_TRUE(tensors_identical(model->logits(batch), expected.logits));
      EXPECT_TRUE(tensors_identical(model->logits(batch.flip(0)).flip(0), expected.logits));
      EXPECT_TRUE(tensors_identical(model->logits(batch.narrow(0, 3, 1)), expected.logits.narrow(0, 3, 1)));
      const auto again = model->loss_gradient(batch.narrow(0, 2, 5), targets.narrow(0, 2, 5), logit_1);
      EXPECT_TRUE(tensors_identical(again.gradient, expected.gradient.narrow(0, 2, 5)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, EverySound, testing::Values("tiny.pt", "attention.pt"),
                         [](const auto& instance) {
                           return instance.param.substr(0, instance.param.find('.'));
                         });

TEST(TorchScriptModel, RowsThatMixGetPassesOfTheirOwn) {
  const auto model = load_torchscript(golden("mixed_batch.pt"), small()).classifier;
  EXPECT_EQ(model->info().lanes, 1);
}

TEST(TorchScriptModel, WithoutAGradientOnlyGradientsAreRefused) {
  const auto model = load_torchscript(golden("no_gradient.pt"), small()).classifier;
  EXPECT_EQ(model->logits(images(2)).sizes(), (std::vector<std::int64_t>{2, 3}));
  try {
    (void)model->loss_gradient(images(2), at::zeros({2, 1}, at::kLong), logit_1);
    FAIL() << "a gradient came from somewhere";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cells_failed);
    EXPECT_STREQ(error.what(), "the model gives no gradient with respect to the images");
  }
}

struct Broken {
  const char* name;
  at::ScalarType dtype;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken) {
  return stream << broken.name;
}

class BrokenTorchScript : public testing::TestWithParam<Broken> {};

TEST_P(BrokenTorchScript, IsOneClearError) {
  const std::string path = golden(std::string(GetParam().name) + ".pt");
  try {
    load_torchscript(path, small(GetParam().dtype));
    FAIL() << "it was taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith(path + ": "));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(format_error(error), testing::Not(HasSubstr("\n\n")));
    EXPECT_NE(error.hint(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, BrokenTorchScript,
    testing::Values(Broken{"tuple", at::kFloat, "the network returns a Tuple, expected a tensor of logits"},
                    Broken{"dict", at::kFloat,
                           "the network returns a GenericDict, expected a tensor of logits"},
                    Broken{"map", at::kFloat,
                           "the network returns shape [1, 4, 4, 4] for 1 images, expected [1, classes]"},
                    Broken{"random", at::kFloat, "gives other logits for the same image"},
                    Broken{"fixed_batch", at::kFloat,
                           "the network fails for 1 images of 8x8: shape '[4, 64]' is invalid"},
                    Broken{"float_only", at::kDouble, "the network returns Float for images of Double"},
                    Broken{"none", at::kFloat, "cannot be read as TorchScript"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(TorchScriptModel, AnotherImageSizeIsNamed) {
  TorchScriptOptions options = small();
  options.height = 16;
  try {
    load_torchscript(golden("tiny.pt"), options);
    FAIL() << "it was taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the network fails for 1 images of 16x8"));
    EXPECT_THAT(error.hint(), HasSubstr("--img-size"));
  }
}

TEST(TorchScriptModel, AnyOtherFileIsRefused) {
  EXPECT_THROW(load_torchscript(golden("tiny.json"), small()), InputError);
}

}  // namespace
}  // namespace vitrobust::models

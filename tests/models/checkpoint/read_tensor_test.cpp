#include "models/checkpoint/read_tensor.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "core/error.h"
#include "models/checkpoint/open_checkpoint.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;

const std::string kGolden = VITROBUST_SOURCE_DIR "/tests/golden/checkpoints/";

at::Tensor read(const TensorCatalogue& catalogue, const std::string& name,
                at::ScalarType type = at::kDouble) {
  return read_tensor(catalogue, *catalogue.find(name), type);
}

TEST(ReadTensor, ViewsOfOneStorageAreReadByTheirValues) {
  for (const char* file : {"views.pth", "views-legacy.pth"}) {
    const auto catalogue = open_checkpoint_file(kGolden + file);
    const at::Tensor base = read(catalogue, "base");
    EXPECT_TRUE(at::equal(read(catalogue, "transposed"), base.t())) << file;
    EXPECT_TRUE(at::equal(read(catalogue, "rows"), base.slice(0, 2, 4))) << file;
    EXPECT_TRUE(at::equal(read(catalogue, "column"), base.select(1, 1))) << file;
    EXPECT_TRUE(at::equal(read(catalogue, "every_other"), base.slice(0, 0, 6, 2).slice(1, 0, 4, 3))) << file;
    EXPECT_TRUE(at::equal(read(catalogue, "second"), torch::arange(6.0, 12.0, at::kDouble))) << file;
    EXPECT_TRUE(at::equal(read(catalogue, "expanded"),
                          torch::tensor({1.5, 1.5, 1.5, -2.0, -2.0, -2.0}, at::kDouble).view({2, 3})))
        << file;
    EXPECT_EQ(read(catalogue, "scalar").item<double>(), 0.25) << file;
    EXPECT_EQ(read(catalogue, "empty").sizes(), at::IntArrayRef({0, 5})) << file;
  }
}

// Everywhere the numbers are 0, 1, 2.5 and 96, as far as the type has them.
TEST(ReadTensor, EveryTypeIsConverted) {
  for (const char* file : {"types.pth", "types-legacy.pth", "types.safetensors"}) {
    const auto catalogue = open_checkpoint_file(kGolden + file);
    for (const char* name : {"float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"})
      EXPECT_TRUE(at::equal(read(catalogue, name), torch::tensor({0.0, 1.0, 2.5, 96.0}, at::kDouble)))
          << name;
    for (const char* name : {"int64", "int32", "int16", "int8", "uint8", "uint16"})
      EXPECT_TRUE(at::equal(read(catalogue, name), torch::tensor({0.0, 1.0, 2.0, 96.0}, at::kDouble)))
          << name;
    EXPECT_TRUE(at::equal(read(catalogue, "bool", at::kBool), torch::tensor({false, true, true, true})));
  }
}

TEST(ReadTensor, CompressedArraysAreInflatedAndConverted) {
  const auto stored = open_checkpoint_file(kGolden + "stored.npz");
  const auto compressed = open_checkpoint_file(kGolden + "compressed.npz");
  ASSERT_EQ(stored.tensors.size(), compressed.tensors.size());
  for (const TensorEntry& entry : stored.tensors)
    EXPECT_TRUE(at::equal(read(stored, entry.name), read(compressed, entry.name))) << entry.name;
  EXPECT_TRUE(at::equal(read(stored, "void"), torch::tensor({1.0, -2.5, 3.0}, at::kDouble)));
}

TEST(ReadTensor, LongTensorsAreConvertedInPieces) {
  const at::Tensor values = torch::arange(1'500'001, at::kFloat).to(at::kBFloat16);
  const auto* bytes = static_cast<const std::uint8_t*>(values.const_data_ptr());
  TensorCatalogue catalogue;
  catalogue.sources.push_back(make_memory_source("m", {bytes, bytes + values.nbytes()}));
  catalogue.tensors.push_back(
      {.name = "w", .type = "BF16", .shape = {1'500'001}, .strides = {}, .bytes = values.nbytes()});
  EXPECT_TRUE(at::equal(read(catalogue, "w", at::kFloat), values.to(at::kFloat)));
  const at::Tensor there = torch::empty({1'500'001}, at::kBFloat16);
  read_tensor_into(catalogue, catalogue.tensors[0], there);
  EXPECT_TRUE(at::equal(there, values));
}

TEST(ReadTensor, GradientsStayOutOfIt) {
  const auto catalogue = open_checkpoint_file(kGolden + "views.pth");
  const at::Tensor parameter = torch::zeros({6, 4}).requires_grad_();
  read_tensor_into(catalogue, *catalogue.find("base"), parameter);
  EXPECT_TRUE(at::equal(parameter.detach().to(at::kDouble), read(catalogue, "base")));
  EXPECT_TRUE(parameter.is_leaf());
}

TEST(ReadTensor, TensorsOfAnotherSizeAreABug) {
  const auto catalogue = open_checkpoint_file(kGolden + "views.pth");
  EXPECT_THROW(read_tensor_into(catalogue, *catalogue.find("base"), torch::zeros({6, 5})), InternalError);
}

TEST(ReadTensor, NamesATypeThatCannotBeRead) {
  auto catalogue = open_checkpoint_file(kGolden + "views.pth");
  catalogue.tensors[0].type = "F4";
  try {
    read_tensor(catalogue, catalogue.tensors[0], at::kFloat);
    FAIL() << "F4 was read";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has elements of type F4, which cannot be read"));
  }
}

}  // namespace
}  // namespace vitrobust::models

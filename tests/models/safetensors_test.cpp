#include "models/checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/files.h"
#include "models/checkpoint/read_tensor.h"
#include "models/checkpoint/safetensors_header.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

std::string length_prefix(std::uint64_t length) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 0xFF);
  return bytes;
}

class SafetensorsTest : public testing::Test {
 protected:
  /// Writes a file with this header and data, and reads it.
  std::map<std::string, at::Tensor> read(const std::string& json, const std::string& data) {
    std::ofstream(path_, std::ios::binary) << length_prefix(json.size()) << json << data;
    return read_safetensors(path_);
  }

  tests::TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors";
};

TEST_F(SafetensorsTest, EveryFloatingTypeComesBackBitForBit) {
  torch::manual_seed(1);
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16})
    tensors.emplace_back(c10::toString(type), torch::randn({3, 5}).to(type));
  tensors.emplace_back("scalar", torch::tensor(0.1));
  tensors.emplace_back("empty", torch::empty({0, 4}));
  write_safetensors(path_, tensors, {{"format", "pt"}});

  const auto read_back = read_safetensors(path_);
  ASSERT_EQ(read_back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read_back.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(read_back.at(name), tensor)) << name;
  }
  EXPECT_EQ(read_safetensors_header(path_).metadata.at("format"), "pt");
}

TEST_F(SafetensorsTest, ViewsAreWrittenByTheirValues) {
  const at::Tensor matrix = torch::arange(6, at::kFloat).view({2, 3}).requires_grad_();
  write_safetensors(path_, {{"t", matrix.t()}}, {});
  EXPECT_TRUE(at::equal(read_safetensors(path_).at("t"), matrix.t()));
}

// The bytes that the reference implementation (safetensors 0.8.0 for Python) writes for the same tensors.
TEST_F(SafetensorsTest, WritesTheBytesOfTheReferenceImplementation) {
  write_safetensors(path_,
                    {{"b", torch::tensor({1.0, -2.0}).to(at::kHalf)},
                     {"é", torch::full({1, 1}, 0.5, at::kFloat)},
                     {"a", torch::full({1}, 1.0, at::kFloat)},
                     {"c", torch::full({}, 2.0, at::kDouble)}},
                    {{"format", "pt"}});
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"c":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
      R"("é":{"dtype":"F32","shape":[1,1],"data_offsets":[12,16]},)"
      R"("b":{"dtype":"F16","shape":[2],"data_offsets":[16,20]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  const std::string expected = length_prefix(header.size() + padding.size()) + header + padding +
                               "\0\0\0\0\0\0\0\x40"s + "\0\0\x80\x3f"s + "\0\0\0\x3f"s + "\0\x3c\0\xc0"s;
  EXPECT_EQ(read_file(path_, 1000), expected);
  const std::filesystem::directory_iterator entries(folder_.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a temporary file was left";
}

TEST_F(SafetensorsTest, WritingRefusesWhatWouldNotComeBack) {
  const at::Tensor one = torch::ones(1);
  EXPECT_THROW(write_safetensors(path_, {{"a", one}, {"a", one}}, {}), InternalError);
  EXPECT_THROW(write_safetensors(path_, {{"__metadata__", one}}, {}), InternalError);
  EXPECT_THROW(write_safetensors(path_, {{"a", one.to(at::kLong)}}, {}), InternalError);
  EXPECT_THROW(write_safetensors(folder_ / "none/m.safetensors", {{"a", one}}, {}), InputError);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SafetensorsTest, ReadsIntegersAndTruthValues) {
  const auto tensors =
      read(R"({"u":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"i":{"dtype":"I16","shape":[1],)"
           R"("data_offsets":[2,4]},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[4,5]}})",
           "\xff\x01\xfe\xff\x01"s);
  EXPECT_TRUE(at::equal(tensors.at("u"), torch::tensor({255, 1}, at::kByte)));
  EXPECT_TRUE(at::equal(tensors.at("i"), torch::tensor({-2}, at::kShort)));
  EXPECT_TRUE(at::equal(tensors.at("b"), torch::tensor({true}, at::kBool)));
}

TEST_F(SafetensorsTest, ReadsUnalignedData) {
  const auto tensors =
      read(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],)"
           R"("data_offsets":[1,5]}})",
           "x\0\0\x80\x3f"s);
  EXPECT_EQ(tensors.at("b").item<float>(), 1.0F);
}

TEST_F(SafetensorsTest, ConvertsToTheTypeAskedFor) {
  write_safetensors(path_, {{"a", torch::tensor({0.1F})}}, {});
  const TensorCatalogue catalogue = open_safetensors(open_file_source(path_));
  const at::Tensor tensor = read_tensor(catalogue, catalogue.tensors[0], at::kDouble);
  EXPECT_EQ(tensor.item<double>(), static_cast<double>(0.1F));
}

TEST_F(SafetensorsTest, NamesATypeThatCannotBeRead) {
  try {
    read(R"({"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}})", "x");
    FAIL() << "F4 was read";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("m.safetensors: tensor 'a' has elements of type F4"));
  }
}

TEST_F(SafetensorsTest, AFileThatShrinksWhileItIsReadIsAnError) {
  write_safetensors(path_, {{"a", torch::ones(100)}}, {});
  const TensorCatalogue catalogue = open_safetensors(open_file_source(path_));
  std::filesystem::resize_file(path_, 200);
  EXPECT_THROW(read_tensor(catalogue, catalogue.tensors[0], at::kFloat), InputError);
}

}  // namespace
}  // namespace vitrobust::models

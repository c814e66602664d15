#include "eval/npy_writer.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using ::vitrobust::tests::TemporaryFolder;

constexpr std::size_t kLimit = 1 << 20;

/// The floats after the header.
std::vector<float> floats_of(const std::string& npy) {
  const std::size_t header =
      10 + static_cast<unsigned char>(npy[8]) + 256 * static_cast<unsigned char>(npy[9]);
  std::vector<float> values((npy.size() - header) / sizeof(float));
  std::memcpy(values.data(), npy.data() + header, values.size() * sizeof(float));
  return values;
}

TEST(NpyWriter, WritesNumpysFormat) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "x.npy", {3, 2}, at::kFloat);
  const std::vector<std::uint64_t> rows = {2, 0};
  writer.write(rows, torch::tensor({{5.0F, 6.0F}, {1.0F, 2.0F}}));
  EXPECT_FALSE(std::filesystem::exists(folder / "x.npy")) << "unfinished";
  writer.finish();
  const std::string npy = read_file(folder / "x.npy", kLimit);
  EXPECT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ((npy.size() - 3 * 2 * sizeof(float)) % 64, 0U) << "numpy aligns the data";
  EXPECT_THAT(npy, testing::HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2,), }"));
  const std::vector<float> values = floats_of(npy);
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], 2);
  EXPECT_TRUE(std::isnan(values[2])) << "a row that was never written";
  EXPECT_EQ(values[4], 5);
}

TEST(NpyWriter, GoesOnWithAPartialFile) {
  const TemporaryFolder folder;
  const std::vector<std::uint64_t> first = {0}, second = {1};
  { NpyWriter(folder / "x.npy", {2, 1}, at::kFloat).write(first, torch::tensor({{1.0F}})); }
  NpyWriter writer(folder / "x.npy", {2, 1}, at::kFloat);
  writer.write(second, torch::tensor({{2.0F}}));
  writer.finish();
  EXPECT_THAT(floats_of(read_file(folder / "x.npy", kLimit)), testing::ElementsAre(1, 2));
}

TEST(NpyWriter, KeepsDoubles) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "x.npy", {1, 1}, at::kDouble);
  const std::vector<std::uint64_t> rows = {0};
  writer.write(rows, torch::tensor({{1.0 / 3}}, torch::kDouble));
  writer.finish();
  const std::string npy = read_file(folder / "x.npy", kLimit);
  double value = 0;
  std::memcpy(&value, npy.data() + npy.size() - sizeof value, sizeof value);
  EXPECT_EQ(value, 1.0 / 3);
}

TEST(NpyWriter, SaysWhereItCannotWrite) {
  EXPECT_THROW(NpyWriter("/nonexistent/x.npy", {1, 1}, at::kFloat), InputError);
}

}  // namespace
}  // namespace vitrobust::eval

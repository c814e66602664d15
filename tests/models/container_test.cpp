#include "models/checkpoint/container.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

/// Files of given bytes, which go away with the test.
class ContainerTest : public testing::Test {
 protected:
  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  tests::TemporaryFolder folder_;
};

std::string refusal(const std::string& path) {
  try {
    require_safetensors(path);
  } catch (const InputError& error) {
    return format_error(error);
  }
  return "accepted";
}

TEST_F(ContainerTest, IsToldByBytesNotByName) {
  const std::string zip = "PK\x03\x04"s + std::string(60, '\0');
  EXPECT_EQ(detect_container(write("a.pth", "\x02\0\0\0\0\0\0\0{}"s)), Container::safetensors);
  EXPECT_EQ(detect_container(write("b.safetensors", zip + "archive/data.pkl")), Container::torch_zip);
  EXPECT_EQ(detect_container(write("c.bin", zip + "x/code/m.py x/constants.pkl x/data.pkl")),
            Container::torchscript);
  EXPECT_EQ(detect_container(write("d.bin", zip + "arr_0.npy")), Container::npz);
  EXPECT_EQ(detect_container(write("e.bin", zip)), Container::unknown);
  EXPECT_EQ(detect_container(write("f.bin", "\x80\x02\x8a\x0al\xfc\x9c\x46"s)), Container::torch_legacy);
  EXPECT_EQ(detect_container(write("g.bin", "\x93NUMPY\x01\0"s)), Container::npy);
  EXPECT_EQ(detect_container(write("h.bin", "\x89HDF\r\n\x1a\n")), Container::hdf5);
  EXPECT_EQ(detect_container(write("i.txt", "hello")), Container::unknown);
  // Left to the parser, which says what is wrong with it.
  EXPECT_EQ(detect_container(write("j.safetensors", "")), Container::safetensors);
}

TEST_F(ContainerTest, RefusalsSayWhatItIsAndWhatToDo) {
  const std::string torch_zip = refusal(write("k.pth", "PK\x03\x04"s + std::string(30, '\0') + "a/data.pkl"));
  EXPECT_THAT(torch_zip, HasSubstr("looks like a PyTorch checkpoint (zip); this version reads safetensors"));
  EXPECT_THAT(torch_zip, HasSubstr("k.pth', map_location='cpu', weights_only=True)"));
  EXPECT_THAT(refusal(write("l.txt", "hello")), HasSubstr("hint: give a .safetensors file"));
  EXPECT_THAT(refusal(folder_ / "none.pth"), HasSubstr("none.pth: no such file"));
  EXPECT_EQ(refusal(write("m.safetensors", "")), "accepted");
}

}  // namespace
}  // namespace vitrobust::models

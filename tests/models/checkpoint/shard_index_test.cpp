#include "models/checkpoint/shard_index.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "checkpoint_testing.h"
#include "core/error.h"
#include "core/files.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShardIndex : public testing::Test {
 protected:
  ShardIndex() {
    write("1.bin", torch_zip(pickled_item("a", pickled_tensor(pickled_storage(4), 0, {4}, {1}))));
    write("2.bin", torch_zip(pickled_item("b", pickled_tensor(pickled_storage(4), 0, {2}, {1}))));
  }

  void write(const std::string& name, const std::string& bytes) const {
    write_file_atomically(folder_ / name, bytes);
  }

  [[nodiscard]] std::string error(const std::string& index) const {
    write("index.json", index);
    try {
      open_checkpoint_file(folder_ / "index.json");
    } catch (const InputError& failure) {
      return failure.what();
    }
    return "no error";
  }

  tests::TemporaryFolder folder_;
};

TEST_F(ShardIndex, JoinsShards) {
  write("index.json", R"({"metadata":{"total_size":24},"weight_map":{"b":"2.bin","a":"1.bin"}})");
  const auto catalogue = open_checkpoint_file(folder_ / "index.json");
  EXPECT_THAT(catalogue.files, ElementsAre(folder_ / "1.bin", folder_ / "2.bin"));
  EXPECT_EQ(catalogue.container, "torch");
  ASSERT_EQ(catalogue.tensors.size(), 2U);
  EXPECT_EQ(catalogue.find("b")->source, 1U);
  expect_sound(catalogue);
}

TEST_F(ShardIndex, RefusesWhatDoesNotFit) {
  EXPECT_THAT(error(R"({"weight_map":[]})"), HasSubstr("has a weight_map that is no object"));
  EXPECT_THAT(error(R"({"other":1,"more":2})"), HasSubstr("'weight_map' is missing"));
  EXPECT_THAT(error(R"({"weight_map":{"a":1}})"), HasSubstr("weight_map 'a' is an integer"));
  for (const char* name : {"", "..", "/etc/passwd", "../1.bin", "x/1.bin", "a\\\\b"})
    EXPECT_THAT(error(R"({"weight_map":{"a":")" + std::string(name) + "\"}}"),
                HasSubstr("expected a file in the same folder"));
  EXPECT_THAT(error(R"({"weight_map":{"a":"3.bin"}})"), HasSubstr("3.bin: no such file"));
  EXPECT_THAT(error(R"({"weight_map":{"a":"2.bin"}})"),
              HasSubstr("2.bin: lacks tensor 'a', which index.json says is in it"));
  write("2.bin", torch_zip(pickled_item("a", pickled_tensor(pickled_storage(4), 0, {2}, {1}))));
  EXPECT_THAT(error(R"({"weight_map":{"a":"1.bin","b":"2.bin"}})"), HasSubstr("2.bin: lacks tensor 'b'"));
  write("2.bin", "nothing that is known");
  EXPECT_THAT(error(R"({"weight_map":{"a":"1.bin","b":"2.bin"}})"),
              HasSubstr("2.bin: is no checkpoint that is known"));
}

TEST_F(ShardIndex, FoldersAreOpenedByTheirUsualNames) {
  EXPECT_FALSE(weights_in_folder(folder_.path()));
  for (const char* name : {"pytorch_model.bin.index.json", "pytorch_model.bin",
                           "model.safetensors.index.json", "model.safetensors"}) {
    write(name, "");
    EXPECT_EQ(weights_in_folder(folder_.path()), folder_ / name);
  }
}

}  // namespace
}  // namespace vitrobust::models

// Checkpoints of every container, as PyTorch, NumPy and safetensors wrote them (tests/golden/checkpoints.py).
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "checkpoint_testing.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/sha256.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;

const Json& goldens() {
  static const Json all = read_json(golden_folder() + "expected.json");
  return all;
}

std::vector<std::string> files() {
  std::vector<std::string> names;
  for (const auto& item : goldens().items()) names.push_back(item.key());
  return names;
}

void expect_tensors(const TensorCatalogue& catalogue, const Json& expected) {
  expect_sound(catalogue);
  for (const auto& [name, tensor] : expected.items()) {
    const TensorEntry* entry = catalogue.find(name);
    ASSERT_TRUE(entry) << name << " is missing";
    EXPECT_EQ(entry->type, tensor["type"]) << name;
    EXPECT_EQ(entry->shape, tensor["shape"].get<std::vector<std::int64_t>>()) << name;
    EXPECT_EQ(sha256_hex(values_of(catalogue, *entry)).substr(0, 16), tensor["sha256"]) << name;
  }
  EXPECT_EQ(catalogue.tensors.size(), expected.size());
}

class GoldenCheckpoint : public testing::TestWithParam<std::string> {
 protected:
  const Json& expected_ = goldens()[GetParam()];
  std::string path_ = golden_folder() + GetParam();
};

TEST_P(GoldenCheckpoint, HoldsWhatItsWriterPutIn) {
  if (expected_.contains("error")) {
    try {
      open_checkpoint_file(path_);
      FAIL() << "was opened";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(expected_["error"].get<std::string>()));
    }
    return;
  }
  const TensorCatalogue catalogue = open_checkpoint_file(path_);
  EXPECT_EQ(catalogue.container, expected_["container"]);
  EXPECT_EQ(catalogue.files.size(), json_get_or<std::size_t>(expected_, "files", 1, path_));
  expect_tensors(catalogue, expected_["tensors"]);
  const auto metadata = json_get_or<Json>(expected_, "metadata", Json::object(), path_);
  for (const auto& [key, text] : metadata.items()) EXPECT_EQ(catalogue.metadata.at(key), text) << key;
  const auto unreadable = json_get_or<Json>(expected_, "unreadable", Json::array(), path_);
  for (const auto& name : unreadable)
    EXPECT_TRUE(catalogue.unreadable.contains(name.get<std::string>())) << name;
}

TEST_P(GoldenCheckpoint, MovingAverageIsTakenWhereItIsAskedFor) {
  if (!expected_.contains("ema")) return;
  const TensorCatalogue catalogue = open_checkpoint_file(path_, {.use_ema = true});
  expect_tensors(catalogue, expected_["ema"]);
}

std::string test_name(const testing::TestParamInfo<std::string>& test) {
  std::string name = test.param;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenCheckpoint, testing::ValuesIn(files()), test_name);

// Every beginning of a file is an error: none is read beyond its end, and none is taken for a whole one.
class EveryBeginning : public testing::TestWithParam<std::string> {};

TEST_P(EveryBeginning, IsAnError) {
  const std::string whole = read_file(golden_folder() + GetParam(), std::size_t{1} << 20);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string error = error_of(whole.substr(0, length), "m.safetensors");
    EXPECT_THAT(error, HasSubstr("error: m.safetensors")) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EveryBeginning,
                         testing::Values("one-key.pth", "state_dict-legacy-p4.pth", "types.safetensors",
                                         "stored.npz", "compressed.npz"),
                         test_name);

}  // namespace
}  // namespace vitrobust::models

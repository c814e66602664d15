#include "models/architectures.h"

#include <gtest/gtest.h>

#include "core/json.h"

namespace vitrobust::models {
namespace {

/// Every plain Vision Transformer of timm 1.0.31 (tests/golden/timm_architectures.py).
TEST(Architectures, AreTimms) {
  const Json golden =
      read_json(std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/timm_architectures.json", 1 << 20);
  const Json& rows = golden.at("rows");
  ASSERT_GT(rows.size(), 100u);
  for (const auto& [name, row] : rows.items()) {
    const auto named = named_architecture(name);
    ASSERT_TRUE(named) << name;
    const auto width = row.at(1).get<std::int64_t>();
    EXPECT_EQ(named->heads != 0 ? named->heads : usual_heads(width).value_or(0), row.at(0)) << name;
    EXPECT_EQ(to_string(named->activation), row.at(2)) << name;
    EXPECT_EQ(named->norm_eps, row.at(3)) << name;
    EXPECT_EQ(to_string(named->pooling), row.at(4)) << name;
    EXPECT_TRUE(named_architecture(name + ".a_tag"));
  }
}

TEST(Architectures, OthersAreUnknown) {
  EXPECT_FALSE(named_architecture("resnet50"));
  EXPECT_FALSE(named_architecture("vit_base_patch16_rpn_224"));
  EXPECT_FALSE(named_architecture(""));
  EXPECT_FALSE(usual_heads(63));
  EXPECT_FALSE(usual_heads(0));
}

}  // namespace
}  // namespace vitrobust::models

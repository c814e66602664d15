// Pixels against the reference implementation, draw by draw: tests/golden/corruptions.py made the figures.
#include <gtest/gtest.h>

#include "core/json.h"
#include "core/numpy_random.h"
#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

const Json& golden() {
  static const Json json = read_json(VITROBUST_SOURCE_DIR "/tests/golden/corruptions.json");
  return json;
}

data::Image draw(const Json& entry) {
  const auto height = entry.at("height").get<int>();
  const auto width = entry.at("width").get<int>();
  return entry.at("content") == "scene" ? draw_scene(height, width) : draw_texture(height, width);
}

ParameterSet set_named(const std::string& name) {
  for (const ParameterSet set :
       {ParameterSet::imagenet, ParameterSet::cifar, ParameterSet::tiny, ParameterSet::inception299})
    if (to_string(set) == name) return set;
  throw std::invalid_argument(name);
}

TEST(Golden, BothSidesDrawTheSameImages) {
  ASSERT_FALSE(golden().at("images").empty());
  for (const Json& entry : golden().at("images"))
    EXPECT_EQ(pixel_hash(draw(entry)), entry.at("sha256").get<std::string>()) << entry;
}

/// Not one pixel may differ, of gaussian_blur neither: whole flat regions sit on the edge of truncation, so
/// that a tolerance in the share of pixels would have to be wide, and the reference's own order of operations
/// gets them right.
TEST(Golden, PixelsEqualTheReference) {
  const auto seed = golden().at("seed").get<std::uint32_t>();
  for (const Json& entry : golden().at("cases")) {
    const CorruptionEntry* corruption = find_corruption(entry.at("corruption").get<std::string>());
    ASSERT_NE(corruption, nullptr) << entry;
    const data::Image image = draw(entry);
    for (int severity = 1; severity <= 5; ++severity) {
      NumpyLegacySource random(seed);
      const data::Image result = corruption->apply(
          image,
          {.severity = severity, .set = set_named(entry.at("set").get<std::string>()), .random = random});
      const auto expected = entry.at("sha256").at(static_cast<std::size_t>(severity - 1));
      EXPECT_EQ(pixel_hash(result), expected.get<std::string>())
          << corruption->name << " severity " << severity << " on " << entry.at("content") << ' '
          << image.height << 'x' << image.width;
    }
  }
}

TEST(Golden, CoversEveryCorruptionOfTheTable) {
  for (const CorruptionEntry& corruption : corruption_table()) {
    std::size_t cases = 0;
    for (const Json& entry : golden().at("cases")) cases += entry.at("corruption") == corruption.name;
    EXPECT_GE(cases, 8U) << corruption.name;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions

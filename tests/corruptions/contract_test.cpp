// What every corruption of the table promises, whatever it does.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "core/error.h"
#include "core/random.h"
#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

/// The set for the image's size, or the first one of a corruption that does not have it.
ParameterSet set_for(const CorruptionEntry& corruption, const data::Image& image) {
  const ParameterSet nearest = parameter_set_for(image.height, image.width);
  return corruption.has(nearest) ? nearest : corruption.sets.front();
}

data::Image apply(const CorruptionEntry& corruption, const data::Image& image, int severity,
                  std::uint64_t sample_id = 0, Flavour flavour = Flavour::hendrycks) {
  PhiloxSource random({.seed = 7, .condition = "corruption/contract", .sample_id = sample_id, .restart = 0});
  return corruption.apply(image, {.severity = severity,
                                  .set = set_for(corruption, image),
                                  .flavour = flavour,
                                  .frost = nullptr,
                                  .random = random});
}

class EveryCorruption : public testing::TestWithParam<CorruptionEntry> {};

TEST_P(EveryCorruption, KeepsTheSizeAndLeavesItsInputAlone) {
  const std::pair<int, int> sizes[] = {{32, 32}, {64, 64}, {224, 224}, {299, 299}, {37, 53}, {500, 2}};
  for (const auto& [height, width] : sizes) {
    const data::Image image = draw_scene(height, width);
    const data::Image before = image;
    for (int severity = 1; severity <= 5; ++severity) {
      const data::Image result = apply(GetParam(), image, severity);
      EXPECT_EQ(result.height, height);
      EXPECT_EQ(result.width, width);
      EXPECT_EQ(result.pixels.size(), image.pixels.size());
      EXPECT_EQ(image, before);
    }
  }
}

TEST_P(EveryCorruption, WorksOnTinyImages) {
  for (const Flavour flavour : {Flavour::hendrycks, Flavour::imagecorruptions}) {
    for (int height = 1; height <= 8; ++height) {
      for (int width = 1; width <= 8; ++width) {
        for (int severity = 1; severity <= 5; ++severity) {
          const data::Image result = apply(GetParam(), draw_texture(height, width), severity, 0, flavour);
          EXPECT_EQ(result.height, height);
          EXPECT_EQ(result.width, width);
          EXPECT_EQ(result.pixels.size(), static_cast<std::size_t>(height * width * 3));
        }
      }
    }
  }
}

TEST_P(EveryCorruption, WorksWithEveryParameterSetItHasAtEverySize) {
  for (const ParameterSet set : GetParam().sets) {
    for (const int size : {1, 5, 20, 224}) {
      PhiloxSource random({.seed = 1, .condition = "sets", .sample_id = 2, .restart = 0});
      const data::Image image = draw_scene(size, size);
      for (const Flavour flavour : {Flavour::hendrycks, Flavour::imagecorruptions}) {
        const data::Image result = GetParam().apply(
            image, {.severity = 5, .set = set, .flavour = flavour, .frost = nullptr, .random = random});
        EXPECT_EQ(result.pixels.size(), image.pixels.size()) << to_string(set) << to_string(flavour);
      }
    }
  }
}

TEST_P(EveryCorruption, ChangesAnImageMoreOrLessAtEverySeverity) {
  const data::Image image = draw_scene(64, 64);
  std::set<std::string> results = {pixel_hash(image)};
  for (int severity = 1; severity <= 5; ++severity)
    EXPECT_TRUE(results.insert(pixel_hash(apply(GetParam(), image, severity))).second) << severity;
}

TEST_P(EveryCorruption, IsAFunctionOfImageAndKey) {
  const data::Image image = draw_scene(64, 48);
  for (int severity = 1; severity <= 5; ++severity)
    EXPECT_EQ(apply(GetParam(), image, severity, 3), apply(GetParam(), image, severity, 3));
}

TEST_P(EveryCorruption, GivesTheSamePixelsInEveryThread) {
  constexpr std::size_t kImages = 6;
  const auto image = [](std::size_t i) { return draw_scene(64, 40 + static_cast<int>(i)); };
  std::vector<data::Image> expected;
  for (std::size_t i = 0; i < kImages; ++i) expected.push_back(apply(GetParam(), image(i), 3, i));
  std::vector<data::Image> results(4 * kImages);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < kImages; ++i)
          results[t * kImages + i] = apply(GetParam(), image(i), 3, i);
      });
    }
  }
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i], expected[i % kImages]) << i;
}

TEST_P(EveryCorruption, RefusesASeverityThatDoesNotExist) {
  for (const int severity : {-1, 0, 6})
    EXPECT_THROW(apply(GetParam(), draw_scene(32, 32), severity), InternalError) << severity;
}

TEST_P(EveryCorruption, RefusesAParameterSetThatItHasNot) {
  for (const ParameterSet set : kEveryParameterSet) {
    if (GetParam().has(set)) continue;
    PhiloxSource random({.seed = 1, .condition = "sets", .sample_id = 2, .restart = 0});
    EXPECT_THROW(GetParam().apply(draw_scene(8, 8), {.severity = 1, .set = set, .random = random}),
                 InternalError)
        << to_string(set);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryCorruption,
                         testing::ValuesIn(corruption_table().begin(), corruption_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(CorruptionTable, NamesAreUniqueAndFound) {
  std::set<std::string_view> names;
  for (const CorruptionEntry& entry : corruption_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(find_corruption(entry.name), &entry);
    EXPECT_FALSE(entry.help.empty());
    EXPECT_TRUE((std::set<std::string_view>{"noise", "blur", "weather", "digital", "extra", "c-bar"})
                    .contains(entry.group))
        << entry.group;
  }
  EXPECT_FALSE(find_corruption("lines")->has(ParameterSet::imagenet));
  EXPECT_TRUE(find_corruption("fog")->has(ParameterSet::tiny));
  EXPECT_EQ(find_corruption("gaussian"), nullptr);
  EXPECT_EQ(find_corruption(""), nullptr);
}

TEST(CorruptionTable, NoiseDependsOnTheSample) {
  for (const CorruptionEntry& entry : corruption_table()) {
    if (entry.group != "noise") continue;
    const data::Image image = draw_scene(32, 32);
    EXPECT_NE(apply(entry, image, 1, 0), apply(entry, image, 1, 1)) << entry.name;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions

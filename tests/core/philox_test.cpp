#include "core/philox.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/philox_lanes.h"

namespace vitrobust {
namespace {

TEST(Philox4x32, KnownAnswersOfRandom123) {
  // kat_vectors of Random123 (Salmon et al.): philox4x32, 10 rounds.
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(PhiloxLanes, AreTheBlocksOfTheStreamInOrder) {
  const PhiloxStreamState state{
      .key = {0xa4093822, 0x299f31d0}, .salt = {0xffffffff, 3}, .restart = 0x80000001};
  for (const std::uint32_t first : {0U, 1000U, 0xffffffffU - 40}) {  // the last: over the end of the counter
    std::vector<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < 3 * kPhiloxLanes; ++i) {
      const PhiloxCounter block = state.block(first + i);
      expected.push_back(block[0] | std::uint64_t{block[1]} << 32);
      expected.push_back(block[2] | std::uint64_t{block[3]} << 32);
    }
    std::vector<std::uint64_t> words(expected.size());
    philox_lanes(state, first, words.data(), 3);
    EXPECT_EQ(words, expected) << first;
    words.assign(words.size(), 0);
    philox_lanes_portable(state, first, words.data(), 3);
    EXPECT_EQ(words, expected) << first;
  }
}

TEST(DeriveStream, EveryPartOfTheKeyMatters) {
  const StreamKey base{.seed = 5, .condition = "corruption/fog/3", .sample_id = 17, .restart = 1};
  const auto first_block = [](const StreamKey& key) { return derive_stream(key).block(0); };
  std::set<PhiloxCounter> blocks = {first_block(base)};
  for (int bit = 0; bit < 64; ++bit) {
    StreamKey key = base;
    key.seed ^= std::uint64_t{1} << bit;
    EXPECT_TRUE(blocks.insert(first_block(key)).second) << "seed, bit " << bit;
    key = base;
    key.sample_id ^= std::uint64_t{1} << bit;
    EXPECT_TRUE(blocks.insert(first_block(key)).second) << "sample, bit " << bit;
  }
  for (int bit = 0; bit < 32; ++bit) {
    StreamKey key = base;
    key.restart ^= 1U << bit;
    EXPECT_TRUE(blocks.insert(first_block(key)).second) << "restart, bit " << bit;
  }
  for (const char* condition : {"", "corruption/fog/2", "corruption/fog/3 ", "attack/pgd"}) {
    StreamKey key = base;
    key.condition = condition;
    EXPECT_TRUE(blocks.insert(first_block(key)).second) << condition;
  }
}

TEST(DeriveStream, NoTwoSamplesShareAStream) {
  std::set<std::array<std::uint32_t, 4>> identities;
  for (std::uint64_t sample = 0; sample < 20000; ++sample) {
    const PhiloxStreamState state =
        derive_stream({.seed = 0, .condition = "attack/pgd", .sample_id = sample, .restart = 0});
    identities.insert({state.key[0], state.key[1], state.salt[0], state.salt[1]});
  }
  EXPECT_EQ(identities.size(), 20000U);
}

}  // namespace
}  // namespace vitrobust

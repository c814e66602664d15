#include "eval/in_parts.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>

#include <new>

namespace vitrobust::eval {
namespace {

using testing::ElementsAre;

Batch make_batch(std::size_t samples) {
  Batch batch;
  for (std::size_t i = 0; i < samples; ++i) {
    batch.ids.push_back(100 + i);
    batch.labels.push_back(static_cast<int>(i));
    batch.images.emplace_back(1, 1);
  }
  batch.failed.push_back({.sample_id = 99, .error = "unreadable"});
  return batch;
}

/// Evaluates parts of at most `fits` samples, throws `Failure` for more, and keeps the sizes that were tried.
template <typename Failure>
struct Memory {
  std::size_t fits;
  std::vector<std::size_t> tried = {};

  std::vector<reports::Outcome> operator()(const Batch& part) {
    tried.push_back(part.ids.size());
    if (part.ids.size() > fits) throw_failure();
    std::vector<reports::Outcome> outcomes;
    for (std::size_t i = 0; i < part.ids.size(); ++i)
      outcomes.push_back({.sample_id = part.ids[i], .label = part.labels[i]});
    outcomes.insert(outcomes.end(), part.failed.begin(), part.failed.end());
    return outcomes;
  }

  static void throw_failure() {
    if constexpr (std::is_same_v<Failure, std::bad_alloc>)
      throw std::bad_alloc();
    else
      TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes");
  }
};

template <typename Failure>
class InParts : public testing::Test {};
using Failures = testing::Types<std::bad_alloc, c10::Error>;
TYPED_TEST_SUITE(InParts, Failures);

TYPED_TEST(InParts, HalvesUntilItFitsAndStaysThere) {
  Memory<TypeParam> memory{3};
  std::size_t largest = 16;
  const auto outcomes = evaluate_in_parts(make_batch(10), largest, true, std::ref(memory));
  EXPECT_THAT(memory.tried, ElementsAre(10, 5, 2, 2, 2, 2, 2));
  EXPECT_EQ(largest, 2U);
  ASSERT_EQ(outcomes.size(), 11U);
  std::vector<std::uint64_t> ids;
  for (const auto& outcome : outcomes) ids.push_back(outcome.sample_id);
  EXPECT_THAT(ids, testing::UnorderedElementsAre(99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109));
  for (const auto& outcome : outcomes) {
    if (outcome.sample_id == 99) continue;
    EXPECT_EQ(outcome.label, static_cast<int>(outcome.sample_id) - 100);
  }
  memory.tried.clear();
  (void)evaluate_in_parts(make_batch(4), largest, true, std::ref(memory));
  EXPECT_THAT(memory.tried, ElementsAre(2, 2));
}

TYPED_TEST(InParts, GivesUpWhereOneSampleDoesNotFitOrHalvingIsNotAllowed) {
  Memory<TypeParam> nothing{0};
  std::size_t largest = 8;
  EXPECT_THROW((void)evaluate_in_parts(make_batch(8), largest, true, std::ref(nothing)), TypeParam);
  EXPECT_THAT(nothing.tried, ElementsAre(8, 4, 2, 1));
  Memory<TypeParam> little{4};
  largest = 8;
  EXPECT_THROW((void)evaluate_in_parts(make_batch(8), largest, false, std::ref(little)), TypeParam);
  EXPECT_THAT(little.tried, ElementsAre(8));
}

TEST(InPartsErrors, OtherErrorsComeThrough) {
  std::size_t largest = 8;
  const auto broken = [](const Batch&) -> std::vector<reports::Outcome> { TORCH_CHECK(false, "a shape"); };
  EXPECT_THROW((void)evaluate_in_parts(make_batch(8), largest, true, broken), c10::Error);
  EXPECT_EQ(largest, 8U);
}

}  // namespace
}  // namespace vitrobust::eval

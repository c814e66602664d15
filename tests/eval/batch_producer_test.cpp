#include "eval/batch_producer.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/eval/fake_dataset.h"

namespace vitrobust::eval {
namespace {

using testing::ElementsAre;
using tests::FakeDataset;

data::PreprocessConfig eight_by_eight() {
  data::PreprocessConfig config;
  config.height = config.width = 8;
  return config;
}

std::vector<std::uint64_t> first_ids(std::uint64_t count) {
  std::vector<std::uint64_t> ids(count);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  return ids;
}

/// Every sample's pixels, whatever the batches.
std::vector<data::Image> all_images(std::size_t batch_size, int threads, const PlannedCorruption* corruption,
                                    std::uint64_t seed) {
  const FakeDataset dataset(23, 8);
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 23);
  BatchProducer producer(dataset, cache,
                         {.ids = first_ids(23),
                          .batch_size = batch_size,
                          .seed = seed,
                          .corruption = corruption,
                          .threads = threads});
  std::vector<data::Image> images;
  while (auto batch = producer.next())
    for (data::Image& image : batch->images) images.push_back(std::move(image));
  return images;
}

TEST(BatchProducer, HandsOutEverySampleInOrder) {
  const FakeDataset dataset(10, 8);
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 10);
  BatchProducer producer(dataset, cache, {.ids = {1, 4, 5, 9}, .batch_size = 3, .threads = 2});
  const std::optional<Batch> first = producer.next();
  EXPECT_THAT(first->ids, ElementsAre(1, 4, 5));
  EXPECT_THAT(first->labels, ElementsAre(1, 1, 2));
  EXPECT_EQ(first->images[1], dataset.load(4));
  EXPECT_THAT(producer.next()->ids, ElementsAre(9));
  EXPECT_FALSE(producer.next().has_value());
  EXPECT_FALSE(producer.next().has_value());
}

TEST(BatchProducer, CorruptedPixelsDependOnSeedAndSampleAlone) {
  const PlannedCorruption noise =
      plan_corruption(parse_condition("gaussian_noise:severity=3").stages.at(0)).value();
  const std::vector<data::Image> expected = all_images(1, 1, &noise, 5);
  ASSERT_EQ(expected.size(), 23U);
  for (const std::size_t batch_size : {7U, 64U})
    for (const int threads : {1, 2, 5}) EXPECT_EQ(all_images(batch_size, threads, &noise, 5), expected);
  EXPECT_NE(all_images(7, 2, &noise, 6), expected);
  EXPECT_NE(all_images(7, 2, nullptr, 5), expected);
}

TEST(BatchProducer, UnreadableImagesAreNamedAndTheRestGoesOn) {
  const FakeDataset dataset(4, 8, {1, 3});
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 4);
  BatchProducer producer(dataset, cache, {.ids = first_ids(4), .batch_size = 4, .threads = 2});
  const std::optional<Batch> batch = producer.next();
  EXPECT_THAT(batch->ids, ElementsAre(0, 2));
  ASSERT_EQ(batch->failed.size(), 2U);
  EXPECT_EQ(batch->failed[0].error, "fake/1: cannot be decoded");
  EXPECT_EQ(batch->failed[1].sample_id, 3U);
}

TEST(BatchProducer, OtherErrorsReachTheConsumer) {
  const FakeDataset dataset(4, 8);
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 2);  // samples 2 and 3 are outside the chunk: a bug of the caller
  BatchProducer producer(dataset, cache, {.ids = first_ids(4), .batch_size = 2, .threads = 2});
  EXPECT_TRUE(producer.next().has_value());
  EXPECT_THROW(producer.next(), std::out_of_range);
}

TEST(BatchProducer, CanBeLeftEarly) {
  const FakeDataset dataset(100, 8);
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 100);
  {
    BatchProducer producer(dataset, cache, {.ids = first_ids(100), .batch_size = 5, .threads = 2});
    producer.next();
  }
  EXPECT_LE(dataset.loads(), 25) << "at most two batches ahead, one in the making";
}

TEST(BatchProducer, HandsOutTheFramesOfSampleAfterSample) {
  const FakeDataset dataset(5, 8, {2});
  const data::PreprocessConfig preprocess = eight_by_eight();
  const auto translate = plan_perturbation(parse_condition("perturbation:sequence=translate").stages.at(0));
  ImageCache cache(dataset, preprocess);
  cache.reset(0, 5);
  BatchProducer producer(dataset, cache,
                         {.ids = first_ids(5), .batch_size = 3, .perturbation = &*translate, .threads = 2});
  const std::optional<Batch> batch = producer.next();
  EXPECT_THAT(batch->ids, ElementsAre(0, 1));
  EXPECT_EQ(batch->failed.size(), 1U);
  ASSERT_EQ(batch->images.size(), 82U);
  EXPECT_EQ(batch->images[20], dataset.load(0)) << "the middle frame is the image";
  EXPECT_EQ(batch->images[41 + 20], dataset.load(1));
}

TEST(ImageCache, WhatMovesIsCroppedAfterwards) {
  const FakeDataset dataset(1, 20);
  data::PreprocessConfig preprocess = eight_by_eight();
  preprocess.crop_pct = 0.5;
  const ImageCache square(dataset, preprocess);
  EXPECT_EQ(square.frame_side(), 8);
  preprocess.width = 12;
  const ImageCache oblong(dataset, preprocess);
  EXPECT_EQ(oblong.frame_side(), 0);
  EXPECT_EQ(oblong.get_uncropped(0).width, 12);
}

TEST(ImageCache, DecodesOnceAndFollowsTheChunk) {
  const FakeDataset dataset(6, 8);
  const data::PreprocessConfig preprocess = eight_by_eight();
  ImageCache cache(dataset, preprocess);
  cache.reset(3, 3);
  EXPECT_EQ(cache.get(4), dataset.load(4));
  const int loads = dataset.loads();
  EXPECT_EQ(cache.get(4), cache.get(4));
  EXPECT_EQ(dataset.loads(), loads);
  EXPECT_THROW(cache.get(2), std::out_of_range);
}

}  // namespace
}  // namespace vitrobust::eval

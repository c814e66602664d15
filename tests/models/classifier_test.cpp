#include "models/classifier.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/torch.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A network with a body that the test chooses, on 2 × 2 images and two classes.
class FakeClassifier final : public Classifier {
 public:
  using Body = std::function<at::Tensor(const at::Tensor&)>;
  FakeClassifier(std::int64_t lanes, Body body, at::ScalarType dtype = at::kDouble, bool padded = true)
      : Classifier({.classes = 2, .height = 2, .width = 2, .lanes = lanes, .padded = padded}, {0.5, 0.25, 0},
                   {0.5, 2, 4}, dtype),
        body_(std::move(body)) {}

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override { return body_(normalised); }

  Body body_;
};

/// Logits (sum of the normalised pixels, 0).
at::Tensor sum_of_pixels(const at::Tensor& x) {
  const auto sum = x.flatten(1).sum(1);
  return at::stack({sum, at::zeros_like(sum)}, 1);
}

at::Tensor grey(std::int64_t count, double value = 0.5) {
  return at::full({count, 3, 2, 2}, value, at::kDouble);
}

at::Tensor no_targets(std::int64_t count) {
  return at::zeros({count, 1}, at::kLong);
}

at::Tensor first_logit(const at::Tensor& logits, const at::Tensor&) {
  return logits.select(1, 0);
}

TEST(Classifier, NormalisesAndDifferentiatesThroughIt) {
  const FakeClassifier classifier(4, sum_of_pixels);
  const auto images = at::rand({6, 3, 2, 2}, at::kDouble);
  const auto mean = at::tensor({0.5, 0.25, 0.0}, at::kDouble).view({1, 3, 1, 1});
  const auto std = at::tensor({0.5, 2.0, 4.0}, at::kDouble).view({1, 3, 1, 1});
  const auto expected = ((images - mean) / std).flatten(1).sum(1);
  EXPECT_TRUE(tensors_near(classifier.logits(images).select(1, 0), expected, 1e-14));
  const auto result = classifier.loss_gradient(images, no_targets(6), first_logit);
  EXPECT_TRUE(tensors_near(result.loss, expected, 1e-14));
  EXPECT_TRUE(tensors_near(result.gradient, (1 / std).expand_as(images), 1e-15));
  EXPECT_FALSE(result.logits.requires_grad() || result.loss.requires_grad() ||
               result.gradient.requires_grad() || classifier.logits(images).requires_grad());
}

TEST(Classifier, GivesEveryPassAllLanesAndOneThread) {
  std::atomic<int> passes = 0;
  std::atomic<bool> as_promised = true;
  FakeClassifier classifier(4, [&](const at::Tensor& x) {
    ++passes;
    if (x.size(0) != 4 || at::get_num_threads() != 1) as_promised = false;
    return sum_of_pixels(x);
  });
  at::set_num_threads(4);  // the caller's own setting must not reach the passes
  classifier.set_threads(3);
  EXPECT_EQ(classifier.logits(grey(9)).sizes(), (std::vector<std::int64_t>{9, 2}));
  EXPECT_EQ(passes, 3);
  (void)classifier.loss_gradient(grey(4), no_targets(4),
                                 [&](const at::Tensor& logits, const at::Tensor& targets) {
                                   if (logits.size(0) != 4 || targets.size(0) != 4) as_promised = false;
                                   return first_logit(logits, targets);
                                 });
  EXPECT_EQ(passes, 4);
  EXPECT_TRUE(as_promised);
}

/// Where bits do not depend on a pass's length, passes are as few, as even and as short as they can be.
TEST(Classifier, PadsNothingWhereShortPassesAreAlike) {
  std::mutex mutex;
  std::vector<std::int64_t> sizes;
  FakeClassifier classifier(
      4,
      [&](const at::Tensor& x) {
        const std::scoped_lock lock(mutex);
        sizes.push_back(x.size(0));
        return sum_of_pixels(x);
      },
      at::kDouble, /*padded=*/false);
  const auto sizes_of = [&](std::int64_t samples, int threads) {
    classifier.set_threads(threads);
    sizes.clear();
    const auto images = at::rand({samples, 3, 2, 2}, at::kDouble);
    const auto logits = classifier.logits(images);
    const auto found = classifier.loss_gradient(images, no_targets(samples), first_logit);
    EXPECT_TRUE(logits.equal(found.logits));
    EXPECT_EQ(logits.size(0), samples);
    // Both calls make the same passes.
    std::vector<std::int64_t> once(sizes.begin(),
                                   sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2));
    std::ranges::sort(once);
    return once;
  };
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(sizes_of(1, 1), Sizes({1}));
  EXPECT_EQ(sizes_of(8, 1), Sizes({4, 4}));
  EXPECT_EQ(sizes_of(9, 1), Sizes({3, 3, 3}));
  EXPECT_EQ(sizes_of(3, 2), Sizes({1, 2}));
  EXPECT_EQ(sizes_of(2, 5), Sizes({1, 1}));
  EXPECT_EQ(sizes_of(0, 2), Sizes());
}

TEST(Classifier, WorksOnPartsWithAThreadForEach) {
  FakeClassifier classifier(2, sum_of_pixels);
  classifier.set_threads(3);
  EXPECT_EQ(classifier.threads(), 3);
  EXPECT_EQ(classifier.rows_at_once(), 6);
  std::vector<at::Tensor> logits(5);
  std::atomic<bool> alone = true;
  classifier.in_parallel(5, [&](std::int64_t part) {
    if (classifier.threads() != 1 || classifier.rows_at_once() != 2) alone = false;
    const auto here = std::this_thread::get_id();
    logits[static_cast<std::size_t>(part)] = classifier.logits(grey(5, 0.1 * static_cast<double>(part)));
    (void)classifier.loss_gradient(grey(3), no_targets(3),
                                   [&](const at::Tensor& z, const at::Tensor& targets) {
                                     if (std::this_thread::get_id() != here) alone = false;
                                     return first_logit(z, targets);
                                   });
  });
  EXPECT_TRUE(alone);
  EXPECT_EQ(classifier.threads(), 3);
  for (int part = 0; part < 5; ++part)
    EXPECT_TRUE(logits[static_cast<std::size_t>(part)].equal(classifier.logits(grey(5, 0.1 * part)))) << part;
}

TEST(Classifier, RethrowsTheFailureOfTheFirstPart) {
  FakeClassifier classifier(1, sum_of_pixels);
  classifier.set_threads(2);
  const auto fail_in_parts = [&] {
    classifier.in_parallel(2, [&](std::int64_t part) {
      if (part == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      (void)classifier.logits(grey(3));
      throw std::runtime_error("part " + std::to_string(part));
    });
  };
  EXPECT_THAT(fail_in_parts, testing::ThrowsMessage<std::runtime_error>("part 0"));
  EXPECT_EQ(classifier.logits(grey(2)).size(0), 2);
}

std::ptrdiff_t threads_of_this_process() {
  using Iterator = std::filesystem::directory_iterator;
  return std::distance(Iterator("/proc/self/task"), Iterator());
}

/// A matrix product that would be split over threads were LibTorch, OpenMP or MKL allowed to.
TEST(Classifier, KernelsStartNoThreadsOfTheirOwn) {
  at::set_num_threads(4);
  const auto matrix = at::rand({512, 512}, at::kDouble);
  FakeClassifier classifier(
      1, [&](const at::Tensor& x) { return sum_of_pixels(x) + at::matmul(matrix, matrix).relu().sum() * 0; });
  classifier.set_threads(2);
  const auto before = threads_of_this_process();
  EXPECT_TRUE(classifier.logits(grey(4)).isfinite().all().item<bool>());
  EXPECT_EQ(threads_of_this_process(), before);
}

TEST(Classifier, TakesNoImages) {
  const FakeClassifier classifier(4, sum_of_pixels, at::kFloat);
  const auto logits = classifier.logits(grey(0));
  EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(logits.scalar_type(), at::kFloat);
  const auto result = classifier.loss_gradient(grey(0), no_targets(0), first_logit);
  EXPECT_EQ(result.gradient.sizes(), (std::vector<std::int64_t>{0, 3, 2, 2}));
  EXPECT_EQ(result.loss.sizes(), (std::vector<std::int64_t>{0}));
}

TEST(Classifier, RefusesWrongImages) {
  const FakeClassifier classifier(2, sum_of_pixels);
  EXPECT_THROW((void)classifier.logits(at::zeros({1, 3, 2, 3})), InternalError);
  EXPECT_THROW((void)classifier.logits(at::zeros({3, 2, 2})), InternalError);
  EXPECT_THROW((void)classifier.logits(grey(1, -1e-9)), InternalError);
  EXPECT_THROW((void)classifier.logits(grey(1, 1 + 1e-9)), InternalError);
  auto images = grey(3);
  images[1][2][0][1] = kNan;
  EXPECT_THROW((void)classifier.logits(images), InternalError);
  EXPECT_THROW((void)classifier.loss_gradient(grey(2), no_targets(3), first_logit), InternalError);
  EXPECT_THROW((void)classifier.loss_gradient(grey(2), at::zeros({2}, at::kLong), first_logit),
               InternalError);
}

TEST(Classifier, SaysHowManyImagesHaveNoFiniteLogits) {
  const FakeClassifier classifier(2, [](const at::Tensor& x) { return 1 / sum_of_pixels(x).clamp(0, 1); });
  try {
    (void)classifier.logits(grey(3));
    FAIL() << "infinite logits were let through";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cells_failed);
    EXPECT_STREQ(error.what(), "the model's logits are NaN or infinite for 3 of 3 images");
  }
}

TEST(Classifier, RefusesGradientsThatAreNotFinite) {
  const FakeClassifier classifier(2, sum_of_pixels);
  const auto loss = [](const at::Tensor& logits, const at::Tensor&) {
    return (logits.select(1, 1) * 1e-300).sqrt() + logits.select(1, 0) / logits.select(1, 1).sqrt();
  };
  try {
    (void)classifier.loss_gradient(grey(5), no_targets(5), loss);
    FAIL() << "NaN gradients were let through";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cells_failed);
    EXPECT_THAT(error.what(), testing::HasSubstr("gradients are NaN or infinite for 5 of 5"));
  }
}

TEST(Classifier, RefusesALossThatIsNotOnePerRow) {
  const FakeClassifier classifier(2, sum_of_pixels);
  const auto mean = [](const at::Tensor& logits, const at::Tensor&) { return logits.mean(); };
  EXPECT_THROW((void)classifier.loss_gradient(grey(2), no_targets(2), mean), InternalError);
}

/// Passes 5 and 11 of 16 fail; pass 5 fails last. Its exception must reach the caller all the same.
TEST(Classifier, RethrowsTheFirstFailureByRowAndGoesOn) {
  FakeClassifier classifier(1, [](const at::Tensor& x) {
    const auto row = std::lround((x[0][0][0][0].item<double>() * 0.5 + 0.5) * 16);
    if (row == 5) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (row == 5 || row == 11) throw std::runtime_error("row " + std::to_string(row));
    return sum_of_pixels(x);
  });
  const auto images = (at::arange(16, at::kDouble) / 16).view({16, 1, 1, 1}).expand({16, 3, 2, 2});
  for (const int threads : {1, 2, 16}) {
    classifier.set_threads(threads);
    try {
      (void)classifier.logits(images);
      FAIL() << "the failure was swallowed";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "row 5") << threads;
    }
    EXPECT_EQ(classifier.logits(images.narrow(0, 0, 5)).size(0), 5) << threads;
  }
}

TEST(Classifier, RefusesFewerThanOneThreadOrLane) {
  FakeClassifier classifier(1, sum_of_pixels);
  EXPECT_THROW(classifier.set_threads(0), InternalError);
  EXPECT_EQ(classifier.logits(grey(2)).size(0), 2);
  EXPECT_THROW(FakeClassifier(0, sum_of_pixels), InternalError);
}

TEST(Classifier, ServesSeveralCallersAtOnce) {
  FakeClassifier classifier(2, sum_of_pixels);
  classifier.set_threads(2);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      const auto images = grey(i + 1, 0.2 * i);
      const auto expected = classifier.logits(images);
      for (int repeat = 0; repeat < 20; ++repeat) {
        if (!classifier.logits(images).equal(expected)) ++wrong;
        if (!classifier.loss_gradient(images, no_targets(i + 1), first_logit).logits.equal(expected)) ++wrong;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vitrobust::models

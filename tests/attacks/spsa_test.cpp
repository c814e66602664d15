#include "attacks/spsa.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

using Values = std::vector<double>;

struct Run {
  double epsilon, delta, learning_rate;
  std::int64_t iterations, samples;
};

struct Found {
  Values adversarial;
  bool broken = false;
  std::int64_t queries = 1;
};

/// The margin by which the label loses, one image at a time.
double margin(const models::Classifier& model, const Values& x, std::int64_t label) {
  const auto side = model.info().height;
  const at::Tensor logits = model.logits(at::tensor(x, at::kDouble).view({1, 3, side, side})).contiguous();
  const auto* z = logits.const_data_ptr<double>();
  double other = -INFINITY;
  for (std::int64_t i = 0; i < logits.size(1); ++i)
    if (i != label) other = std::max(other, z[i]);
  return other - z[label];
}

/// SPSA a second time, for one sample and with plain loops. At a pixel nearer than delta to 0 or 1 the two
/// points of a pair are nearer to each other.
Found spsa(const models::Classifier& model, const Values& clean, std::int64_t label, const Run& run,
           PhiloxSource source) {
  const std::size_t count = clean.size();
  Found found{clean, margin(model, clean, label) > 0};
  if (found.broken) return found;
  Values x = clean;
  Values mean(count, 0.0);
  Values square(count, 0.0);
  double best = -INFINITY;
  for (std::int64_t t = 1; t <= run.iterations; ++t) {
    Values gradient(count, 0.0);
    for (std::int64_t pair = 0; pair < run.samples; ++pair) {
      std::vector<std::uint64_t> words((count + 63) / 64);
      source.fill_words(words);
      Values up(count);
      Values down(count);
      Values v(count);
      for (std::size_t i = 0; i < count; ++i) {
        v[i] = (words[i / 64] >> (i % 64) & 1) == 1 ? 1 : -1;
        up[i] = std::clamp(x[i] + run.delta * v[i], 0.0, 1.0);
        down[i] = std::clamp(x[i] - run.delta * v[i], 0.0, 1.0);
      }
      const double difference = margin(model, up, label) - margin(model, down, label);
      for (std::size_t i = 0; i < count; ++i)
        gradient[i] += difference / (up[i] - down[i]) / static_cast<double>(run.samples);
    }
    for (std::size_t i = 0; i < count; ++i) {
      mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
      square[i] = 0.999 * square[i] + 0.001 * gradient[i] * gradient[i];
      const auto steps = static_cast<double>(t);
      const double step = run.learning_rate * mean[i] / (1 - std::pow(0.9, steps)) /
                          (std::sqrt(square[i] / (1 - std::pow(0.999, steps))) + 1e-8);
      x[i] = std::clamp(std::clamp(x[i] + step, clean[i] - run.epsilon, clean[i] + run.epsilon), 0.0, 1.0);
    }
    const double now = margin(model, x, label);
    found.queries += 2 * run.samples + 1;
    if (now > 0 || now >= best) found.adversarial = x;
    best = std::max(best, now);
    if (now > 0) {
      found.broken = true;
      return found;
    }
  }
  return found;
}

TEST(Spsa, EqualsASecondWritingSampleBySample) {
  const auto model = toy::make_conv(5, 5, 2, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 12, 4);
  const Run run{2.0 / 255, 0.01, 0.002, 6, 5};
  const AttackOutput output =
      toy::make("spsa:eps=2/255,iterations=6,samples=5,learning_rate=0.002")->run(*model, batch.input(), 9);
  std::int64_t broken = 0;
  for (std::int64_t i = 0; i < batch.images.size(0); ++i) {
    const at::Tensor image = batch.images[i].contiguous();
    const auto expected = spsa(
        *model, {image.const_data_ptr<double>(), image.const_data_ptr<double>() + image.numel()},
        batch.labels[i].item<std::int64_t>(), run,
        PhiloxSource(
            {.seed = 9, .condition = "attack/spsa", .sample_id = batch.ids[static_cast<std::size_t>(i)]}));
    EXPECT_EQ(output.broken[i].item<bool>(), expected.broken) << i;
    EXPECT_EQ(output.queries[i].item<std::int64_t>(), expected.queries) << i;
    EXPECT_LT(toy::distance(output.adversarial[i].reshape(-1), at::tensor(expected.adversarial, at::kDouble)),
              1e-11)
        << i;
    if (expected.broken && expected.queries > 1) ++broken;
  }
  EXPECT_GT(broken, 0) << "the climb itself breaks some";
  EXPECT_LT(output.broken.sum().item<std::int64_t>(), batch.images.size(0)) << "and some survive it";
}

TEST(Spsa, CostBoundsThePasses) {
  EXPECT_EQ(toy::make("spsa")->cost(), 1 + 100 * 257);
}

}  // namespace
}  // namespace vitrobust::attacks

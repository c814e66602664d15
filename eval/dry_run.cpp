#include "eval/dry_run.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "attacks/losses.h"

namespace vitrobust::eval {
namespace {

constexpr int kTimedPasses = 3;

template <typename Body>
double best_seconds(Body body) {
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < kTimedPasses; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string line(const std::string& label, const std::string& forward, const std::string& backward,
                 const std::string& time) {
  return fmt::format("{:<44}{:>16}{:>16}{:>14}\n", label, forward, backward, time);
}

}  // namespace

PassTimes measure_passes(const models::Classifier& classifier, std::int64_t batch) {
  const models::ClassifierInfo& info = classifier.info();
  const at::Tensor images = at::full({batch, 3, info.height, info.width}, 0.5, classifier.dtype());
  const at::Tensor labels = at::zeros({batch, 1}, at::kLong);
  const auto n = static_cast<double>(batch);
  const double forward = best_seconds([&] { (void)classifier.logits(images); }) / n;
  const double both =
      best_seconds([&] { (void)classifier.loss_gradient(images, labels, attacks::cross_entropy); }) / n;
  return {.forward = forward, .backward = std::max(both - forward, 0.0)};
}

std::string dry_run_table(std::span<const PlannedCell> plan, std::uint64_t samples, PassTimes times) {
  std::string text = line("", "forward", "backward", "time");
  std::uint64_t forward = 0;
  std::uint64_t backward = 0;
  const auto time_of = [&](std::uint64_t forwards, std::uint64_t backwards) {
    return duration_text(static_cast<double>(forwards) * times.forward +
                         static_cast<double>(backwards) * times.backward);
  };
  for (const PlannedCell& cell : plan) {
    const std::uint64_t forwards = samples * cell.cost;
    const std::uint64_t backwards = samples * cell.backward_passes;
    text += line(cell.slug, grouped(forwards), grouped(backwards), time_of(forwards, backwards));
    forward += forwards;
    backward += backwards;
  }
  text += line("at most, in all", grouped(forward), grouped(backward), time_of(forward, backward));
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  const std::int64_t minutes = whole / 60;
  if (minutes < 24 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / (24 * 60), minutes / 60 % 24);
}

}  // namespace vitrobust::eval

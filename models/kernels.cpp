#include "models/kernels.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "core/error.h"
#include "models/frozen_linear.h"

namespace vitrobust::models {
namespace {

constexpr std::array<std::pair<Kernels, const char*>, 4> kNames{{
    {Kernels::plain, "plain"},
    {Kernels::mkl, "mkl"},
    {Kernels::onednn, "onednn"},
    {Kernels::bf16, "bf16"},
}};

/// Of this thread only, so that what else the machine does counts little.
double processor_seconds() {
  timespec now{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
    throw InternalError("the thread's processor time cannot be read");
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The best of a few products forwards and backwards, after one that warms up.
double product_seconds(Kernels kernels, const at::Tensor& x, const at::Tensor& weight) {
  constexpr int kRounds = 5;
  const FrozenLinear forwards(weight, {}, kernels);
  const FrozenLinear backwards(weight.t().contiguous(), {}, kernels);
  double best = 0;
  for (int round = 0; round <= kRounds; ++round) {
    const double start = processor_seconds();
    (void)backwards.forward(forwards.forward(x));
    const double seconds = processor_seconds() - start;
    if (round > 0) best = round == 1 ? seconds : std::min(best, seconds);
  }
  return best;
}

}  // namespace

std::string to_string(Kernels kernels) {
  for (const auto& [known, name] : kNames)
    if (known == kernels) return name;
  throw InternalError("kernels without a name");
}

Kernels parse_kernels(const std::string& text) {
  for (const auto& kernels : kExactKernels)
    if (to_string(kernels) == text) return kernels;
  throw UsageError(fmt::format("unknown kernels '{}'", text), "known: auto, plain, mkl, onednn");
}

Kernels fastest_kernels(std::int64_t rows, std::int64_t width, std::int64_t hidden) {
  constexpr double kMargin = 1.25;
  if (!has_onednn()) return Kernels::mkl;
  const at::NoGradGuard no_grad;
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor x = at::full({rows, width}, 0.5, at::kFloat);
  const at::Tensor weight = at::full({hidden, width}, 0.25, at::kFloat);
  const double onednn = product_seconds(Kernels::onednn, x, weight);
  const double mkl = product_seconds(Kernels::mkl, x, weight);
  at::set_num_threads(threads);
  return mkl * kMargin < onednn ? Kernels::mkl : Kernels::onednn;
}

}  // namespace vitrobust::models

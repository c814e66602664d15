#include "models/kernels.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "core/error.h"
#include "models/frozen_linear.h"
#include "models/one_thread.h"
#include "models/onednn.h"
#include "models/panel_product.h"

namespace vitrobust::models {
namespace {

constexpr std::array<std::pair<Kernels, const char*>, 7> kNames{{
    {Kernels::plain, "plain"},
    {Kernels::mkl, "mkl"},
    {Kernels::onednn, "onednn"},
    {Kernels::avx512, "avx512"},
    {Kernels::bf16_linear, "bf16_linear"},
    {Kernels::bf16_onednn, "bf16_onednn"},
    {Kernels::bf16_avx512, "bf16_avx512"},
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

namespace {

std::optional<Kernels> find_kernels(std::span<const Kernels> among, const std::string& name) {
  const auto found = std::ranges::find(among, name, to_string);
  return found == among.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::string to_string(Kernels kernels) {
  for (const auto& [known, name] : kNames)
    if (known == kernels) return name;
  throw InternalError("kernels without a name");
}

Kernels parse_kernels(const std::string& text) {
  if (const auto kernels = find_kernels(kExactKernels, text)) return *kernels;
  throw UsageError(fmt::format("unknown kernels '{}'", text), "known: auto, plain, mkl, onednn, avx512");
}

Kernels parse_search_kernels(const std::string& text) {
  if (const auto kernels = find_kernels(kReducedKernels, text)) return *kernels;
  throw InputError("", fmt::format("the run searched with unknown kernels '{}'", text),
                   "it was made by another version: begin anew with another --out");
}

bool is_reduced(Kernels kernels) {
  return std::ranges::find(kReducedKernels, kernels) != kReducedKernels.end();
}

bool uses_panels(Kernels kernels) {
  return kernels == Kernels::avx512 || kernels == Kernels::bf16_avx512;
}

bool has_kernels(Kernels kernels) {
  switch (kernels) {
    case Kernels::onednn:
      return has_onednn();
    case Kernels::bf16_onednn:
      return has_onednn_bf16();
    case Kernels::avx512:
    case Kernels::bf16_avx512:
      return has_panel_products(is_reduced(kernels));
    case Kernels::plain:
    case Kernels::mkl:
    case Kernels::bf16_linear:
      return true;
  }
  throw InternalError("kernels without a requirement");
}

Kernels fastest_kernels(std::int64_t rows, std::int64_t width, std::int64_t hidden, bool reduced) {
  constexpr double kMargin = 1.25;
  constexpr std::array kExact = {Kernels::avx512, Kernels::onednn, Kernels::mkl};
  const at::NoGradGuard no_grad;
  const OneThread one_thread;
  const at::Tensor x = at::full({rows, width}, 0.5, at::kFloat);
  const at::Tensor weight = at::full({hidden, width}, 0.25, at::kFloat);
  std::optional<Kernels> fastest;
  double fastest_seconds = 0;
  for (const Kernels kernels : reduced ? kReducedKernels : kExact) {
    if (!has_kernels(kernels)) continue;
    const double seconds = product_seconds(kernels, x, weight);
    if (fastest && seconds * kMargin >= fastest_seconds) continue;
    fastest = kernels;
    fastest_seconds = seconds;
  }
  return fastest.value();
}

}  // namespace vitrobust::models

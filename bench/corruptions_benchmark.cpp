// Milliseconds per 224×224 image of every corruption, flavour and severity, on one thread, from Philox; and
// of copying the image, the least that any of them can cost.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <opencv2/core.hpp>

#include "core/memory.h"
#include "core/random.h"
#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace {

using namespace vitrobust;
using namespace vitrobust::corruptions;

constexpr int kSize = 224;

void copy_image(benchmark::State& state) {
  const data::Image image = draw_scene(kSize, kSize);
  data::Image copy(kSize, kSize);
  for (auto _ : state) {
    std::memcpy(copy.pixels.data(), image.pixels.data(), image.pixels.size());
    benchmark::DoNotOptimize(copy.pixels.data());
    benchmark::ClobberMemory();
  }
}

/// Every image has its own random stream, as in a run.
void corrupt(benchmark::State& state, const CorruptionEntry& entry, Flavour flavour, int severity) {
  const data::Image image = draw_scene(kSize, kSize);
  std::uint64_t sample = 0;
  for (auto _ : state) {
    PhiloxSource random({.seed = 0, .condition = entry.name, .sample_id = sample++, .restart = 0});
    benchmark::DoNotOptimize(entry.apply(image, {.severity = severity,
                                                 .set = entry.sets.front(),
                                                 .flavour = flavour,
                                                 .frost = nullptr,
                                                 .random = random}));
  }
}

void register_all() {
  benchmark::RegisterBenchmark("copy", copy_image)->Unit(benchmark::kMillisecond);
  for (const CorruptionEntry& entry : corruption_table()) {
    for (const Flavour flavour : {Flavour::hendrycks, Flavour::imagecorruptions}) {
      for (int severity = 1; severity <= 5; ++severity)
        benchmark::RegisterBenchmark(
            fmt::format("{}/{}/{}", entry.name, to_string(flavour), severity).c_str(),
            [&entry, flavour, severity](benchmark::State& state) {
              corrupt(state, entry, flavour, severity);
            })
            ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  cv::setNumThreads(1);
  register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

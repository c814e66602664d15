#include <gtest/gtest.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "models/load.h"
#include "tests/models/make_checkpoint.h"
#include "tests/process_memory.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

/// A checkpoint of 22 million parameters, from the file to a classifier that has run: the trial passes are in
/// it.
TEST(LoadMemory, TakesLittleMoreThanTheFile) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps freed memory and takes its time";
#endif
  const tests::TemporaryFolder folder;
  VisionTransformerOptions options;
  options.embed_dim = 384;
  options.num_heads = 6;
  options.mlp_hidden = 1536;
  tests::make_checkpoint(folder.path(), options);
  const auto bytes = static_cast<double>(std::filesystem::file_size(folder / "model.safetensors"));
  // What LibTorch itself takes on its first passes is not the checkpoint's.
  tests::make_checkpoint(folder / "small", tests::tiny_options());
  load_model(folder / "small", {});
  if (!tests::reset_peak()) GTEST_SKIP() << "this system does not count the peak of a process's memory anew";
  const double before = tests::status_bytes("VmRSS");
  const auto start = std::chrono::steady_clock::now();
  const LoadedModel model = load_model(folder.path(), {});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double taken = tests::status_bytes("VmHWM") - before;
  RecordProperty("seconds", std::to_string(seconds.count()));
  RecordProperty("ratio", std::to_string(taken / bytes));
  std::printf("loaded %.1f MB in %.3f s, peak memory %.3f of it\n", bytes / 1e6, seconds.count(),
              taken / bytes);
  EXPECT_LT(taken, 1.2 * bytes);
}

}  // namespace
}  // namespace vitrobust::models

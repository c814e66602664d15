#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/e2e/process.h"
#include "tests/temporary_folder.h"

namespace vitrobust::tests {

/// A checkpoint folder with random weights for 32×32 images and ten classes, made by vitrobust-train.
inline void make_random_checkpoint(const std::string& folder, const std::string& attention, int seed) {
  const Finished made = run_program(
      "vitrobust-train", {"--img-size", "32",  "--patch-size", "8",       "--embed-dim", "32",
                          "--depth",    "2",   "--heads",      "2",       "--classes",   "10",
                          "--epochs",   "0",   "--attention",  attention, "--seed",      std::to_string(seed),
                          "--out",      folder});
  ASSERT_EQ(made.code, 0) << made.err;
}

/// `vitrobust run` on the embedded images with these further arguments.
inline Finished run_on_glyphs(const std::string& checkpoint, const std::string& out,
                              const std::vector<std::string>& extra) {
  std::vector<std::string> arguments = {"run",    "--checkpoint", checkpoint, "--data",
                                        "glyphs", "--out",        out,        "--quiet"};
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  return run_program("vitrobust", arguments);
}

inline Json report_of(const std::string& folder) {
  return read_json(folder + "/report.json");
}

inline Json stable_report_of(const std::string& folder) {
  Json report = report_of(folder);
  report.erase("volatile");
  return report;
}

}  // namespace vitrobust::tests

#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "core/terminal.h"

namespace vitrobust {

/// Shows how far a run is, on stderr: one live line on a terminal (at most 10 times a second), a plain line
/// now and then elsewhere, nothing when quiet. Not thread-safe: one thread reports.
class Progress {
 public:
  /// @param plain_interval time between the lines where there is no terminal
  Progress(std::uint64_t total_work, bool quiet, std::FILE* stream = stderr,
           std::chrono::milliseconds plain_interval = std::chrono::seconds(10));
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Names what is being worked on, e.g. "[3/12] pgd:eps=8/255".
  void stage(std::string label);
  /// Adds finished work, in the unit of `total_work` (forward passes, say) and in images for the rate shown.
  void advance(std::uint64_t work, std::uint64_t images);
  /// Prints a line of its own without tearing the live line.
  void message(const std::string& text);
  /// Removes the live line.
  void finish();

 private:
  void show(bool force);
  [[nodiscard]] std::string line() const;
  void clear();

  using Clock = std::chrono::steady_clock;
  std::FILE* stream_;
  Terminal terminal_;
  bool quiet_;
  std::chrono::milliseconds interval_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::uint64_t stage_images_ = 0;
  std::string label_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point stage_started_ = started_;
  Clock::time_point shown_ = started_;
  bool live_ = false;
};

/// "45 s", "3 min 20 s", "2 h 05 min".
std::string duration_text(double seconds);

}  // namespace vitrobust

#include "core/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace vitrobust {

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(std::uint64_t total_work, bool quiet, std::FILE* stream,
                   std::chrono::milliseconds plain_interval)
    : stream_(stream),
      terminal_(detect_terminal(stream)),
      quiet_(quiet),
      interval_(terminal_.interactive ? std::chrono::milliseconds(100) : plain_interval),
      total_(std::max<std::uint64_t>(total_work, 1)) {}

Progress::~Progress() {
  finish();
}

void Progress::stage(std::string label) {
  label_ = std::move(label);
  stage_images_ = 0;
  stage_started_ = Clock::now();
  show(terminal_.interactive);
}

void Progress::advance(std::uint64_t work, std::uint64_t images) {
  done_ += work;
  stage_images_ += images;
  show(false);
}

std::string Progress::line() const {
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  const double in_stage = std::chrono::duration<double>(now - stage_started_).count();
  const double fraction = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  std::string text = fmt::format("{:3.0f} %  {}", 100 * fraction, label_);
  if (stage_images_ > 0 && in_stage > 0)
    text += fmt::format("  {:.1f} images/s", static_cast<double>(stage_images_) / in_stage);
  if (fraction > 0.01 && elapsed > 1)
    text += fmt::format("  {} left", duration_text(elapsed * (1 - fraction) / fraction));
  return text;
}

void Progress::show(bool force) {
  if (quiet_) return;
  const auto now = Clock::now();
  if (!force && now - shown_ < interval_) return;
  shown_ = now;
  if (terminal_.interactive) {
    const std::string text = line();
    fmt::print(stream_, "\r\033[2K{}", first_columns(text, static_cast<std::size_t>(terminal_.width)));
    live_ = true;
  } else {
    fmt::print(stream_, "{}\n", line());
  }
  std::fflush(stream_);
}

void Progress::clear() {
  if (live_) fmt::print(stream_, "\r\033[2K");
  live_ = false;
}

void Progress::message(const std::string& text) {
  clear();
  fmt::print(stream_, "{}\n", text);
  std::fflush(stream_);
}

void Progress::finish() {
  clear();
  std::fflush(stream_);
}

}  // namespace vitrobust

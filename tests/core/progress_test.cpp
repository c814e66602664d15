#include "core/progress.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "tests/core/pseudo_terminal.h"

namespace vitrobust {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

/// A temporary file and what has been written to it.
class Sink {
 public:
  Sink() : file_(std::tmpfile()) {}
  ~Sink() { std::fclose(file_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  [[nodiscard]] std::FILE* stream() const { return file_; }
  [[nodiscard]] std::string text() const {
    std::rewind(file_);
    std::string result(4096, '\0');
    result.resize(std::fread(result.data(), 1, result.size(), file_));
    return result;
  }

 private:
  std::FILE* file_;
};

TEST(DurationText, HasTwoUnitsAtMost) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(44.6), "45 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
  EXPECT_EQ(duration_text(360000), "100 h 00 min");
}

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  const Sink sink;
  Progress progress(200, false, sink.stream(), 0ms);
  progress.stage("[1/2] fog:severity=3");
  progress.advance(50, 50);
  progress.finish();
  const std::string text = sink.text();
  EXPECT_THAT(text, HasSubstr("0 %  [1/2] fog:severity=3\n"));
  EXPECT_THAT(text, HasSubstr(" 25 %  [1/2] fog:severity=3"));
  EXPECT_THAT(text, HasSubstr("images/s"));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\033"))));
}

TEST(Progress, WritesPlainLinesOnlyNowAndThen) {
  const Sink sink;
  Progress progress(100, false, sink.stream(), 1h);
  progress.stage("pgd");
  for (int i = 0; i < 100; ++i) progress.advance(1, 1);
  progress.finish();
  EXPECT_EQ(sink.text(), "");
}

TEST(Progress, QuietShowsMessagesOnly) {
  const Sink sink;
  Progress progress(100, true, sink.stream(), 0ms);
  progress.stage("pgd");
  progress.advance(10, 10);
  progress.message("warning: 1 image does not decode");
  progress.finish();
  EXPECT_EQ(sink.text(), "warning: 1 image does not decode\n");
}

TEST(Progress, NeverExceedsAHundredPercent) {
  const Sink sink;
  Progress progress(0, false, sink.stream(), 0ms);
  progress.stage("pgd");
  progress.advance(1000, 1);
  EXPECT_THAT(sink.text(), HasSubstr("100 %"));
}

TEST(Progress, KeepsOneLiveLineOnATerminal) {
  const tests::EnvironmentVariable term("TERM", "xterm");
  const tests::PseudoTerminal terminal(30);
  Progress progress(10, false, terminal.stream());
  progress.stage("[1/2] a label that is far too long for the line, with µ and ≥");
  const std::string live = terminal.shown();
  EXPECT_THAT(live, AllOf(HasSubstr("\r\033[2K  0 %  [1/2] a label"), Not(HasSubstr("\n"))));
  EXPECT_LE(display_width(live), 30 + std::string("\r\033[2K").size());

  progress.advance(1, 1);
  EXPECT_EQ(terminal.shown(), "") << "at most ten times a second";
  std::this_thread::sleep_for(120ms);
  progress.advance(1, 1);
  EXPECT_THAT(terminal.shown(), HasSubstr(" 20 %"));

  progress.message("a warning");
  EXPECT_THAT(terminal.shown(), HasSubstr("\r\033[2Ka warning\r\n"));
  progress.stage("next");
  EXPECT_THAT(terminal.shown(), HasSubstr("next"));
  progress.finish();
  EXPECT_EQ(terminal.shown(), "\r\033[2K");
}

}  // namespace
}  // namespace vitrobust

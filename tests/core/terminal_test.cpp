#include "core/terminal.h"

#include <gtest/gtest.h>

#include "tests/core/pseudo_terminal.h"

namespace vitrobust {
namespace {

using tests::EnvironmentVariable;
using tests::PseudoTerminal;

TEST(Terminal, PrintableLeavesTextAloneAndDisarmsControls) {
  EXPECT_EQ(printable("ViT-Ti/16 – déjà vu"), "ViT-Ti/16 – déjà vu");
  EXPECT_EQ(printable("a\033[31mb\nc\x7f"), "a?[31mb?c?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "?31m");
}

TEST(DetectTerminal, ATerminalHasColourAndWidth) {
  const EnvironmentVariable no_color("NO_COLOR", nullptr);
  const EnvironmentVariable term("TERM", "xterm");
  const PseudoTerminal pseudo(72);
  const Terminal terminal = detect_terminal(pseudo.stream());
  EXPECT_TRUE(terminal.interactive);
  EXPECT_TRUE(terminal.colour);
  EXPECT_EQ(terminal.width, 72);
}

TEST(DetectTerminal, NoColorTurnsColourOffUnlessItIsEmpty) {
  const EnvironmentVariable term("TERM", "xterm");
  const PseudoTerminal pseudo(72);
  {
    const EnvironmentVariable no_color("NO_COLOR", "1");
    EXPECT_FALSE(detect_terminal(pseudo.stream()).colour);
    EXPECT_TRUE(detect_terminal(pseudo.stream()).interactive);
  }
  const EnvironmentVariable no_color("NO_COLOR", "");
  EXPECT_TRUE(detect_terminal(pseudo.stream()).colour);
}

TEST(DetectTerminal, ADumbTerminalOrAFileIsPlain) {
  const EnvironmentVariable no_color("NO_COLOR", nullptr);
  {
    const EnvironmentVariable term("TERM", "dumb");
    const PseudoTerminal pseudo(72);
    EXPECT_FALSE(detect_terminal(pseudo.stream()).interactive);
    EXPECT_FALSE(detect_terminal(pseudo.stream()).colour);
  }
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(detect_terminal(file).interactive);
  EXPECT_FALSE(detect_terminal(file).colour);
  EXPECT_EQ(detect_terminal(file).width, 100);
  std::fclose(file);
}

TEST(Styled, OnlyWhereThereIsColour) {
  EXPECT_EQ(styled({.interactive = true, .colour = true}, Style::red, "no"), "\033[31mno\033[0m");
  EXPECT_EQ(styled({.interactive = true, .colour = true}, Style::plain, "no"), "no");
  EXPECT_EQ(styled({.interactive = true, .colour = false}, Style::red, "no"), "no");
}

TEST(DisplayWidth, CountsCharactersNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("8/255"), 5U);
  EXPECT_EQ(display_width("≥ 3 µs…"), 7U);
}

TEST(FirstColumns, NeverCutsACharacter) {
  EXPECT_EQ(first_columns("a≥b", 0), "");
  EXPECT_EQ(first_columns("a≥b", 1), "a");
  EXPECT_EQ(first_columns("a≥b", 2), "a≥");
  EXPECT_EQ(first_columns("a≥b", 3), "a≥b");
  EXPECT_EQ(first_columns("a≥b", 9), "a≥b");
}

}  // namespace
}  // namespace vitrobust

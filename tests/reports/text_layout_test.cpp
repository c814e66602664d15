#include "reports/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrobust::reports {
namespace {

using ::testing::ElementsAre;

TEST(TextLayout, PadsByColumnsNotBytes) {
  EXPECT_EQ(pad_right("±1", 4), "±1  ");
  EXPECT_EQ(pad_left("±1", 4), "  ±1");
  EXPECT_EQ(pad_left("12345", 4), "12345");
}

TEST(TextLayout, WrapsAtSpaces) {
  EXPECT_THAT(wrap("one two three", 20, 2), ElementsAre("one two three"));
  EXPECT_THAT(wrap("one two three", 8, 2), ElementsAre("one two", "  three"));
  EXPECT_THAT(wrap("incomprehensible word", 8, 2), ElementsAre("incomprehensible", "  word"));
  EXPECT_THAT(wrap("", 8, 2), ElementsAre(""));
}

TEST(TextLayout, Superscripts) {
  EXPECT_EQ(superscript(1), "¹");
  EXPECT_EQ(superscript(120), "¹²⁰");
}

}  // namespace
}  // namespace vitrobust::reports

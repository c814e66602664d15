#include "data/png_profile.h"

#include <gtest/gtest.h>

#include <string>

namespace vitrobust::data {
namespace {

using namespace std::string_literals;

std::string chunk(const std::string& type, const std::string& contents) {
  const auto length = static_cast<char>(contents.size());
  return "\0\0\0"s + length + type + contents + "CRC!";
}

const std::string kSignature = "\x89PNG\r\n\x1a\n";

TEST(PngProfile, RemovesProfilesAndNothingElse) {
  const std::string before = chunk("IHDR", "header");
  const std::string after = chunk("IDAT", "iCCP in the data") + chunk("IEND", "");
  EXPECT_EQ(without_colour_profile(kSignature + before + chunk("iCCP", "odd profile") + after),
            kSignature + before + after);
  EXPECT_EQ(without_colour_profile(kSignature + before + after), kSignature + before + after);
}

TEST(PngProfile, CopiesWhatIsMalformed) {
  const std::string too_long = kSignature + "\x7f\xff\xff\xffiCCP" + "abc";
  for (const std::string& bytes : {""s, "PNG"s, kSignature, kSignature + "\0\0"s, too_long,
                                   kSignature + chunk("iCCP", "abc").substr(0, 13)})
    EXPECT_EQ(without_colour_profile(bytes), bytes);
}

}  // namespace
}  // namespace vitrobust::data

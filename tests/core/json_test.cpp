#include "core/json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "tests/temporary_folder.h"

namespace vitrobust {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string parse_error(std::string_view text) {
  try {
    return "accepted as " + parse_json(text, "x.json").dump();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("x.json: "));
    return error.what();
  }
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse_json(R"({"b": 1, "a": [true, null, "é"], "c": {}})", "x.json").dump(),
            R"({"b":1,"a":[true,null,"é"],"c":{}})");
}

TEST(ParseJson, RefusesDuplicateKeysWhereverTheyAre) {
  EXPECT_THAT(parse_error(R"({"a": 1, "a": 2})"), HasSubstr("duplicate JSON key 'a'"));
  EXPECT_THAT(parse_error(R"([{"x": {"b": 1, "c": 2, "b": 3}}])"), HasSubstr("duplicate JSON key 'b'"));
  EXPECT_NO_THROW(parse_json(R"({"a": {"a": 1}, "b": {"a": 1}, "c": [{"a": 1}, {"a": 2}]})", "x.json"));
}

TEST(ParseJson, RefusesMoreThan64Levels) {
  EXPECT_NO_THROW(parse_json(nested(64), "x.json"));
  EXPECT_THAT(parse_error(nested(65)), HasSubstr("deeper than 64"));
  EXPECT_THAT(parse_error(nested(1000000)), HasSubstr("deeper than 64"));
  EXPECT_THAT(parse_error(std::string(1000000, '[')), HasSubstr("deeper than 64"));
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", " ", "NaN", "[Infinity]", "{'a': 1}", "{\"a\": 1,}", "[1] 2", "{} {}",
                           "// c\n1", "[01]", "\"\x01\"", "\"\xff\"", "{\"a\"", "tru"})
    EXPECT_THAT(parse_error(text), HasSubstr("not valid JSON")) << text;
}

TEST(ParseJson, NamesLineAndColumn) {
  EXPECT_THAT(parse_error("{\n  \"a\": 1,\n  \"b\": ?\n}"), HasSubstr("line 3, column 8"));
  EXPECT_THAT(parse_error("?"), HasSubstr("line 1, column 1"));
}

TEST(ParseJson, RefusesANumberOutOfRange) {
  EXPECT_THAT(parse_error("[1e400]"), HasSubstr("out of range"));
  EXPECT_EQ(parse_json("18446744073709551615", "x.json").get<std::uint64_t>(),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(ReadJson, ReadsFilesUpToALimit) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "a.json", "[1, 2]");
  EXPECT_EQ(read_json(folder / "a.json").size(), 2U);
  EXPECT_THROW(read_json(folder / "a.json", 3), InputError);
  EXPECT_THROW(read_json(folder / "b.json"), InputError);
}

TEST(DumpJson, RefusesWhatJsonCannotSay) {
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const Json json = {{"rows", Json::array({1, Json{{"accuracy", value}}})}};
    try {
      dump_json(json);
      FAIL() << "wrote " << value;
    } catch (const InternalError& error) {
      EXPECT_THAT(error.what(), HasSubstr("/rows/1/accuracy"));
    }
  }
  EXPECT_THROW(dump_json(Json(std::nan(""))), InternalError);
}

TEST(DumpJson, DoublesSurvive) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 8.0 / 255})
    EXPECT_EQ(parse_json(dump_json(Json(value)), "x.json").get<double>(), value);
  EXPECT_EQ(dump_json(Json{{"a", 0.1}}), "{\n  \"a\": 0.1\n}\n");
}

TEST(JsonGet, ConvertsOrSaysWhatIsWrong) {
  const Json json = {{"n", 3},      {"name", "vit"}, {"big", 5000000000},
                     {"half", 0.5}, {"yes", true},   {"none", nullptr}};
  EXPECT_EQ(json_get<int>(json, "n", "c.json"), 3);
  EXPECT_EQ(json_get<double>(json, "n", "c.json"), 3.0);
  EXPECT_EQ(json_get<std::string>(json, "name", "c.json"), "vit");
  EXPECT_EQ(json_get<std::int64_t>(json, "big", "c.json"), 5000000000);
  EXPECT_TRUE(json_get<bool>(json, "yes", "c.json"));
  EXPECT_THROW(json_get<int>(json, "absent", "c.json"), InputError);
  EXPECT_THROW(json_get<int>(json, "name", "c.json"), InputError);
  EXPECT_THROW(json_get<int>(Json::array(), "n", "c.json"), InputError);
  try {
    json_get<int>(json, "name", "c.json: model");
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("c.json: model"), HasSubstr("'name'"), HasSubstr("a string")));
  }
}

TEST(JsonGet, NeverRoundsWrapsOrReadsABooleanAsANumber) {
  const Json json = {{"half", 0.5}, {"minus", -1}, {"big", 5000000000},
                     {"yes", true}, {"one", 1},    {"mixed", {1, 2.5}}};
  EXPECT_THROW(json_get<int>(json, "half", "c"), InputError);
  EXPECT_THROW(json_get<std::uint64_t>(json, "minus", "c"), InputError);
  EXPECT_THROW(json_get<int>(json, "big", "c"), InputError);
  EXPECT_THROW(json_get<int>(json, "yes", "c"), InputError);
  EXPECT_THROW(json_get<double>(json, "yes", "c"), InputError);
  EXPECT_THROW(json_get<bool>(json, "one", "c"), InputError);
  EXPECT_THROW(json_get<std::vector<int>>(json, "mixed", "c"), InputError);
  EXPECT_THROW(json_get<std::vector<int>>(json, "one", "c"), InputError);
  EXPECT_EQ(json_get<std::vector<double>>(json, "mixed", "c"), (std::vector<double>{1, 2.5}));
}

TEST(JsonGetOr, FallsBackOnlyWhenThereIsNothing) {
  const Json json = {{"n", 3}, {"none", nullptr}};
  EXPECT_EQ(json_get_or<int>(json, "n", 7, "c.json"), 3);
  EXPECT_EQ(json_get_or<int>(json, "none", 7, "c.json"), 7);
  EXPECT_EQ(json_get_or<int>(json, "absent", 7, "c.json"), 7);
  EXPECT_THROW(json_get_or<std::string>(json, "n", "x", "c.json"), InputError);
}

}  // namespace
}  // namespace vitrobust

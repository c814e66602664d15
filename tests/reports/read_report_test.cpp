#include "reports/read_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "tests/reports/sample_reports.h"
#include "tests/temporary_folder.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What read_report() says of a file of this text.
std::string error_of(const std::string& text) {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "report.json";
  write_file_atomically(path, text);
  try {
    read_report(path);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "no error";
}

TEST(ReadReport, ReadsWhatWasWritten) {
  const tests::TemporaryFolder folder;
  const Json report = tests::sample_report("standard", 0.1);
  write_file_atomically(folder / "report.json", dump_json(report));
  EXPECT_EQ(dump_json(read_report(folder / "report.json")), dump_json(report));
}

TEST(ReadReport, NoSuchFile) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(read_report(folder / "report.json"), InputError);
  EXPECT_THROW(read_report(folder.path()), InputError);
}

TEST(ReadReport, FilesThatBreakOff) {
  const std::string text = dump_json(tests::report_of("standard", tests::sample_cells(20, 0.1)));
  EXPECT_THAT(error_of(""), HasSubstr("is empty"));
  EXPECT_THAT(error_of(text.substr(0, text.rfind(","))), HasSubstr("is truncated"));
  // Whatever the last byte, the error is one line and an InputError.
  for (std::size_t size = 1; size + 2 < text.size(); size += 37)
    EXPECT_NE(error_of(text.substr(0, size)), "no error") << size;
}

TEST(ReadReport, WhatIsNoReport) {
  EXPECT_THAT(error_of("accuracy: 97 %"), HasSubstr("not valid JSON at line 1, column 1"));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object, got an array"));
  EXPECT_THAT(error_of("{}"), HasSubstr("'schema_version' is missing"));
  EXPECT_THAT(error_of(R"({"schema_version": 1, "schema_version": 1})"), HasSubstr("duplicate"));
  EXPECT_THAT(error_of("{\"schema_version\": 1e999}"), HasSubstr("out of range"));
  EXPECT_THAT(error_of("{\"status\": \"\xff\"}"), HasSubstr("not valid JSON"));
}

struct Damage {
  const char* pointer;
  Json value;
  const char* expected;
};

TEST(ReadReport, NamesTheRowAndTheFieldThatIsWrong) {
  const Json good = tests::report_of("standard", tests::sample_cells(20, 0.1));
  const std::vector<Damage> damages = {
      {"/schema_version", 2, "'schema_version' is 2, newer than the 1 that this vitrobust understands"},
      {"/schema_version", 0, "'schema_version' is 0"},
      {"/schema_version", "1", "'schema_version' should be a count, got a string"},
      {"/status", 7, "'status' has the wrong type"},
      {"/model", Json::array(), "'model' should be an object, got an array"},
      {"/model/name", nullptr, "model: 'name' has the wrong type: null"},
      {"/rows", "none", "'rows' should be an array, got a string"},
      {"/rows/0", 3, "row 0: expected an object, got an integer"},
      {"/rows/0/kind", "dirty", "row 'clean': 'kind' is 'dirty'"},
      {"/rows/0/n", -1, "row 'clean': 'n' should be a count, got -1"},
      {"/rows/0/n", 2.5, "row 'clean': 'n' should be a count, got 2.5"},
      {"/rows/0/correct", 21, "row 'clean': 'correct' is more than 'n'"},
      {"/rows/0/accuracy", 97.4, "row 'clean': 'accuracy' should be a number in [0, 1], got 97.4"},
      {"/rows/0/ci95", Json::array({0.5}), "'ci95' should be two numbers"},
      {"/rows/0/ci95", Json::array({0.9, 0.8}), "'ci95' has its ends the wrong way round"},
      {"/rows/0/mean_loss", -0.5, "'mean_loss' should be a number of at least 0, got -0.5"},
      {"/rows/0/condition", "clean", "'condition' should be an object"},
      {"/rows/0/failed_samples", Json::array({1}), "failed_samples: expected an object, got an integer"},
      {"/rows/0/notes", Json::array({1}), "'notes' should be an array of strings, got 1"},
      {"/rows/1/id", "clean", "two rows are called 'clean'"},
      {"/rows/9/success_rate", "high", "'success_rate' should be a number in [0, 1], got a string"},
      {"/aggregates/0/conditions_left_out", nullptr, "'conditions_left_out' should be an array, got null"},
      {"/aggregates/0/value", 2,
       "aggregate 'mean_corruption_accuracy': 'value' should be a number in [0, 1]"},
      {"/warnings", Json::object(), "'warnings' should be an array"},
      {"/guard_rails", nullptr, "'guard_rails' should be an array"},
      {"/guard_rails", Json::array({{{"severity", "grave"}}}), "'severity' is 'grave'"},
  };
  for (const Damage& damage : damages) {
    Json report = good;
    report[Json::json_pointer(damage.pointer)] = damage.value;
    EXPECT_THAT(error_of(dump_json(report)), HasSubstr(damage.expected)) << damage.pointer;
  }
}

TEST(ReadReport, EveryFieldOfARowIsNeeded) {
  const Json good = tests::report_of("standard", tests::sample_cells(20, 0.1));
  const std::size_t last = good.at("rows").size() - 1;
  for (const auto& [key, value] : good.at("rows")[last].items()) {
    Json report = good;
    report["rows"][last].erase(key);
    EXPECT_THAT(error_of(dump_json(report)), HasSubstr("'" + key + "' is missing")) << key;
  }
}

}  // namespace
}  // namespace vitrobust::reports

#include "reports/compare.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "reports/comparability.h"
#include "reports/compare_formats.h"
#include "reports/compare_words.h"
#include "tests/reports/approvals.h"
#include "tests/reports/judged_samples.h"

namespace vitrobust::reports {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::JudgedSample;
using tests::SampleCell;

constexpr Terminal kTerminal{.interactive = false, .colour = false, .width = 100};

const JudgedSample& standard() {
  static const JudgedSample run("standard", tests::sample_cells(400, 0.0));
  return run;
}
const JudgedSample& quest() {
  static const JudgedSample run("quest", tests::sample_cells(400, 0.05));
  return run;
}

const CellComparison& cell_of(const Comparison& comparison, const std::string& id) {
  return *std::ranges::find(comparison.cells, id, &CellComparison::id);
}

std::string render(const std::string& format, const Comparison& comparison) {
  const auto formats = compare_formats();
  const auto found = std::ranges::find(formats, format, &CompareFormat::name);
  return found->render({&comparison, 1}, {}, kTerminal);
}

TEST(Compare, PairsSampleBySample) {
  const Comparison got = compare_runs(standard().run(), quest().run(), {});
  EXPECT_TRUE(got.paired);
  ASSERT_EQ(got.cells.size(), 10U);
  for (const CellComparison& cell : got.cells) {
    EXPECT_EQ(cell.pairing.counts.n(), 400U) << cell.id;
    EXPECT_EQ(cell.pairing.newly_broken.size(), cell.pairing.counts.only_first);
    EXPECT_EQ(cell.pairing.newly_right.size(), cell.pairing.counts.only_second);
    EXPECT_DOUBLE_EQ(
        cell.difference,
        (static_cast<double>(cell.second.correct) - static_cast<double>(cell.first.correct)) / 400);
    EXPECT_GE(cell.p_adjusted, cell.p);
  }
  EXPECT_TRUE(got.is_finding(cell_of(got, "attack/pgd:norm=linf,eps=2/255,steps=20")));
}

TEST(Compare, AccuraciesAreThoseOfTheReports) {
  const Comparison paired = compare_runs(standard().run(), quest().run(), {});
  const Comparison unpaired = compare_runs(standard().report_only(), quest().report_only(), {});
  for (std::size_t i = 0; i < paired.cells.size(); ++i) {
    EXPECT_EQ(paired.cells[i].first.correct, unpaired.cells[i].first.correct);
    EXPECT_EQ(paired.cells[i].second.correct, unpaired.cells[i].second.correct);
  }
}

TEST(Compare, WithoutOutcomesItIsUnpairedAndSaysSo) {
  const Comparison got = compare_runs(standard().run(), quest().report_only(), {});
  EXPECT_FALSE(got.paired);
  EXPECT_THAT(got.notes, Contains(HasSubstr("quest has no outcomes, only its report.json: the tests are "
                                            "unpaired")));
  EXPECT_THAT(got.aggregates, IsEmpty());
  const Comparison paired = compare_runs(standard().run(), quest().run(), {});
  for (std::size_t i = 0; i < got.cells.size(); ++i)
    EXPECT_GE(got.cells[i].ci95.high - got.cells[i].ci95.low,
              paired.cells[i].ci95.high - paired.cells[i].ci95.low);
}

TEST(Compare, ARunAndItselfDifferNowhere) {
  const Comparison got = compare_runs(standard().run(), standard().run(), {});
  for (const CellComparison& cell : got.cells) {
    EXPECT_EQ(cell.pairing.counts.discordant(), 0U);
    EXPECT_EQ(cell.p_adjusted, 1.0);
  }
  for (const AggregateComparison& aggregate : got.aggregates) {
    EXPECT_EQ(aggregate.difference, 0.0);
    EXPECT_FALSE(aggregate.ci95.has_value());
  }
}

TEST(Compare, AggregatesAreThoseOfTheReportsAndTheirDifferencesPaired) {
  const Comparison got = compare_runs(standard().run(), quest().run(), {});
  ASSERT_FALSE(got.aggregates.empty());
  for (const AggregateComparison& aggregate : got.aggregates) {
    for (const auto& [report, value] :
         {std::pair{&standard().report(), aggregate.first}, std::pair{&quest().report(), aggregate.second}})
      for (const Json& reported : report->at("aggregates"))
        if (reported.at("id") == aggregate.id) {
          EXPECT_NEAR(reported.at("value").get<double>(), value, 1e-12) << aggregate.id;
        }
    ASSERT_TRUE(aggregate.ci95.has_value());
    EXPECT_LT(aggregate.ci95->low, aggregate.difference);
    EXPECT_GT(aggregate.ci95->high, aggregate.difference);
  }
}

TEST(Compare, SamplesThatOneRunDidNotClassifyAreLeftOut) {
  std::vector<SampleCell> cells = tests::sample_cells(100, 0.05);
  cells[0].outcomes[7] = tests::failed_outcome(7, "cannot be decoded");
  cells[1].outcomes.resize(60);
  const JudgedSample fewer("quest", cells);
  const JudgedSample whole("standard", tests::sample_cells(100, 0.0));
  const Comparison got = compare_runs(whole.run(), fewer.run(), {});
  EXPECT_EQ(got.cells[0].pairing.counts.n(), 99U);
  EXPECT_EQ(got.cells[0].pairing.left_out, 1U);
  EXPECT_EQ(got.cells[1].pairing.counts.n(), 60U);
  EXPECT_THAT(got.notes, Contains("quest is partial"));
}

TEST(Compare, AFailedCellIsNamedNotCompared) {
  std::vector<SampleCell> cells = tests::sample_cells(100, 0.05);
  cells[2].cell.error = "out of memory: 3.2 GB were asked for";
  const JudgedSample broken("quest", cells);
  const Comparison got =
      compare_runs(JudgedSample("standard", tests::sample_cells(100, 0.0)).run(), broken.run(), {});
  EXPECT_EQ(got.cells[2].not_compared, "failed in quest: out of memory: 3.2 GB were asked for");
  EXPECT_FALSE(got.is_finding(got.cells[2]));
  EXPECT_THAT(render("console", got), HasSubstr("gaussian_noise s3 is not compared: failed in quest"));
}

TEST(Compare, OneSampleWithTwoLabelsIsRefused) {
  std::vector<SampleCell> cells = tests::sample_cells(100, 0.05);
  cells[0].outcomes[3].label = 0;
  const JudgedSample relabelled("quest", cells);
  EXPECT_THROW(
      compare_runs(JudgedSample("standard", tests::sample_cells(100, 0.0)).run(), relabelled.run(), {}),
      InputError);
}

TEST(Compare, CorrectsAllComparisonsAsOneFamily) {
  std::vector<Comparison> both = {compare_runs(standard().run(), quest().run(), {}),
                                  compare_runs(standard().run(), standard().run(), {})};
  const double alone = cell_of(both[0], "attack/pgd:norm=linf,eps=2/255,steps=20").p_adjusted;
  correct_together(both);
  EXPECT_GT(cell_of(both[0], "attack/pgd:norm=linf,eps=2/255,steps=20").p_adjusted, alone);
}

struct Change {
  const char* pointer;
  Json value;
  const char* expected;
};

TEST(Comparability, NamesWhatDiffers) {
  const Json good = [] {
    Json report = quest().report();
    report["config"]["precision"] = "fp32";
    report["config"]["samples"] = 400;
    report["config"]["corruptions"] = {{"flavour", "hendrycks"}};
    report["config"]["preprocess"] = {{"crop_pct", 0.9}, {"mean", {0.5, 0.5, 0.5}}};
    return report;
  }();
  const JudgedSample baseline("standard", tests::sample_cells(400, 0.05), good);
  const std::vector<Change> changes = {
      {"/dataset/fingerprint", "sha256:other", "dataset.fingerprint: \"sha256:"},
      {"/dataset/class_order/0", "zero", "dataset.class_order[0]: \"0\" in standard, \"zero\" in quest"},
      {"/config/samples", 100, "samples: 400 in standard, 100 in quest"},
      {"/config/precision", "fp64", "precision: \"fp32\" in standard, \"fp64\" in quest"},
      {"/config/preprocess/crop_pct", 1.0, "preprocess.crop_pct: 0.9 in standard, 1.0 in quest"},
      {"/config/corruptions/flavour", "imagecorruptions", "corruptions.flavour"},
      {"/config/anything_new", 1, "anything_new: absent in standard, 1 in quest"},
      {"/rows/8/condition/steps", 40,
       "attack/pgd:norm=linf,eps=2/255,steps=20: steps: 20 in standard, 40 in quest"},
      {"/rows/8/id", "attack/pgd:norm=linf,eps=2/255,steps=40", ""},
  };
  for (const Change& change : changes) {
    Json report = good;
    report[Json::json_pointer(change.pointer)] = change.value;
    const JudgedSample other("quest", tests::sample_cells(400, 0.05), report);
    if (*change.expected == '\0') {
      EXPECT_THAT(incomparable(baseline.run(), other.run()), IsEmpty()) << change.pointer;
      continue;
    }
    EXPECT_THAT(incomparable(baseline.run(), other.run()), ElementsAre(HasSubstr(change.expected)))
        << change.pointer;
    try {
      require_comparable(baseline.run(), other.run());
      ADD_FAILURE() << change.pointer;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("standard and quest cannot be compared: "), HasSubstr(change.expected)));
    }
  }
}

/// Steps make another attack of it, although the id says so too.
TEST(Comparability, AnAttackWithOtherParametersIsNoOtherCell) {
  Json report = quest().report();
  report["rows"][8]["id"] = "attack/pgd:norm=linf,eps=2/255,steps=40";
  report["rows"][8]["condition"]["steps"] = 40;
  const JudgedSample other("quest", tests::sample_cells(400, 0.05), report);
  EXPECT_THAT(incomparable(standard().run(), other.run()),
              ElementsAre("attack/pgd:norm=linf,eps=2/255,steps=20: steps: 20 in standard, 40 in quest"));
  report["rows"][8]["condition"]["eps"] = "3/255";
  const JudgedSample farther("quest", tests::sample_cells(400, 0.05), report);
  EXPECT_THAT(incomparable(standard().run(), farther.run()), IsEmpty());
}

TEST(Comparability, ModelsSeedsAndNormalisationMayDiffer) {
  Json first = quest().report();
  Json second = first;
  for (auto& [report, seed] : {std::pair{&first, 0}, std::pair{&second, 1}}) {
    (*report)["config"] = {{"seed", seed},
                           {"lanes", seed + 1},
                           {"model", {{"sha256", seed}}},
                           {"preprocess", {{"crop_pct", 0.9}, {"mean", {0.5 + seed}}, {"std", {seed}}}}};
  }
  second["tool"]["version"] = "9.9.9";
  const JudgedSample a("a", tests::sample_cells(400, 0.05), first);
  const JudgedSample b("b", tests::sample_cells(400, 0.05), second);
  EXPECT_THAT(incomparable(a.run(), b.run()), IsEmpty());
  EXPECT_THAT(caveats(a.run(), b.run()), ElementsAre(HasSubstr("the seeds differ (0 in a, 1 in b)"),
                                                     HasSubstr("different versions of vitrobust")));
}

TEST(CompareWords, NumbersAsPeopleReadThem) {
  EXPECT_EQ(points_text(0.018), "+1.8");
  EXPECT_EQ(points_text(-0.02), "−2.0");
  EXPECT_EQ(points_text(-0.0001), "0.0");
  EXPECT_EQ(points_text(Interval{.low = -0.031, .high = 0.006}), "−3.1…0.6");
  EXPECT_EQ(p_text(0.0004), "p<0.001");
  EXPECT_EQ(p_text(0.0042), "p=0.004");
  EXPECT_EQ(p_text(0.234), "p=0.23");
  EXPECT_EQ(p_text(0.999), "p=0.99");
  EXPECT_EQ(p_text(1), "p=1");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1234567), "1,234,567");
  EXPECT_EQ(about_text(99), "99");
  EXPECT_EQ(about_text(101), "110");
  EXPECT_EQ(about_text(12345), "13,000");
}

TEST(CompareFormats, Approved) {
  const Comparison got = compare_runs(standard().run(), quest().run(), {});
  tests::expect_approved("compare.approved.txt", render("console", got));
  tests::expect_approved("compare.approved.md", render("markdown", got));
  const Comparison alike = compare_runs(standard().run(), standard().report_only(), {});
  tests::expect_approved("compare_unpaired.approved.txt", render("console", alike));
}

TEST(CompareFormats, JsonHasEveryFlippedSample) {
  const Comparison got = compare_runs(standard().run(), quest().run(), {});
  const Json json = Json::parse(render("json", got)).at("comparisons").at(0);
  for (std::size_t i = 0; i < got.cells.size(); ++i) {
    EXPECT_EQ(json.at("cells")[i].at("newly_broken").size(), got.cells[i].pairing.newly_broken.size());
    EXPECT_EQ(json.at("cells")[i].at("newly_right").size(), got.cells[i].pairing.newly_right.size());
    EXPECT_EQ(json.at("cells")[i].at("p_adjusted").get<double>(), got.cells[i].p_adjusted);
  }
}

TEST(CompareFormats, NamesCannotBeMarkup) {
  std::vector<SampleCell> cells = tests::sample_cells(50, 0.05);
  cells[1].cell.condition["name"] = "<img src=x>|[fog](http://x)";
  const JudgedSample hostile("ques|t", cells);
  const std::string text = render("markdown", compare_runs(hostile.run(), hostile.run(), {}));
  EXPECT_THAT(text, HasSubstr("\\<img src=x\\>\\|\\[fog\\]"));
  EXPECT_THAT(text, HasSubstr("ques\\|t"));
}

}  // namespace
}  // namespace vitrobust::reports

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/sha256.h"
#include "reports/formats/format.h"
#include "reports/html/curves.h"
#include "reports/html/markup.h"
#include "reports/html/style.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/sample_sets.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page(const ReportSet& set) {
  return render_html(set, {});
}

/// Elements that are opened and never closed, or closed in the wrong order; empty when the page is well
/// formed.
std::string first_unbalanced(const std::string& html) {
  static const std::set<std::string> kVoid = {"meta",   "img",  "!doctype", "path",
                                              "circle", "rect", "polyline"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const bool closing = html[at + 1] == '/';
    const std::size_t begin = at + (closing ? 2 : 1);
    std::string name = html.substr(begin, html.find_first_of(" >\n/", begin) - begin);
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + ">";
      open.pop_back();
    } else if (!kVoid.contains(name)) {
      open.push_back(name);
      // What scripts and styles hold is no markup.
      if (name == "script" || name == "style") at = html.find("</" + name, at) - 1;
    }
  }
  return open.empty() ? "" : "<" + open.back() + ">";
}

TEST(Html, IsWellFormedWhateverStandsInTheFiles) {
  for (const ReportSet& set : {tests::sample_pair(), tests::troubled_pair(), tests::hostile_pair()})
    EXPECT_EQ(first_unbalanced(page(set)), "");
}

TEST(Html, FetchesNothing) {
  const std::string html = page(tests::sample_pair());
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* what :
       {"http://", "https://", "url(", "@import", "<link", "<iframe", "<base", "srcset", "src=\"/"})
    EXPECT_THAT(html, Not(HasSubstr(what)));
}

TEST(Html, ThePolicyNamesItsOneScript) {
  const auto digest = Sha256().update(html::kScript).digest();
  EXPECT_THAT(page(tests::sample_pair()), HasSubstr("script-src 'sha256-" + html::base64(digest) + "'"));
}

TEST(Html, LinksLeadSomewhere) {
  const std::string html = page(tests::troubled_pair());
  const std::regex link("href=\"#([^\"]+)\"");
  for (std::sregex_iterator at(html.begin(), html.end(), link), end; at != end; ++at)
    EXPECT_THAT(html, HasSubstr("id=\"" + (*at)[1].str() + "\""));
}

TEST(Html, SaysFirstWhatWentWrong) {
  const std::string html = page(tests::troubled_pair());
  const std::size_t findings = html.find("Read first");
  ASSERT_NE(findings, std::string::npos);
  EXPECT_LT(findings, html.find("id=\"severity\""));
  EXPECT_THAT(html, HasSubstr("gradients are zero for 12 % of the images"));
  EXPECT_THAT(html, HasSubstr("failed: out of memory"));
}

TEST(Html, GuardRailsAndAttacksInNormalisedSpace) {
  auto cells = tests::sample_cells(20, 0.03);
  Cell legacy = tests::attack_cell("normspace-legacy", "1/255", 20);
  legacy.kind = CellKind::legacy_attack;
  cells.push_back({legacy, {tests::attacked_outcome(0, true, false)}});
  Json report = tests::report_of("quest", cells);
  const GuardRail rail{.id = "zero_gradients", .is_error = true, .row = "", .text = "12 of 64 samples"};
  report["guard_rails"] = Json::array({rail.to_json()});
  const ReportSet set = make_report_set({{report, "quest"}});
  EXPECT_THAT(page(set), HasSubstr("guard rail zero_gradients (error): 12 of 64 samples"));
  EXPECT_THAT(page(set), Not(HasSubstr("No warnings")));
  const std::string markdown = render_markdown(set, {.layout = find_layout("models-conditions")});
  EXPECT_THAT(markdown, HasSubstr("| normspace-legacy linf eps=1/255"));
  EXPECT_THAT(markdown, HasSubstr("comparable with no other attack"));
  EXPECT_THAT(markdown, HasSubstr("12 of 64 samples"));
}

TEST(Html, ShowsSamplesWithinItsBudget) {
  ReportSet set = tests::sample_pair();
  for (std::uint64_t sample = 0; sample < 3; ++sample)
    for (const RowView& row : set.models[0].view.rows)
      set.models[0].samples.push_back({.row_id = row.id,
                                       .sample = sample,
                                       .clean = tests::tiny_png(),
                                       .seen = tests::tiny_png(),
                                       .difference = row.kind == CellKind::attack ? tests::tiny_png() : "",
                                       .magnification = 16});
  EXPECT_THAT(page(set), HasSubstr("difference × 16"));
  EXPECT_THAT(page(set), Not(HasSubstr("are left out")));
  for (SampleImages& images : set.models[0].samples) images.seen.resize(std::size_t{200} << 10);
  const std::string large = page(set);
  EXPECT_THAT(large, HasSubstr("are left out"));
  EXPECT_LT(large.size(), std::size_t{5} << 20);
}

TEST(Html, DifferentDataIsSaidFirst) {
  Json other = tests::sample_report("quest", 0.2);
  other["dataset"]["fingerprint"] = "sha256:other";
  const ReportSet set = make_report_set({{tests::sample_report("standard", 0.03), "a"}, {other, "b"}});
  const std::string html = page(set);
  EXPECT_LT(html.find("must not be compared"), html.find("<main>"));
}

TEST(HtmlMarkup, Base64OfRfc4648) {
  for (const auto& [text, encoded] : {std::pair{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"fooba", "Zm9vYmE="},
                                      {"foobar", "Zm9vYmFy"}})
    EXPECT_EQ(html::base64(std::string_view(text)), encoded);
}

TEST(HtmlCurves, AttacksAreGroupedByAllButTheirRadius) {
  const auto families = html::attack_families(tests::sample_pair());
  ASSERT_EQ(families.size(), 2U);
  EXPECT_EQ(families[1].title, "pgd linf");
  ASSERT_EQ(families[1].models[0].size(), 2U);
  EXPECT_DOUBLE_EQ(families[1].models[0][0].x, 2);
  EXPECT_DOUBLE_EQ(families[1].models[0][1].x, 8);
}

}  // namespace
}  // namespace vitrobust::reports

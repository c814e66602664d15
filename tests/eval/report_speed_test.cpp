// A run of the size of ImageNet-C with all 50,000 images, and attacks: every format must be there in seconds.
#include <gtest/gtest.h>

#include <chrono>

#include "core/random.h"
#include "eval/report_runs.h"
#include "tests/eval/run_folder.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

constexpr std::uint64_t kImages = 50000;
constexpr int kFullCells = 95;
constexpr int kShortCells = 5;

tests::SampleCell cell_of(const reports::Cell& cell, std::uint64_t n) {
  tests::SampleCell sample{cell, {}};
  sample.cell.n_planned = n;
  sample.outcomes.reserve(n);
  PhiloxSource source({.seed = 1, .condition = cell.id, .sample_id = 0});
  for (std::uint64_t id = 0; id < n; ++id)
    sample.outcomes.push_back(cell.kind == reports::CellKind::attack
                                  ? tests::attacked_outcome(id, true, source.uniform() < 0.3)
                                  : tests::outcome(id, source.uniform() < 0.7));
  return sample;
}

/// 19 corruptions at five severities of all images, and attacks of a few.
std::vector<tests::SampleCell> large_cells() {
  std::vector<tests::SampleCell> cells;
  for (int i = 0; i < kFullCells; ++i)
    cells.push_back(
        cell_of(tests::corruption_cell("corruption_" + std::to_string(i / 5), 1 + i % 5), kImages));
  for (int i = 0; i < kShortCells; ++i)
    cells.push_back(cell_of(tests::attack_cell("pgd", std::to_string(i + 1) + "/255", 20), 100));
  return cells;
}

/// Without the aggregates, whose bootstrap belongs to the run that wrote the report.
Json report_of_rows(const std::vector<tests::SampleCell>& cells) {
  Json report = tests::run_report("large", {cell_of(tests::clean_cell(), 10)});
  report["config"] = tests::run_config("large", cells);
  report["rows"] = Json::array();
  for (const tests::SampleCell& cell : cells)
    report["rows"].push_back(reports::make_row(cell.cell, cell.outcomes));
  return report;
}

TEST(ReportSpeed, EveryFormatOfTwoLargeRunsInSeconds) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "how long it takes under sanitizers says nothing";
#endif
  const tests::TemporaryFolder folder;
  {
    const auto cells = large_cells();
    Json report = report_of_rows(cells);
    tests::write_run(folder / "a", cells, report);
    report["model"]["name"] = "other";
    tests::write_run(folder / "b", cells, report);
  }
  const auto start = std::chrono::steady_clock::now();
  const reports::ReportSet alone = load_report_set({folder / "a"}, "", false);
  std::size_t html_bytes = 0;
  for (const reports::Format& format : reports::format_table()) {
    if (format.name == "timm") continue;  // of a clean cell only
    const std::string text = format.render(alone, {.layout = reports::find_layout("models-conditions")});
    if (format.name == "html") html_bytes = text.size();
  }
  const double alone_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(alone_s, 10);
  EXPECT_LT(html_bytes, std::size_t{5} << 20);
  const auto paired_start = std::chrono::steady_clock::now();
  const reports::ReportSet paired = load_report_set({folder / "a", folder / "b"}, "", true);
  const std::string page = reports::find_format("html").render(paired, {});
  const double paired_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - paired_start).count();
  EXPECT_EQ(paired.paired.size(), static_cast<std::size_t>(kFullCells + kShortCells));
  EXPECT_LT(page.size(), std::size_t{5} << 20);
  RecordProperty("one_run_ms", static_cast<int>(1000 * alone_s));
  RecordProperty("two_runs_paired_ms", static_cast<int>(1000 * paired_s));
  std::printf("all formats of one run: %.2f s; page of two, paired image by image: %.2f s\n", alone_s,
              paired_s);
}

}  // namespace
}  // namespace vitrobust::eval

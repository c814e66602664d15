#include "tests/reports/sample_sets.h"

#include <algorithm>

#include "reports/pairing.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::tests {
namespace {

constexpr std::uint64_t kImages = 100;

void pair_cells(const std::vector<SampleCell>& first, const std::vector<SampleCell>& second,
                reports::ReportSet& set) {
  set.baseline = 0;
  for (const SampleCell& cell : second) {
    const auto other =
        std::ranges::find(first, cell.cell.id, [](const SampleCell& it) { return it.cell.id; });
    if (other == first.end() || !cell.cell.error.empty()) continue;
    reports::PairedCell paired{.model = 1, .row_id = cell.cell.id, .counts = {}, .interval = {}};
    paired.counts = reports::pair_outcomes(other->outcomes, cell.outcomes, cell.cell.id).counts;
    set.paired.push_back(std::move(paired));
  }
  reports::test_pairs(set);
}

}  // namespace

reports::ReportSet sample_pair() {
  static const reports::ReportSet made = [] {
    reports::ReportSet set = reports::make_report_set(
        {{sample_report("standard", 0.03), "standard"}, {sample_report("quest", 0.2), "quest"}});
    pair_cells(sample_cells(kImages, 0.03), sample_cells(kImages, 0.2), set);
    return set;
  }();
  return made;
}

reports::ReportSet troubled_pair() {
  auto standard = sample_cells(kImages, 0.03);
  auto quest = sample_cells(kImages, 0.06);
  quest[3].outcomes[7] = failed_outcome(7, "img/7.jpg: cannot be decoded");
  quest[8].cell.error = "out of memory";
  quest[8].outcomes.clear();
  quest[9].outcomes.resize(40);
  std::erase_if(standard,
                [](const SampleCell& cell) { return cell.cell.id == "corruption/jpeg_compression/3"; });
  Json second = report_of("quest", quest);
  second["warnings"].push_back(
      "gradients are zero for 12 % of the images: robust accuracy may be overstated");
  return reports::make_report_set({{report_of("standard", standard), "a"}, {second, "b"}});
}

reports::ReportSet hostile_pair() {
  Json first = sample_report("</script><script>alert(1)</script>", 0.03);
  Json second =
      sample_report("=cmd|'/c calc'!A1, \"quoted\"\r\n[x] *b* \\input{/etc/passwd} ^^M %&$#_{}~", 0.06);
  for (Json* report : {&first, &second}) {
    (*report)["warnings"] = {"\033[31mred\a <img src=x onerror=alert(1)> | \\write18{ls} ${x}"};
    (*report)["rows"][1]["notes"] = {"' onmouseover='alert(1)", "@mention 日本語 \xC2\x85"};
    (*report)["rows"][2]["error"] = "<!-- \\end{tabular} -->";
    (*report)["rows"][2]["accuracy"] = nullptr;
    (*report)["rows"][2]["ci95"] = nullptr;
    (*report)["rows"][2]["correct"] = nullptr;
    (*report)["rows"][3]["condition"]["name"] = "\"><svg onload=alert(1)>";
    (*report)["config"]["<b>key</b>"] = "</td><td>";
  }
  return reports::make_report_set({{first, "first"}, {second, "second"}});
}

std::string tiny_png() {
  // Made with Pillow: Image.new("RGB", (1, 1)).save(…).
  static constexpr unsigned char kBytes[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
      0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00,
      0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78,
      0x9c, 0x63, 0x60, 0x60, 0x60, 0x00, 0x00, 0x00, 0x04, 0x00, 0x01, 0xf6, 0x17, 0x38,
      0x55, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};
}

}  // namespace vitrobust::tests

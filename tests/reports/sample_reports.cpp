#include "tests/reports/sample_reports.h"

#include <map>

#include "core/random.h"
#include "core/sha256.h"
#include "reports/aggregates.h"

namespace vitrobust::tests {

using reports::Cell;
using reports::CellKind;
using reports::Outcome;

constexpr double kCleanDifficulty = 0.05;

Outcome outcome(std::uint64_t id, bool right) {
  Outcome made;
  made.sample_id = id;
  made.label = 1;
  made.prediction = right ? 1 : 0;
  made.top5 = true;
  made.margin = right ? 2 : -1;
  made.loss = right ? 0.125 : 1.5;
  return made;
}

Outcome failed_outcome(std::uint64_t id, const std::string& error) {
  Outcome made;
  made.sample_id = id;
  made.label = 1;
  made.error = error;
  return made;
}

Outcome attacked_outcome(std::uint64_t id, bool right_before, bool right_after) {
  Outcome made = outcome(id, right_after);
  made.prediction_before = right_before ? 1 : 0;
  made.linf = right_before ? 0.03125 : 0;
  made.l2 = right_before ? 1.25 : 0;
  made.queries = right_before ? 20 : 0;
  return made;
}

Cell clean_cell() {
  Cell cell;
  cell.id = "clean";
  cell.condition = {{"name", "clean"}};
  return cell;
}

Cell corruption_cell(const std::string& name, int severity) {
  Cell cell;
  cell.id = "corruption/" + name + "/" + std::to_string(severity);
  cell.kind = CellKind::corruption;
  cell.condition = {{"name", name}, {"severity", severity}};
  return cell;
}

Cell attack_cell(const std::string& name, const std::string& eps, int steps) {
  Cell cell;
  cell.kind = CellKind::attack;
  cell.condition = {{"name", name}, {"norm", "linf"}, {"eps", eps}};
  cell.id = "attack/" + name + ":norm=linf,eps=" + eps;
  if (steps > 1) {
    cell.condition["steps"] = steps;
    cell.id += ",steps=" + std::to_string(steps);
  }
  return cell;
}

namespace {

/// How likely image `id` is classified right in a cell: easy images are easy in every cell.
double skill(double strength, const Cell& cell, std::uint64_t id) {
  PhiloxSource image({.seed = 7, .condition = "image", .sample_id = id});
  const auto model = static_cast<std::uint64_t>(strength * 1000);
  PhiloxSource noise({.seed = model, .condition = cell.id, .sample_id = id});
  return strength + image.uniform() + 0.2 * noise.uniform() - 0.1;
}

SampleCell sample_cell(Cell cell, double difficulty, std::uint64_t n, double strength) {
  cell.n_planned = n;
  cell.n_classes = 10;
  cell.images_per_s = 250;
  const Cell clean = clean_cell();
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 0; id < n; ++id) {
    const bool right = skill(strength, cell, id) > difficulty;
    const bool right_before = skill(strength, clean, id) > kCleanDifficulty;
    outcomes.push_back(cell.kind == CellKind::attack
                           ? attacked_outcome(id, right_before, right_before && right)
                           : outcome(id, right));
  }
  return {std::move(cell), std::move(outcomes)};
}

}  // namespace

std::vector<SampleCell> sample_cells(std::uint64_t n, double strength) {
  std::vector<SampleCell> cells;
  const auto add = [&](Cell cell, double difficulty) {
    cells.push_back(sample_cell(std::move(cell), difficulty, n, strength));
  };
  add(clean_cell(), kCleanDifficulty);
  for (const int severity : {1, 3, 5})
    add(corruption_cell("gaussian_noise", severity), 0.05 + 0.08 * severity);
  for (const int severity : {1, 3, 5})
    add(corruption_cell("jpeg_compression", severity), 0.05 + 0.03 * severity);
  add(attack_cell("fgsm", "2/255", 1), 0.5);
  add(attack_cell("pgd", "2/255", 20), 0.7);
  add(attack_cell("pgd", "8/255", 20), 1.1);
  return cells;
}

Json report_of(const std::string& model, const std::vector<SampleCell>& cells) {
  std::vector<Cell> plan;
  std::vector<Json> rows;
  reports::Aggregator aggregator;
  for (const SampleCell& sample : cells) {
    plan.push_back(sample.cell);
    rows.push_back(reports::make_row(sample.cell, sample.outcomes));
    aggregator.add(sample.cell, sample.outcomes);
  }
  reports::ReportHeader header;
  header.status = reports::report_status(rows, false);
  header.tool = {{"name", "vitrobust"}, {"version", "0.1.0"}};
  header.model = {{"name", model},     {"architecture", "vit_tiny_patch4_32"}, {"attention", "standard"},
                  {"dialect", "timm"}, {"container", "safetensors"},           {"sha256", sha256_hex(model)},
                  {"parameters", 1234}};
  header.dataset = {{"spec", "glyphs"},
                    {"layout", "glyphs"},
                    {"n_total", 10000},
                    {"n_evaluated", cells.front().cell.n_planned.value_or(0)},
                    {"fingerprint", "sha256:" + sha256_hex("glyphs")},
                    {"class_order", {"0", "1"}}};
  header.config = {{"seed", 0}};
  header.config_hash = "sha256:" + sha256_hex("config");
  header.volatile_block = {{"started", "2026-01-01T00:00:00Z"}, {"threads", 2}};
  return reports::make_report(header, plan, std::move(rows), aggregator.aggregates());
}

Json sample_report(const std::string& model, double strength) {
  // The bootstraps of a report take a while under sanitizers.
  static std::map<double, Json> made;
  if (!made.contains(strength)) made[strength] = report_of("", sample_cells(100, strength));
  Json report = made[strength];
  report["model"]["name"] = model;
  return report;
}

}  // namespace vitrobust::tests

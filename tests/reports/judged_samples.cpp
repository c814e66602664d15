#include "tests/reports/judged_samples.h"

#include <algorithm>

#include "core/error.h"

namespace vitrobust::tests {

using reports::Outcome;
using reports::RowView;

JudgedSample::JudgedSample(std::string name, std::vector<SampleCell> cells)
    : JudgedSample(name, cells, report_of(name, cells)) {}

JudgedSample::JudgedSample(std::string name, std::vector<SampleCell> cells, Json report) {
  Data data{.name = std::move(name), .cells = std::move(cells), .report = std::move(report), .view = {}};
  data.view = reports::view_report(data.report, data.name);
  data_ = std::make_shared<const Data>(std::move(data));
}

reports::RunData JudgedSample::run() const {
  const auto data = data_;
  return {
      .name = data->name, .report = data->report, .view = data->view, .outcomes = [data](const RowView& row) {
        const auto cell = std::ranges::find_if(
            data->cells, [&](const SampleCell& sample) { return sample.cell.id == row.id; });
        if (cell == data->cells.end()) throw InternalError("no such cell: " + row.id);
        return cell->outcomes;
      }};
}

reports::RunData JudgedSample::report_only() const {
  reports::RunData run = this->run();
  run.outcomes = {};
  return run;
}

SimulatedRun::SimulatedRun(std::string name, std::vector<std::vector<Outcome>> outcomes)
    : name_(std::move(name)), outcomes_(std::move(outcomes)) {
  view_.status = "complete";
  view_.fingerprint = "simulated";
  for (std::size_t cell = 0; cell < outcomes_.size(); ++cell) {
    RowView row;
    row.id = std::to_string(cell);
    row.kind = reports::CellKind::attack;
    row.condition = {{"name", "attack" + row.id}};
    row.n = row.n_planned = outcomes_[cell].size();
    row.correct = static_cast<std::uint64_t>(std::ranges::count_if(outcomes_[cell], &Outcome::correct));
    row.accuracy = static_cast<double>(*row.correct) / static_cast<double>(row.n);
    row.ci95 = reports::wilson_interval(*row.correct, row.n);
    view_.rows.push_back(std::move(row));
  }
}

reports::RunData SimulatedRun::run() const {
  static const Json kReport = {
      {"config", Json::object()}, {"dataset", Json::object()}, {"tool", Json::object()}};
  return {.name = name_, .report = kReport, .view = view_, .outcomes = [this](const RowView& row) {
            return outcomes_.at(std::stoul(row.id));
          }};
}

}  // namespace vitrobust::tests

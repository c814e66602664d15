#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reports/run_data.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::tests {

/// A run in memory for comparisons and gates: its report, and the outcomes unless taken away.
class JudgedSample {
 public:
  /// The report is made from the cells, as an evaluation would make it.
  JudgedSample(std::string name, std::vector<SampleCell> cells);
  /// With that report, such as one that a test has changed.
  JudgedSample(std::string name, std::vector<SampleCell> cells, Json report);

  [[nodiscard]] reports::RunData run() const;
  /// The same with nothing but the report.
  [[nodiscard]] reports::RunData report_only() const;
  [[nodiscard]] const Json& report() const { return data_->report; }

 private:
  struct Data {
    std::string name;
    std::vector<SampleCell> cells;
    Json report;
    reports::ReportView view;
  };
  std::shared_ptr<const Data> data_;
};

/// A run without a report that anybody could read: just enough to be judged, made quickly for simulations.
/// @param outcomes of cells "attack/<number>", each sorted
class SimulatedRun {
 public:
  SimulatedRun(std::string name, std::vector<std::vector<reports::Outcome>> outcomes);

  [[nodiscard]] reports::RunData run() const;

 private:
  std::string name_;
  std::vector<std::vector<reports::Outcome>> outcomes_;
  reports::ReportView view_;
};

}  // namespace vitrobust::tests

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/report.h"

namespace vitrobust::tests {

/// A cell and its outcomes, made up.
struct SampleCell {
  reports::Cell cell;
  std::vector<reports::Outcome> outcomes;
};

/// An outcome of a sample labelled 1; right means predicted 1, before and after.
reports::Outcome outcome(std::uint64_t id, bool right);
reports::Outcome failed_outcome(std::uint64_t id, const std::string& error);
/// An outcome of an attack cell, right or wrong before and after.
reports::Outcome attacked_outcome(std::uint64_t id, bool right_before, bool right_after);

reports::Cell clean_cell();
reports::Cell corruption_cell(const std::string& name, int severity);
reports::Cell attack_cell(const std::string& name, const std::string& eps, int steps);

/// The cells of an evaluation of `n` images: clean, two corruptions at three severities, FGSM and PGD. Easy
/// images are easy in all cells, for all models.
/// @param strength added to the share of right answers, to tell models apart
std::vector<SampleCell> sample_cells(std::uint64_t n, double strength);

/// The report of these cells, as an evaluation would make it.
Json report_of(const std::string& model, const std::vector<SampleCell>& cells);
/// Of 100 images.
Json sample_report(const std::string& model, double strength);

}  // namespace vitrobust::tests

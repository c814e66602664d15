#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/report_set.h"

namespace vitrobust::eval {

/// Where `run --save-samples` keeps small pictures in a run directory:
///
///     samples/clean/<sample>.png                         before any corruption and attack
///     samples/<cell>-<slug>/<sample>.png                 as the classifier saw it
///     samples/<cell>-<slug>/<sample>-difference-x<K>.png attacks: what was added, times K, grey where
///     nothing
///
/// `cell` is the row's place in the report, from 0.
inline constexpr const char* kSamplesFolder = "samples";

/// The folder of a cell's pictures inside a run directory.
std::string cell_samples_folder(const std::string& run_folder, std::size_t cell, const std::string& slug);

/// The pictures of a run, by cell and then by sample; none for a report.json alone. What is no PNG, or larger
/// than such pictures are, is passed over: a report does without a picture.
std::vector<reports::SampleImages> read_sample_images(const std::string& run_path,
                                                      const reports::ReportView& view);

}  // namespace vitrobust::eval

#pragma once

#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// Image files named in a CSV file, in its order. The place is the file, or a folder with one images.csv.
/// Options: `image` and `label` name the columns (default: the usual names, of the NIPS 2017 lists too),
/// `base` is the number of the first class (default 0; 1 for NIPS 2017's TrueLabel), `classes` the number of
/// classes (default: what the labels need). Images are sought beside the file and in images/ there, a missing
/// extension is added.
/// @throws UsageError for the options, InputError for the file and what it names
std::unique_ptr<Dataset> open_imagelist(const DatasetSpec& spec);

/// Whether `path` is a CSV file, or a folder with an images.csv.
bool looks_like_imagelist(const std::string& path);

}  // namespace vitrobust::data

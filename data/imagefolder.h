#pragma once

#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// One folder per class, as torchvision's ImageFolder reads it: classes are the first-level folders in
/// bytewise order, images are sought below them at any depth, by folder and then by name, both bytewise;
/// symbolic links are followed. Unlike there, an empty class folder keeps its label, and folders whose name
/// begins with '.' are no classes.
/// @throws UsageError for the options, InputError for what lies there
std::unique_ptr<Dataset> open_imagefolder(const DatasetSpec& spec);

/// Whether an image lies somewhere below a first-level folder of `folder`.
bool looks_like_imagefolder(const std::string& folder);

}  // namespace vitrobust::data

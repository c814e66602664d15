#pragma once

#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// CIFAR-10's binary version (Krizhevsky 2009): records of one label byte and 32x32 red, green and blue
/// planes. `split=test` (default) reads test_batch.bin, `split=train` data_batch_1.bin to data_batch_5.bin; a
/// file may hold any whole number of records. Class names come from batches.meta.txt when it lies there.
/// @throws UsageError for the options, InputError for the files
std::unique_ptr<Dataset> open_cifar10(const DatasetSpec& spec);

/// Whether one of CIFAR-10's binary files lies in `folder`, or in the folder that its archive unpacks to.
bool looks_like_cifar10(const std::string& folder);

}  // namespace vitrobust::data

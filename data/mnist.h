#pragma once

#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// MNIST's files (LeCun, Cortes and Burges 1998) and those of its siblings in the same form (Fashion-MNIST,
/// KMNIST): `split=test` (default) reads t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, `split=train`
/// those that begin with train-; each plain or with .gz, also spelt t10k-images.idx3-ubyte. Grey images
/// become RGB of equal channels, of their own size. The classes are "0" to "9".
/// @throws UsageError for the options, InputError for the files
std::unique_ptr<Dataset> open_mnist(const DatasetSpec& spec);

/// Whether one of MNIST's image files lies in `folder`.
bool looks_like_mnist(const std::string& folder);

}  // namespace vitrobust::data

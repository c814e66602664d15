#pragma once

#include <memory>
#include <string>

#include "data/dataset.h"
#include "data/dataset_spec.h"

namespace vitrobust::data {

/// "imagenet-c:DIR": the published tree, DIR/<corruption>/<severity>/<class>/<image>, also with the folders
/// of the archives above it (DIR/blur/defocus_blur/…). The images are 224×224 already: models of that input
/// get them as they are. The samples are the files of the first cell; one that another cell lacks fails
/// there.
/// @throws InputError
std::unique_ptr<Dataset> open_imagenet_c(const DatasetSpec& spec);
bool looks_like_imagenet_c(const std::string& folder);

/// "cifar10-c:DIR": the published arrays, DIR/<corruption>.npy of uint8 [5 n, 32, 32, 3], severity 1 first,
/// and DIR/labels.npy of as many labels, or of n. @throws InputError
std::unique_ptr<Dataset> open_cifar10_c(const DatasetSpec& spec);
bool looks_like_cifar10_c(const std::string& folder);

}  // namespace vitrobust::data

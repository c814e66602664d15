#pragma once

#include <memory>

#include "models/checkpoint/tensor_catalogue.h"
#include "models/checkpoint/zip_directory.h"

namespace vitrobust::models {

/// Lists the arrays of an .npz archive (numpy.savez, numpy.savez_compressed), as JAX's ViTs are released.
/// Names are those of the members without ".npy". Arrays in Fortran order become strided tensors; pickled,
/// structured and big-endian arrays are listed as unreadable. A compressed member is inflated when its tensor
/// is read, straight to where it goes; here only its header is.
/// @throws InputError
TensorCatalogue open_npz(const std::shared_ptr<const ByteSource>& archive, const ZipDirectory& directory);

}  // namespace vitrobust::models

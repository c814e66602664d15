#pragma once

#include <memory>

#include "models/checkpoint/open_checkpoint.h"
#include "models/checkpoint/zip_directory.h"

namespace vitrobust::models {

/// Lists the weights in what torch.save writes since 1.6: a zip of stored members, FOLDER/data.pkl with the
/// objects and FOLDER/data/KEY with the numbers of each storage.
/// @throws InputError also for big-endian files and for TorchScript archives, which hold a program instead
TensorCatalogue open_torch_zip(const std::shared_ptr<const ByteSource>& archive,
                               const ZipDirectory& directory, const CatalogueOptions& options);

/// Whether the archive has members as torch.save, torch.jit.save or torch.export.save name them.
bool looks_like_torch_zip(const ZipDirectory& directory);

}  // namespace vitrobust::models

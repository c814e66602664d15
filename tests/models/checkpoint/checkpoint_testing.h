#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint/open_checkpoint.h"

namespace vitrobust::models {

/// tests/golden/checkpoints, with a slash at its end.
std::string golden_folder();

std::vector<std::uint8_t> bytes_of(const std::string& text);

/// Opens bytes as if they were the file `name`. @throws InputError
TensorCatalogue open_bytes(const std::string& bytes, const std::string& name = "m.pth",
                           const CatalogueOptions& options = {});

/// What the InputError says that opening the bytes ends with; "no error" when there is none.
std::string error_of(const std::string& bytes, const std::string& name = "m.pth");

/// The values of a tensor in row-major order, byte by byte as they are stored.
std::string values_of(const TensorCatalogue& catalogue, const TensorEntry& entry);

/// Aborts the test unless what TensorCatalogue promises is so: every tensor lies in its source.
void expect_sound(const TensorCatalogue& catalogue);

/// Number in `bytes` little-endian bytes.
std::string little(std::uint64_t value, int bytes);

/// One file for make_zip(). The fields are what the archive says of it; by default the truth.
struct ZipFile {
  std::string name, data;
  int method = 0;           ///< 8: `data` is deflated already
  std::uint64_t bytes = 0;  ///< inflated; 0: those of data
  std::uint32_t crc32 = 0;
};

/// A zip archive of these files. The tests damage it afterwards.
std::string make_zip(const std::vector<ZipFile>& files);

// Pieces of pickles.
std::string pickled(const std::string& text);
std::string pickled(std::int64_t value);
std::string pickled_tuple(const std::vector<std::int64_t>& values);
/// A persistent id: the storage `key` of so many float32 elements.
std::string pickled_storage(std::int64_t elements, const std::string& key = "0");
/// torch._utils._rebuild_tensor_v2 of a pickled storage.
std::string pickled_tensor(const std::string& storage, std::int64_t offset,
                           const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides);
/// Protocol 2: a dict of one item.
std::string pickled_item(const std::string& key, const std::string& value);

/// torch.save's zip of this pickle and a storage '0' of `storage_bytes`.
std::string torch_zip(const std::string& pickle, std::size_t storage_bytes = 16);

/// Replaces the one occurrence of `from`; fails the test when there is not just one.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace vitrobust::models

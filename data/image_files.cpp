#include "data/image_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/sha256.h"
#include "data/decode.h"

namespace vitrobust::data {

namespace fs = std::filesystem;

ImageFiles::ImageFiles(DatasetInfo info, std::string folder, std::vector<ImageFile> files)
    : info_(std::move(info)), folder_(std::move(folder)), files_(std::move(files)) {
  info_.image_files = true;
  if (files_.empty()) throw InputError(folder_, "holds no images");
}

std::string ImageFiles::full_path(const ImageFile& file) const {
  return (fs::path(folder_) / file.path).string();
}

Image ImageFiles::load(std::uint64_t id) const {
  return decode_image_file(full_path(files_.at(id)));
}

std::string ImageFiles::fingerprint() const {
  Sha256 hash;
  for (const std::string& name : info_.class_names) hash.update(std::uint64_t{name.size()}).update(name);
  for (const ImageFile& file : files_) {
    std::error_code failure;
    const std::uintmax_t size = fs::file_size(full_path(file), failure);
    if (failure) throw InputError(full_path(file), "cannot be read: " + failure.message());
    hash.update(std::uint64_t{file.path.size()}).update(file.path);
    hash.update(static_cast<std::uint64_t>(file.label)).update(std::uint64_t{size});
  }
  return "sha256:" + hash.hex();
}

bool has_image_extension(const std::string& name) {
  static constexpr std::array<std::string_view, 9> kExtensions{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                               ".pgm", ".tif",  ".tiff", ".webp"};
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(kExtensions.begin(), kExtensions.end(),
                     [&](std::string_view extension) { return lower.ends_with(extension); });
}

}  // namespace vitrobust::data

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace vitrobust::data {

/// One labelled image file.
struct ImageFile {
  /// Relative to the dataset's folder, with '/'; also the sample's name.
  std::string path;
  int label = 0;
};

/// Labelled image files under one folder; decoded anew at every load.
class ImageFiles final : public Dataset {
 public:
  /// @throws InputError when there are no files
  ImageFiles(DatasetInfo info, std::string folder, std::vector<ImageFile> files);

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return files_.size(); }
  [[nodiscard]] int label(std::uint64_t id) const override { return files_.at(id).label; }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return files_.at(id).path; }
  [[nodiscard]] Image load(std::uint64_t id) const override;
  /// Of the names, labels and file sizes: reading every image to hash it would cost as much as evaluating it.
  [[nodiscard]] std::string fingerprint() const override;

 private:
  [[nodiscard]] std::string full_path(const ImageFile& file) const;

  DatasetInfo info_;
  std::string folder_;
  std::vector<ImageFile> files_;
};

/// Whether the name ends, in any case, in one of torchvision's image extensions: .jpg .jpeg .png .ppm .bmp
/// .pgm .tif .tiff .webp.
bool has_image_extension(const std::string& name);

}  // namespace vitrobust::data

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/sha256.h"
#include "data/npy.h"
#include "data/ready_made.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSide = 32;
constexpr std::uint64_t kPixels = kSide * kSide * 3;
constexpr std::uint64_t kSeverities = 5;
constexpr int kClasses = 10;

std::vector<fs::path> arrays_in(const fs::path& folder) {
  std::vector<fs::path> arrays;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure))
    if (entry->path().extension() == ".npy" && entry->path().filename() != "labels.npy")
      arrays.push_back(entry->path());
  std::sort(arrays.begin(), arrays.end());
  return arrays;
}

class Cifar10C final : public Dataset {
 public:
  Cifar10C(const DatasetSpec& spec, const std::vector<fs::path>& arrays) {
    for (const fs::path& path : arrays) add_array(path);
    const std::string labels_path = (fs::path(spec.place) / "labels.npy").string();
    labels_ = read_npy_labels(labels_path);
    check_labels(labels_path);
    info_.spec = spec.text;
    info_.layout = "cifar10-c";
    info_.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                         "dog",      "frog",       "horse", "ship", "truck"};
  }

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return images_; }
  [[nodiscard]] int label(std::uint64_t id) const override { return labels_.at(id); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return fmt::format("test/{}", id); }
  [[nodiscard]] Image load(std::uint64_t) const override {
    throw InputError(info_.spec, "holds corrupted images only");
  }

  [[nodiscard]] std::vector<ReadyMadeCell> ready_made() const override {
    std::vector<ReadyMadeCell> cells;
    for (const auto& [corruption, array] : arrays_)
      for (int severity = 1; severity <= static_cast<int>(kSeverities); ++severity)
        cells.push_back({corruption, severity});
    return cells;
  }

  [[nodiscard]] Image load_ready_made(std::uint64_t id, const ReadyMadeCell& cell) const override {
    Image image(static_cast<int>(kSide), static_cast<int>(kSide));
    const std::uint64_t row = static_cast<std::uint64_t>(cell.severity - 1) * images_ + id;
    arrays_.at(cell.corruption).read(row * kPixels, image.pixels.data(), image.pixels.size());
    return image;
  }

  /// Of the labels, and of the names of the arrays with a sixteenth of their images: all of them are
  /// gigabytes.
  [[nodiscard]] std::string fingerprint() const override {
    Sha256 hash;
    for (const int label : labels_) hash.update(static_cast<std::uint64_t>(label));
    std::vector<std::uint8_t> image(kPixels);
    for (const auto& [corruption, array] : arrays_) {
      hash.update(std::uint64_t{corruption.size()}).update(corruption);
      for (std::uint64_t row = 0; row < kSeverities * images_; row += 16) {
        array.read(row * kPixels, image.data(), image.size());
        hash.update(image);
      }
    }
    return "sha256:" + hash.hex();
  }

 private:
  void add_array(const fs::path& path) {
    NpyBytes array(path.string());
    const std::vector<std::uint64_t>& shape = array.shape();
    const bool fits = shape.size() == 4 && shape[0] > 0 && shape[0] % kSeverities == 0 && shape[1] == kSide &&
                      shape[2] == kSide && shape[3] == 3;
    if (!fits || (images_ != 0 && shape[0] != kSeverities * images_))
      throw InputError(path.string(), fmt::format("is not {} blocks of {} images of 32x32x3", kSeverities,
                                                  images_ == 0 ? "as many" : std::to_string(images_)));
    images_ = shape[0] / kSeverities;
    arrays_.emplace(path.stem().string(), std::move(array));
  }

  void check_labels(const std::string& path) const {
    if (labels_.size() != images_ && labels_.size() != kSeverities * images_)
      throw InputError(path, fmt::format("has {} labels for {} images", labels_.size(), images_));
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] >= kClasses)
        throw InputError(path, fmt::format("label {} is {}, expected 0 to {}", i, labels_[i], kClasses - 1));
      if (labels_[i] != labels_[i % images_])
        throw InputError(path, fmt::format("label {} differs between severities", i % images_));
    }
  }

  std::map<std::string, NpyBytes> arrays_;
  std::vector<int> labels_;
  std::uint64_t images_ = 0;
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Dataset> open_cifar10_c(const DatasetSpec& spec) {
  spec.check_options({});
  const std::vector<fs::path> arrays = arrays_in(spec.place);
  if (arrays.empty())
    throw InputError(spec.place, "holds no arrays of corrupted images",
                     "expected <corruption>.npy and labels.npy, as CIFAR-10-C.tar unpacks to");
  return std::make_unique<Cifar10C>(spec, arrays);
}

bool looks_like_cifar10_c(const std::string& folder) {
  std::error_code ignored;
  return fs::is_regular_file(fs::path(folder) / "labels.npy", ignored) && !arrays_in(folder).empty();
}

}  // namespace vitrobust::data

#include "data/cifar10.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "core/sha256.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32;
constexpr std::size_t kPlane = std::size_t{kSide} * kSide;
constexpr std::size_t kRecord = 1 + 3 * kPlane;
constexpr int kClasses = 10;
/// Far above the 30,730,000 bytes of the original files.
constexpr std::size_t kMaxFile = std::size_t{2} << 30;

const std::vector<std::string>& splits() {
  static const std::vector<std::string> names{"test", "train"};
  return names;
}

std::vector<std::string> files_of(const std::string& split) {
  if (split == "test") return {"test_batch.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
}

/// `folder` itself, or the folder in it that the archive cifar-10-binary.tar.gz unpacks to.
fs::path find_batches(const fs::path& folder) {
  const auto holds_batches = [](const fs::path& candidate) {
    std::error_code ignored;
    return fs::is_regular_file(candidate / "test_batch.bin", ignored) ||
           fs::is_regular_file(candidate / "data_batch_1.bin", ignored);
  };
  for (const fs::path& candidate : {folder, folder / "cifar-10-batches-bin"})
    if (holds_batches(candidate)) return candidate;
  return {};
}

std::string read_records(const std::string& path) {
  std::string records = read_file(path, kMaxFile);
  if (records.empty() || records.size() % kRecord != 0)
    throw InputError(path, fmt::format("has {} bytes, expected a whole number of {}-byte records",
                                       records.size(), kRecord));
  for (std::size_t record = 0; record < records.size() / kRecord; ++record) {
    const int label = static_cast<std::uint8_t>(records[record * kRecord]);
    if (label >= kClasses)
      throw InputError(
          path, fmt::format("record {} has label {}, expected 0 to {}", record, label, kClasses - 1),
          "only CIFAR-10's binary version is read here; CIFAR-100 has two label bytes per record");
  }
  return records;
}

std::vector<std::string> read_class_names(const fs::path& folder) {
  const fs::path path = folder / "batches.meta.txt";
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  std::istringstream text(read_file(path.string(), std::size_t{1} << 16));
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  if (names.size() != kClasses)
    throw InputError(path.string(), fmt::format("names {} classes, expected {}", names.size(), kClasses));
  return names;
}

class Cifar10 final : public Dataset {
 public:
  Cifar10(const DatasetSpec& spec, std::string split, const fs::path& folder) : split_(std::move(split)) {
    for (const std::string& file : files_of(split_)) records_ += read_records((folder / file).string());
    info_.spec = spec.text;
    info_.layout = "cifar10";
    info_.class_names = read_class_names(folder);
  }

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return records_.size() / kRecord; }
  [[nodiscard]] int label(std::uint64_t id) const override {
    return static_cast<std::uint8_t>(records_.at(id * kRecord));
  }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return fmt::format("{}/{}", split_, id); }

  [[nodiscard]] Image load(std::uint64_t id) const override {
    const std::string_view planes = std::string_view(records_).substr(id * kRecord + 1, 3 * kPlane);
    Image image(kSide, kSide);
    for (std::size_t i = 0; i < kPlane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        image.pixels[3 * i + c] = static_cast<std::uint8_t>(planes[c * kPlane + i]);
    return image;
  }

  [[nodiscard]] std::string fingerprint() const override {
    return "sha256:" + Sha256().update(std::string_view("cifar10")).update(std::string_view(records_)).hex();
  }

 private:
  std::string split_;
  std::string records_;
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Dataset> open_cifar10(const DatasetSpec& spec) {
  spec.check_options({"split"});
  const std::string split = spec.option("split", "test");
  if (split != "test" && split != "train")
    throw UsageError(fmt::format("{}: cifar10 has no split '{}'", spec.text, split),
                     unknown_name_hint(split, splits()));
  const fs::path folder = find_batches(spec.place);
  if (folder.empty())
    throw InputError(
        spec.place, "holds no CIFAR-10 binary files",
        "expected test_batch.bin or data_batch_1.bin … data_batch_5.bin (cifar-10-binary.tar.gz)");
  return std::make_unique<Cifar10>(spec, split, folder);
}

bool looks_like_cifar10(const std::string& folder) {
  return !find_batches(folder).empty();
}

}  // namespace vitrobust::data

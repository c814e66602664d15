#include "data/mnist.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/names.h"
#include "core/sha256.h"
#include "data/idx.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

constexpr int kClasses = 10;
/// Far above what any such file has; keeps the sizes of an image within an int.
constexpr std::uint64_t kMaxSide = 16'384;

const std::vector<std::string>& splits() {
  static const std::vector<std::string> names{"test", "train"};
  return names;
}

std::string prefix_of(const std::string& split) {
  return split == "test" ? "t10k" : "train";
}

/// PREFIX-PART-FORM-ubyte, such as t10k-images-idx3-ubyte, under any of its names.
std::optional<std::string> find_file(const std::string& folder, const std::string& split,
                                     std::string_view part) {
  const std::string_view form = part == "images" ? "idx3" : "idx1";
  std::error_code ignored;
  for (const char* separator : {"-", "."})
    for (const char* compressed : {"", ".gz"}) {
      const fs::path path = fs::path(folder) / fmt::format("{}-{}{}{}-ubyte{}", prefix_of(split), part,
                                                           separator, form, compressed);
      if (fs::is_regular_file(path, ignored)) return path.string();
    }
  return std::nullopt;
}

std::string require_file(const std::string& folder, const std::string& split, std::string_view part) {
  if (const auto path = find_file(folder, split, part)) return *path;
  throw InputError(
      folder,
      fmt::format("holds no {} of MNIST's, {}-{}-idxN-ubyte, plain or .gz", part, prefix_of(split), part),
      "MNIST is four files: images and labels, t10k- and train-");
}

class Mnist final : public Dataset {
 public:
  Mnist(const DatasetSpec& spec, std::string split) : split_(std::move(split)) {
    const std::string images = require_file(spec.place, split_, "images");
    const std::string labels = require_file(spec.place, split_, "labels");
    images_ = read_idx(images);
    labels_ = read_idx(labels);
    if (images_.shape.size() != 3 || images_.shape[1] - 1 >= kMaxSide || images_.shape[2] - 1 >= kMaxSide)
      throw InputError(images, "holds no images: expected three dimensions, their number, height and width");
    if (labels_.shape.size() != 1 || labels_.shape[0] != images_.shape[0])
      throw InputError(labels,
                       fmt::format("holds {} labels for {} images", labels_.values.size(), images_.shape[0]));
    for (std::size_t id = 0; id < labels_.values.size(); ++id)
      if (label_at(id) >= kClasses)
        throw InputError(labels,
                         fmt::format("label {} is {}, expected 0 to {}", id, label_at(id), kClasses - 1));
    info_.spec = spec.text;
    info_.layout = "mnist";
    for (int digit = 0; digit < kClasses; ++digit) info_.class_names.push_back(fmt::format("{}", digit));
  }

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return labels_.values.size(); }
  [[nodiscard]] int label(std::uint64_t id) const override { return label_at(id); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return fmt::format("{}/{}", split_, id); }

  [[nodiscard]] Image load(std::uint64_t id) const override {
    Image image(static_cast<int>(images_.shape[1]), static_cast<int>(images_.shape[2]));
    const std::size_t pixels = image.pixels.size() / 3;
    const std::string_view grey = std::string_view(images_.values).substr(id * pixels, pixels);
    for (std::size_t i = 0; i < pixels; ++i)
      for (std::size_t channel = 0; channel < 3; ++channel)
        image.pixels[3 * i + channel] = static_cast<std::uint8_t>(grey[i]);
    return image;
  }

  [[nodiscard]] std::string fingerprint() const override {
    return "sha256:" + Sha256()
                           .update(fmt::format("mnist {}x{}", images_.shape[1], images_.shape[2]))
                           .update(std::string_view(images_.values))
                           .update(std::string_view(labels_.values))
                           .hex();
  }

 private:
  [[nodiscard]] int label_at(std::uint64_t id) const {
    return static_cast<std::uint8_t>(labels_.values.at(id));
  }

  std::string split_;
  IdxArray images_, labels_;
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Dataset> open_mnist(const DatasetSpec& spec) {
  spec.check_options({"split"});
  const std::string split = spec.option("split", "test");
  if (split != "test" && split != "train")
    throw UsageError(fmt::format("{}: mnist has no split '{}'", spec.text, split),
                     unknown_name_hint(split, splits()));
  return std::make_unique<Mnist>(spec, split);
}

bool looks_like_mnist(const std::string& folder) {
  return find_file(folder, "test", "images") || find_file(folder, "train", "images");
}

}  // namespace vitrobust::data

#include "data/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <functional>

#include "core/error.h"
#include "core/names.h"
#include "data/cifar10.h"
#include "data/dataset_spec.h"
#include "data/glyphs.h"
#include "data/imagefolder.h"
#include "data/imagelist.h"
#include "data/mnist.h"
#include "data/ready_made.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

/// A line of the table of layouts.
struct Layout {
  DatasetLayout description;
  std::function<std::unique_ptr<Dataset>(const DatasetSpec&)> open;
  /// Whether a bare path could be meant so; null for what has no path.
  std::function<bool(const std::string& path)> recognises;
  bool needs_place = true;
};

const std::vector<Layout>& table() {
  static const std::vector<Layout> layouts{
      {{"glyphs", "glyphs[:test|:train]",
        "embedded 32x32 images of the ten digits; 10,000 test, 50,000 train"},
       open_glyphs,
       nullptr,
       false},
      {{"cifar10", "cifar10:DIR[,split=test|train]",
        "CIFAR-10's binary version: test_batch.bin, data_batch_N.bin"},
       open_cifar10,
       looks_like_cifar10},
      {{"mnist", "mnist:DIR[,split=test|train]",
        "MNIST's IDX files, plain or .gz: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, train-…"},
       open_mnist,
       looks_like_mnist},
      {{"imagefolder", "imagefolder:DIR", "one folder of image files per class, classes in bytewise order"},
       open_imagefolder,
       looks_like_imagefolder},
      {{"imagenet-c", "imagenet-c:DIR",
        "the published ImageNet-C: <corruption>/<severity>/<class>/<image>; no clean images"},
       open_imagenet_c,
       looks_like_imagenet_c},
      {{"cifar10-c", "cifar10-c:DIR",
        "the published CIFAR-10-C: <corruption>.npy and labels.npy; no clean images"},
       open_cifar10_c,
       looks_like_cifar10_c},
      {{"imagelist", "imagelist:FILE.csv[,image=COLUMN][,label=COLUMN][,base=0|1][,classes=N]",
        "image files named in a CSV file beside their labels"},
       open_imagelist,
       looks_like_imagelist},
  };
  return layouts;
}

std::vector<std::string> layout_names() {
  std::vector<std::string> names;
  for (const Layout& layout : table()) names.push_back(layout.description.name);
  return names;
}

/// The one layout that fits what lies at a bare path.
const Layout& recognise(const std::string& path) {
  std::vector<const Layout*> fitting;
  for (const Layout& layout : table())
    if (layout.recognises && layout.recognises(path)) fitting.push_back(&layout);
  if (fitting.size() == 1) return *fitting.front();
  if (fitting.empty())
    throw InputError(
        path, "is not recognised as a dataset",
        fmt::format("expected CIFAR-10's binary files, MNIST's, one folder of images per class, or a CSV "
                    "list of images; say which with LAYOUT:PATH, layouts are {}",
                    fmt::join(layout_names(), ", ")));
  std::vector<std::string> specs;
  for (const Layout* layout : fitting) specs.push_back(layout->description.name + ":" + path);
  throw UsageError(fmt::format("{}: could be read in {} ways", path, fitting.size()),
                   fmt::format("say which: {}", fmt::join(specs, " or ")));
}

[[noreturn]] void throw_unknown_layout(const DatasetSpec& spec) {
  const std::vector<std::string> names = layout_names();
  if (spec.place.empty() && spec.layout.find('/') != std::string::npos)
    throw InputError(spec.layout, "no such file or folder");
  throw UsageError(fmt::format("unknown dataset '{}'", spec.text), unknown_name_hint(spec.layout, names));
}

}  // namespace

std::vector<DatasetLayout> dataset_layouts() {
  std::vector<DatasetLayout> descriptions;
  for (const Layout& layout : table()) descriptions.push_back(layout.description);
  return descriptions;
}

Image Dataset::load_ready_made(std::uint64_t, const ReadyMadeCell& cell) const {
  throw InternalError(fmt::format("{} has no ready-made {}", info().spec, cell.corruption));
}

std::unique_ptr<Dataset> open_dataset(const std::string& text) {
  DatasetSpec spec = parse_dataset_spec(text);
  for (const Layout& layout : table()) {
    if (layout.description.name != spec.layout) continue;
    if (layout.needs_place && spec.place.empty())
      throw UsageError(fmt::format("{}: {} needs a path", text, spec.layout),
                       "usage: " + layout.description.usage);
    return layout.open(spec);
  }
  // A bare path may itself hold a colon.
  const std::string path = spec.place.empty() ? spec.layout : spec.layout + ":" + spec.place;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw_unknown_layout(spec);
  spec.place = path;
  return recognise(path).open(spec);
}

}  // namespace vitrobust::data

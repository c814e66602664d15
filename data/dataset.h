#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/image.h"

namespace vitrobust::data {

/// What a dataset is, for the report.
struct DatasetInfo {
  /// As the user named it, e.g. "cifar10:/data/cifar10".
  std::string spec;
  /// "glyphs", "cifar10", "imagefolder", …: the table entry that opened it.
  std::string layout;
  /// In the order of the labels.
  std::vector<std::string> class_names;
  /// Image files are resized and cropped by the model's preprocessing; arrays only when their size differs.
  bool image_files = false;
  /// Labels were given as class indices of the model (a list with labels), so the data may lack classes that
  /// it has; where classes are folders, their number must be the model's.
  bool labels_are_indices = false;
};

/// A corruption at a severity whose images lie in the dataset.
struct ReadyMadeCell {
  std::string corruption;
  int severity = 1;

  friend auto operator<=>(const ReadyMadeCell&, const ReadyMadeCell&) = default;
};

/// Labelled images in a fixed order. Every method is const and safe to call from several threads.
class Dataset {
 public:
  virtual ~Dataset() = default;

  [[nodiscard]] virtual const DatasetInfo& info() const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Class index of sample `id` in [0, class_names.size()).
  [[nodiscard]] virtual int label(std::uint64_t id) const = 0;
  /// What to call sample `id` in messages: a relative path, or "test/17".
  [[nodiscard]] virtual std::string name(std::uint64_t id) const = 0;
  /// The image at its own size. @throws InputError when it cannot be read or decoded
  [[nodiscard]] virtual Image load(std::uint64_t id) const = 0;
  /// The corruptions whose images lie there, in place of clean ones: load() throws then. Empty for ordinary
  /// datasets, whose images the suite corrupts.
  [[nodiscard]] virtual std::vector<ReadyMadeCell> ready_made() const { return {}; }
  /// Sample `id` in one of the cells of ready_made(). @throws InputError when it cannot be read or decoded
  [[nodiscard]] virtual Image load_ready_made(std::uint64_t id, const ReadyMadeCell& cell) const;
  /// "sha256:…" of everything that decides the samples, their order and their labels; for image folders of
  /// names and sizes.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
};

/// Opens "cifar10:DIR", "imagefolder:DIR", "glyphs", … through the table of layouts; a bare folder is
/// recognised by what lies in it. @throws UsageError for an unknown layout (with the nearest names),
/// InputError for what lies there
std::unique_ptr<Dataset> open_dataset(const std::string& spec);

/// One layout of the table, for `vitrobust list` and the hint of an unknown spec.
struct DatasetLayout {
  std::string name;
  std::string usage;
  std::string help;
};
std::vector<DatasetLayout> dataset_layouts();

}  // namespace vitrobust::data

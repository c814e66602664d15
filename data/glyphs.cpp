#include "data/glyphs.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/names.h"
#include "core/sha256.h"
#include "data/glyph_painter.h"

namespace vitrobust::data {
namespace {

constexpr std::uint64_t kTrainSize = 50'000;
constexpr std::uint64_t kTestSize = 10'000;
constexpr int kDigits = 10;

class Glyphs final : public Dataset {
 public:
  Glyphs(std::string split, const std::string& spec)
      : split_(std::move(split)),
        stream_("glyphs/" + split_),
        size_(split_ == "train" ? kTrainSize : kTestSize) {
    info_.spec = spec;
    info_.layout = "glyphs";
    for (int digit = 0; digit < kDigits; ++digit) info_.class_names.push_back(std::to_string(digit));
  }

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] int label(std::uint64_t id) const override { return static_cast<int>(id % kDigits); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return fmt::format("{}/{}", split_, id); }
  [[nodiscard]] Image load(std::uint64_t id) const override { return paint_glyph(label(id), stream_, id); }

  /// A few painted samples stand for all: they change with the painter and with a library that draws
  /// otherwise.
  [[nodiscard]] std::string fingerprint() const override {
    Sha256 hash;
    hash.update(stream_).update(size_);
    for (std::uint64_t id = 0; id < 20; ++id) hash.update(load(id).pixels);
    return "sha256:" + hash.hex();
  }

 private:
  std::string split_;
  std::string stream_;
  std::uint64_t size_;
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Dataset> open_glyphs(const DatasetSpec& spec) {
  static const std::array<std::string, 2> splits{"test", "train"};
  spec.check_options({});
  const std::string split = spec.place.empty() ? splits[0] : spec.place;
  if (split != splits[0] && split != splits[1])
    throw UsageError(fmt::format("glyphs has no split '{}'", split), unknown_name_hint(split, splits));
  return std::make_unique<Glyphs>(split, spec.text);
}

}  // namespace vitrobust::data

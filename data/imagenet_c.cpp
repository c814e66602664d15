#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/sha256.h"
#include "data/decode.h"
#include "data/imagefolder.h"
#include "data/ready_made.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code dangling;
    if (entry->is_directory(dangling)) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

bool is_severity(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.size() == 1 && name[0] >= '1' && name[0] <= '5';
}

using Cells = std::map<ReadyMadeCell, fs::path>;

void add_cells(const fs::path& corruption, Cells& cells) {
  for (const fs::path& severity : folders_in(corruption))
    if (is_severity(severity))
      cells.emplace(ReadyMadeCell{corruption.filename().string(), severity.filename().string()[0] - '0'},
                    severity);
}

Cells find_cells(const fs::path& root) {
  Cells cells;
  for (const fs::path& folder : folders_in(root)) {
    const std::size_t before = cells.size();
    add_cells(folder, cells);
    if (cells.size() != before) continue;
    // "blur", "digital", "noise", "weather", "extra": the archives' own folders.
    for (const fs::path& corruption : folders_in(folder)) add_cells(corruption, cells);
  }
  return cells;
}

class ImageNetC final : public Dataset {
 public:
  ImageNetC(const DatasetSpec& spec, Cells cells) : cells_(std::move(cells)) {
    DatasetSpec first;
    first.text = first.place = cells_.begin()->second.string();
    files_ = open_imagefolder(first);
    info_ = files_->info();
    info_.spec = spec.text;
    info_.layout = "imagenet-c";
    info_.image_files = false;
  }

  [[nodiscard]] const DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return files_->size(); }
  [[nodiscard]] int label(std::uint64_t id) const override { return files_->label(id); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return files_->name(id); }
  [[nodiscard]] Image load(std::uint64_t) const override {
    throw InputError(info_.spec, "holds corrupted images only");
  }

  [[nodiscard]] std::vector<ReadyMadeCell> ready_made() const override {
    std::vector<ReadyMadeCell> found;
    for (const auto& [cell, folder] : cells_) found.push_back(cell);
    return found;
  }

  [[nodiscard]] Image load_ready_made(std::uint64_t id, const ReadyMadeCell& cell) const override {
    return decode_image_file((cells_.at(cell) / files_->name(id)).string());
  }

  /// Of the files of the first cell, and of which cells there are: asking for every file of all cells would
  /// take minutes.
  [[nodiscard]] std::string fingerprint() const override {
    Sha256 hash;
    hash.update(files_->fingerprint());
    for (const auto& [cell, folder] : cells_)
      hash.update(fmt::format("{}/{}\n", cell.corruption, cell.severity));
    return "sha256:" + hash.hex();
  }

 private:
  Cells cells_;
  std::unique_ptr<Dataset> files_;
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Dataset> open_imagenet_c(const DatasetSpec& spec) {
  spec.check_options({});
  std::error_code ignored;
  if (!fs::is_directory(spec.place, ignored)) throw InputError(spec.place, "no such folder");
  Cells cells = find_cells(spec.place);
  if (cells.empty())
    throw InputError(spec.place, "holds no corrupted images",
                     "expected <corruption>/<severity>/<class>/<image>, such as fog/3/n01440764/….JPEG");
  return std::make_unique<ImageNetC>(spec, std::move(cells));
}

bool looks_like_imagenet_c(const std::string& folder) {
  std::error_code ignored;
  return fs::is_directory(folder, ignored) && !find_cells(folder).empty();
}

}  // namespace vitrobust::data

#include "eval/sample_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/files.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

/// A picture of at most 96 × 96 pixels takes 27 KB even when it is noise.
constexpr std::size_t kMostBytes = std::size_t{64} << 10;
constexpr std::size_t kMostPictures = 10000;
constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

/// The number that a name begins with, taken off it.
std::optional<std::uint64_t> take_number(std::string_view& name) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failure != std::errc{}) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  return number;
}

/// The bytes of a small PNG file; empty for anything else.
std::string read_png(const fs::path& path) {
  std::error_code failure;
  if (!fs::is_regular_file(path, failure) || fs::file_size(path, failure) > kMostBytes || failure) return {};
  std::string bytes = read_file(path.string(), kMostBytes);
  return bytes.starts_with(kPngSignature) ? bytes : std::string();
}

void read_cell(const fs::path& folder, const std::string& row_id, const fs::path& clean_folder,
               std::vector<reports::SampleImages>& found) {
  std::map<std::uint64_t, reports::SampleImages> images;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    if (images.size() > kMostPictures) break;
    const std::string file = entry.path().filename().string();
    std::string_view name = file;
    const auto sample = take_number(name);
    if (!sample) continue;
    reports::SampleImages& image = images[*sample];
    constexpr std::string_view kDifference = "-difference-x";
    if (name == ".png") {
      image.seen = read_png(entry.path());
    } else if (name.starts_with(kDifference)) {
      name.remove_prefix(kDifference.size());
      const auto magnification = take_number(name);
      if (!magnification || *magnification > 1000 || name != ".png") continue;
      image.difference = read_png(entry.path());
      image.magnification = static_cast<int>(*magnification);
    }
  }
  for (auto& [sample, image] : images) {
    if (image.seen.empty()) continue;
    image.row_id = row_id;
    image.sample = sample;
    image.clean = read_png(clean_folder / fmt::format("{}.png", sample));
    found.push_back(std::move(image));
  }
}

}  // namespace

std::string cell_samples_folder(const std::string& run_folder, std::size_t cell, const std::string& slug) {
  return fmt::format("{}/{}/{:02}-{}", run_folder, kSamplesFolder, cell, slug);
}

std::vector<reports::SampleImages> read_sample_images(const std::string& run_path,
                                                      const reports::ReportView& view) {
  std::vector<reports::SampleImages> found;
  const fs::path samples = fs::path(run_path) / kSamplesFolder;
  std::map<std::size_t, fs::path> folders;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(samples, unreadable)) {
    const std::string file = entry.path().filename().string();
    std::string_view name = file;
    const auto cell = take_number(name);
    if (cell && name.starts_with("-") && *cell < view.rows.size()) folders.emplace(*cell, entry.path());
  }
  for (const auto& [cell, folder] : folders) read_cell(folder, view.rows[cell].id, samples / "clean", found);
  return found;
}

}  // namespace vitrobust::eval

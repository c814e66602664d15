#include "data/imagelist.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/names.h"
#include "data/csv.h"
#include "data/image_files.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{256} << 20;
/// Above any classification dataset (ImageNet-21k); a class index beyond is a mistake.
constexpr int kMaxClasses = 1'000'000;

std::optional<int> parse_number(const std::string& text, int minimum, int maximum) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < minimum || value > maximum)
    return std::nullopt;
  return value;
}

/// An option that is a number; `fallback` when it was not given.
int number_option(const DatasetSpec& spec, const std::string& key, int fallback, int minimum, int maximum) {
  const std::string text = spec.option(key, std::to_string(fallback));
  const auto value = parse_number(text, minimum, maximum);
  if (!value)
    throw UsageError(fmt::format("{}: {} must be a number from {} to {}, got '{}'", spec.text, key, minimum,
                                 maximum, text));
  return *value;
}

/// The column that `option` names, or the first of the usual ones.
std::size_t find_column(const DatasetSpec& spec, const std::string& option, const CsvTable& table,
                        const std::string& source, const std::vector<std::string>& usual) {
  const std::string wanted = spec.option(option, "");
  for (const std::string& name : wanted.empty() ? usual : std::vector<std::string>{wanted}) {
    const auto found = std::find(table.header.begin(), table.header.end(), name);
    if (found != table.header.end()) return static_cast<std::size_t>(found - table.header.begin());
  }
  const std::string problem = wanted.empty() ? fmt::format("has no column for the {}", option)
                                             : fmt::format("has no column '{}'", wanted);
  throw InputError(
      source, problem,
      fmt::format("name it with {}=COLUMN; columns are: {}", option, fmt::join(table.header, ", ")));
}

/// The image that `name` means: beside the list or in images/, with its extension or without.
std::optional<std::string> find_image(const fs::path& folder, const std::string& name) {
  for (const char* extension : {"", ".png", ".jpg", ".jpeg", ".JPEG"})
    for (const char* subfolder : {"", "images"}) {
      const fs::path relative = fs::path(subfolder) / (name + extension);
      std::error_code failure;
      if (fs::is_regular_file(folder / relative, failure)) return relative.string();
    }
  return std::nullopt;
}

fs::path list_file(const std::string& place) {
  std::error_code ignored;
  return fs::is_directory(place, ignored) ? fs::path(place) / "images.csv" : fs::path(place);
}

/// Numbers as names: a list of labels says no more.
std::vector<std::string> numbered_classes(int count) {
  std::vector<std::string> names;
  for (int label = 0; label < count; ++label) names.push_back(std::to_string(label));
  return names;
}

}  // namespace

std::unique_ptr<Dataset> open_imagelist(const DatasetSpec& spec) {
  spec.check_options({"image", "label", "base", "classes"});
  const fs::path path = list_file(spec.place);
  const std::string source = path.string();
  const CsvTable table = parse_csv(read_file(source, kMaxFile), source);
  const std::size_t image_column =
      find_column(spec, "image", table, source, {"file", "filename", "path", "image", "ImageId"});
  const std::size_t label_column = find_column(spec, "label", table, source, {"label", "class", "TrueLabel"});
  const int base = number_option(spec, "base", table.header[label_column] == "TrueLabel" ? 1 : 0, 0, 1);
  const int given_classes = number_option(spec, "classes", 0, 0, kMaxClasses);
  const int most = given_classes > 0 ? given_classes : kMaxClasses;

  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<ImageFile> files;
  int classes = given_classes;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& text = table.rows[i][label_column];
    const auto label = parse_number(text, base, most - 1 + base);
    if (!label)
      throw InputError(source, fmt::format("line {}: label '{}' is not a number from {} to {}",
                                           table.lines[i], text, base, most - 1 + base));
    const std::string& name = table.rows[i][image_column];
    const auto found = find_image(folder, name);
    if (!found)
      throw InputError(source, fmt::format("line {}: there is no image '{}'", table.lines[i], name),
                       fmt::format("sought in {0} and {0}/images", folder.string()));
    files.push_back({*found, *label - base});
    classes = std::max(classes, *label - base + 1);
  }
  DatasetInfo info{.spec = spec.text,
                   .layout = "imagelist",
                   .class_names = numbered_classes(classes),
                   .labels_are_indices = true};
  return std::make_unique<ImageFiles>(std::move(info), folder.string(), std::move(files));
}

bool looks_like_imagelist(const std::string& path) {
  const fs::path file = list_file(path);
  std::error_code ignored;
  return file.extension() == ".csv" && fs::is_regular_file(file, ignored);
}

}  // namespace vitrobust::data

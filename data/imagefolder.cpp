#include "data/imagefolder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/image_files.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;

/// False, too, for what cannot be asked.
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// Names in a folder, bytewise sorted.
struct Listing {
  std::vector<std::string> folders;
  std::vector<std::string> images;
};

Listing list_folder(const fs::path& folder) {
  Listing listing;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    std::error_code dangling;  // A broken link is neither a folder nor an image.
    if (entry->is_directory(dangling))
      listing.folders.push_back(name);
    else if (has_image_extension(name) && entry->is_regular_file(dangling))
      listing.images.push_back(name);
  }
  if (failure) throw InputError(folder.string(), "cannot be read: " + failure.message());
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.images.begin(), listing.images.end());
  return listing;
}

/// Walks down from one class folder.
class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  /// Images below `relative`, by folder and then by name.
  std::vector<std::string> images(const std::string& relative) {
    visit(relative);
    // Parents before children, and siblings as their whole paths compare: the order of sorted(os.walk()).
    std::sort(found_.begin(), found_.end());
    std::vector<std::string> paths;
    for (const auto& [folder, name] : found_) paths.push_back(folder + "/" + name);
    return paths;
  }

 private:
  void visit(const std::string& relative) {
    const fs::path folder = root_ / relative;
    std::error_code failure;
    const fs::path real = fs::canonical(folder, failure);
    if (failure) throw InputError(folder.string(), "cannot be read: " + failure.message());
    if (std::find(ancestors_.begin(), ancestors_.end(), real) != ancestors_.end())
      throw InputError(folder.string(), "is a symbolic link to a folder that it lies in");
    ancestors_.push_back(real);
    Listing listing = list_folder(folder);
    for (std::string& name : listing.images) found_.emplace_back(relative, std::move(name));
    for (const std::string& name : listing.folders) visit(relative + "/" + name);
    ancestors_.pop_back();
  }

  fs::path root_;
  std::vector<fs::path> ancestors_;
  std::vector<std::pair<std::string, std::string>> found_;
};

std::vector<std::string> class_folders(const Listing& listing) {
  std::vector<std::string> classes;
  for (const std::string& name : listing.folders)
    if (!name.starts_with('.')) classes.push_back(name);
  return classes;
}

}  // namespace

std::unique_ptr<Dataset> open_imagefolder(const DatasetSpec& spec) {
  spec.check_options({});
  if (!is_folder(spec.place)) throw InputError(spec.place, "no such folder");
  const Listing top = list_folder(spec.place);
  DatasetInfo info;
  info.spec = spec.text;
  info.layout = "imagefolder";
  info.class_names = class_folders(top);
  if (info.class_names.empty() && !top.images.empty())
    throw InputError(spec.place, fmt::format("holds {} images but no class folders", top.images.size()),
                     "put them into one folder per class, or name a list of labels: imagelist:LABELS.csv");
  std::vector<ImageFile> files;
  for (std::size_t label = 0; label < info.class_names.size(); ++label)
    for (std::string& path : Walk(spec.place).images(info.class_names[label]))
      files.push_back({std::move(path), static_cast<int>(label)});
  return std::make_unique<ImageFiles>(std::move(info), spec.place, std::move(files));
}

bool looks_like_imagefolder(const std::string& folder) {
  if (!is_folder(folder)) return false;
  const std::vector<std::string> classes = class_folders(list_folder(folder));
  return std::any_of(classes.begin(), classes.end(),
                     [&](const std::string& name) { return !Walk(folder).images(name).empty(); });
}

}  // namespace vitrobust::data

#include "models/checkpoint/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{64} << 20;
constexpr std::ptrdiff_t kMostMembers = std::ptrdiff_t{1} << 16;
constexpr std::size_t kMostShards = 4096;

/// file -> the tensors that it should hold
using Shards = std::map<std::string, std::set<std::string>>;

Shards read_index(const std::string& path) {
  const std::string text = read_file(path, kMaxIndexBytes);
  // The keys of an object are searched one by one.
  if (std::ranges::count(text, ':') > kMostMembers)
    throw InputError(path, "describes more tensors than any model has");
  const Json index = parse_json(text, path);
  const Json map = json_get<Json>(index, "weight_map", path);
  if (!map.is_object() || map.empty())
    throw InputError(path, "has a weight_map that is no object of tensor names and files");
  Shards shards;
  for (const auto& [tensor, file] : map.items()) {
    const std::string label = fmt::format("weight_map '{}'", printable_name(tensor));
    if (!file.is_string()) throw InputError(path, fmt::format("{} is {}", label, json_type_name(file)));
    const auto name = file.get<std::string>();
    // An index is as untrusted as a checkpoint: it opens no file outside of its folder.
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
      throw InputError(path, fmt::format("{} names '{}', expected a file in the same folder", label,
                                         printable_name(name)));
    shards[name].insert(tensor);
  }
  if (shards.size() > kMostShards) throw InputError(path, fmt::format("names {} files", shards.size()));
  return shards;
}

void check_shard(const TensorCatalogue& shard, const std::set<std::string>& expected, const std::string& path,
                 const std::string& index) {
  std::set<std::string> held;
  for (const TensorEntry& entry : shard.tensors) held.insert(entry.name);
  for (const std::string& name : expected)
    if (!held.contains(name))
      throw InputError(path,
                       fmt::format("lacks tensor '{}', which {} says is in it", printable_name(name), index));
  for (const std::string& name : held)
    if (!expected.contains(name))
      throw InputError(path,
                       fmt::format("holds tensor '{}', which {} does not say", printable_name(name), index));
}

void append(TensorCatalogue& all, TensorCatalogue shard) {
  const std::size_t first_source = all.sources.size();
  std::ranges::move(shard.sources, std::back_inserter(all.sources));
  for (TensorEntry& entry : shard.tensors) {
    entry.source += first_source;
    all.tensors.push_back(std::move(entry));
  }
  all.metadata.merge(shard.metadata);
  all.unreadable.merge(shard.unreadable);
}

}  // namespace

TensorCatalogue open_shards(const std::string& index_path, const CatalogueOptions& options) {
  const Shards shards = read_index(index_path);
  const fs::path folder = fs::path(index_path).parent_path();
  TensorCatalogue all;
  for (const auto& [file, tensors] : shards) {
    const std::string path = (folder / file).string();
    TensorCatalogue shard = open_checkpoint(open_file_source(path), options);
    check_shard(shard, tensors, path, fs::path(index_path).filename().string());
    if (!all.container.empty() && all.container != shard.container)
      throw InputError(path, fmt::format("is a {} file among {} files", shard.container, all.container));
    all.container = shard.container;
    all.files.push_back(path);
    append(all, std::move(shard));
  }
  all.notes.push_back(fmt::format("{} tensors joined from {} files", all.tensors.size(), all.files.size()));
  return all;
}

bool looks_like_json(const ByteSource& source) {
  if (source.size() < 9) return false;
  const auto start = source.read(0, 9);
  // The length in front of a safetensors header may have the first byte of '{', but then zeros follow.
  return start[0] == '{' && start[7] != 0;
}

}  // namespace vitrobust::models

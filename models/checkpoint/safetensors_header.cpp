#include "models/checkpoint/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace vitrobust::models {
namespace {

/// LibTorch's iterators stop here; no model comes near.
constexpr std::size_t kMaxRank = 64;
/// Bounds of the parsed document: its keys are searched one by one, and a value takes far more memory than
/// the two bytes that make one. A tensor takes 4 members and at least 3 commas; the largest models have a few
/// thousand tensors in a file.
constexpr std::ptrdiff_t kMaxMembers = std::ptrdiff_t{1} << 16;
constexpr std::ptrdiff_t kMaxElements = std::ptrdiff_t{1} << 20;

/// Offsets below this can be added without overflow, and fit the signed sizes of the system's calls.
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 62;

constexpr const char* kDamagedHint = "the file is damaged or not a safetensors file: fetch it again";

bool multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& product) {
  return !__builtin_mul_overflow(a, b, &product);
}

/// Reads the entries of one header; knows how to name the place of an error.
class EntryReader {
 public:
  EntryReader(const std::string& source, std::uint64_t data_start)
      : source_(source), data_start_(data_start) {}

  [[nodiscard]] TensorEntry read(const std::string& name, const Json& value) {
    where_ = tensor_label(name);
    if (!value.is_object()) fail(fmt::format("is {}, expected an object", json_type_name(value)));
    TensorEntry entry;
    entry.name = name;
    const SafetensorsType& type = read_type(member(value, "dtype"));
    entry.type = type.name;
    entry.shape = read_shape(member(value, "shape"));
    read_range(member(value, "data_offsets"), entry);
    const std::uint64_t expected = bytes_of(entry.shape, type);
    if (entry.bytes != expected)
      fail(fmt::format("of shape {} and type {} takes {} bytes, but its data_offsets span {}",
                       shape_text(entry.shape), type.name, expected, entry.bytes));
    return entry;
  }

  [[nodiscard]] static std::string tensor_label(const std::string& name) {
    return fmt::format("tensor '{}'", printable_name(name));
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError(source_, where_ + " " + problem, kDamagedHint);
  }

  [[nodiscard]] const Json& member(const Json& value, const char* key) const {
    const auto found = value.find(key);
    if (found == value.end()) fail(fmt::format("has no '{}'", key));
    return *found;
  }

  [[nodiscard]] const SafetensorsType& read_type(const Json& value) const {
    if (!value.is_string())
      fail(fmt::format("has a dtype that is {}, expected a string", json_type_name(value)));
    const auto& name = value.get_ref<const std::string&>();
    for (const SafetensorsType& type : safetensors_types()) {
      if (type.name == name) return type;
    }
    fail(fmt::format("has unknown dtype '{}'", printable_name(name)));
  }

  [[nodiscard]] std::vector<std::int64_t> read_shape(const Json& value) const {
    if (!value.is_array())
      fail(fmt::format("has a shape that is {}, expected an array", json_type_name(value)));
    if (value.size() > kMaxRank)
      fail(fmt::format("has {} dimensions, at most {} are supported", value.size(), kMaxRank));
    std::vector<std::int64_t> shape;
    for (const Json& size : value) {
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kMaxBytes)
        fail(fmt::format("has a shape with {}, expected integers from 0 to 2^62",
                         size.is_number() ? size.dump() : json_type_name(size)));
      shape.push_back(size.get<std::int64_t>());
    }
    return shape;
  }

  [[nodiscard]] std::uint64_t bytes_of(const std::vector<std::int64_t>& shape,
                                       const SafetensorsType& type) const {
    // A size of 0 must not hide that the others overflow: LibTorch multiplies them for the strides.
    std::uint64_t bits = type.bits;
    bool empty = false;
    for (const std::int64_t size : shape) {
      empty = empty || size == 0;
      if (!multiply(bits, static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1)), bits) ||
          bits > kMaxBytes)
        fail(fmt::format("of shape {} and type {} is larger than any memory", shape_text(shape), type.name));
    }
    if (empty) return 0;
    if (bits % 8 != 0)
      fail(fmt::format("of shape {} and type {} is not a whole number of bytes", shape_text(shape),
                       type.name));
    return bits / 8;
  }

  void read_range(const Json& value, TensorEntry& entry) const {
    const bool well_formed = value.is_array() && value.size() == 2 && value[0].is_number_unsigned() &&
                             value[1].is_number_unsigned();
    if (!well_formed) fail("has data_offsets that are not two non-negative integers");
    const auto begin = value[0].get<std::uint64_t>();
    const auto end = value[1].get<std::uint64_t>();
    if (begin > end) fail(fmt::format("has data_offsets that end ({}) before they begin ({})", end, begin));
    if (end > kMaxBytes) fail(fmt::format("has data_offsets that end at {}, beyond any file", end));
    entry.offset = data_start_ + begin;
    entry.bytes = end - begin;
  }

  const std::string& source_;
  std::uint64_t data_start_;
  std::string where_;
};

std::map<std::string, std::string> read_metadata(const Json& value, const std::string& source) {
  if (!value.is_object())
    throw InputError(source, fmt::format("__metadata__ is {}, expected an object", json_type_name(value)));
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      throw InputError(source, fmt::format("__metadata__ '{}' is {}, expected a string", printable_name(key),
                                           json_type_name(text)));
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// Every byte of the data belongs to exactly one tensor: no file can be two things at once.
void check_coverage(const std::vector<TensorEntry>& sorted, std::uint64_t data_start,
                    std::uint64_t file_bytes, const std::string& source) {
  std::uint64_t covered = data_start;
  const TensorEntry* previous = nullptr;
  for (const TensorEntry& entry : sorted) {
    const std::string label = EntryReader::tensor_label(entry.name);
    if (entry.offset < covered)
      throw InputError(
          source,
          fmt::format("{} overlaps {} by {} bytes", label, EntryReader::tensor_label(previous->name),
                      std::min(covered, entry.offset + entry.bytes) - entry.offset),
          kDamagedHint);
    if (entry.offset > covered)
      throw InputError(source,
                       fmt::format("{} bytes before {} belong to no tensor", entry.offset - covered, label),
                       kDamagedHint);
    covered = entry.offset + entry.bytes;
    previous = &entry;
  }
  if (covered > file_bytes)
    throw InputError(source,
                     fmt::format("is truncated: {} bytes are missing, {} ends beyond the file",
                                 covered - file_bytes, EntryReader::tensor_label(previous->name)),
                     kDamagedHint);
  if (covered < file_bytes)
    throw InputError(source,
                     fmt::format("the last {} bytes of the file belong to no tensor", file_bytes - covered),
                     kDamagedHint);
}

}  // namespace

std::span<const SafetensorsType> safetensors_types() {
  static const std::vector<SafetensorsType> types{
      {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
      {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E5M2FNUZ", 8}, {"F8_E4M3FNUZ", 8}, {"I16", 16},
      {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
      {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}};
  return types;
}

const TensorEntry* SafetensorsHeader::find(const std::string& name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorEntry& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::uint64_t safetensors_header_length(std::span<const std::uint8_t> prefix, std::uint64_t file_bytes,
                                        const std::string& source) {
  if (file_bytes < kSafetensorsPrefixBytes || prefix.size() < kSafetensorsPrefixBytes)
    throw InputError(source, fmt::format("has {} bytes, a safetensors file has at least {}", file_bytes,
                                         kSafetensorsPrefixBytes));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kSafetensorsPrefixBytes; ++i) length |= std::uint64_t{prefix[i]} << (8 * i);
  if (length > kSafetensorsMaxHeaderBytes)
    throw InputError(
        source,
        fmt::format("claims a header of {} bytes, the format allows {}", length, kSafetensorsMaxHeaderBytes),
        kDamagedHint);
  if (length > file_bytes - kSafetensorsPrefixBytes)
    throw InputError(source,
                     fmt::format("is truncated within its header: {} bytes are missing",
                                 length - (file_bytes - kSafetensorsPrefixBytes)),
                     kDamagedHint);
  return length;
}

SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> json, std::uint64_t file_bytes,
                                           const std::string& source) {
  if (json.empty() || json.front() != '{')
    throw InputError(source, "header does not begin with '{'", kDamagedHint);
  if (std::count(json.begin(), json.end(), ':') > kMaxMembers ||
      std::count(json.begin(), json.end(), ',') > kMaxElements)
    throw InputError(source, "header describes more tensors than any model has");
  const std::string_view text(reinterpret_cast<const char*>(json.data()), json.size());
  const Json document = parse_json(text, source + ": header");

  SafetensorsHeader header;
  const std::uint64_t data_start = kSafetensorsPrefixBytes + json.size();
  EntryReader reader(source, data_start);
  for (const auto& [name, value] : document.items()) {
    if (name == "__metadata__")
      header.metadata = read_metadata(value, source);
    else
      header.tensors.push_back(reader.read(name, value));
  }
  // Empty tensors share their offset with the next one and come first.
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
  });
  check_coverage(header.tensors, data_start, file_bytes, source);
  return header;
}

SafetensorsHeader read_safetensors_header(const ByteSource& file) {
  const auto prefix = file.read(0, std::min(file.size(), kSafetensorsPrefixBytes));
  const std::uint64_t length = safetensors_header_length(prefix, file.size(), file.name());
  return parse_safetensors_header(file.read(kSafetensorsPrefixBytes, length), file.size(), file.name());
}

SafetensorsHeader read_safetensors_header(const std::string& path) {
  return read_safetensors_header(*open_file_source(path));
}

TensorCatalogue open_safetensors(std::shared_ptr<const ByteSource> file) {
  SafetensorsHeader header = read_safetensors_header(*file);
  TensorCatalogue catalogue;
  catalogue.container = "safetensors";
  catalogue.tensors = std::move(header.tensors);
  catalogue.metadata = std::move(header.metadata);
  catalogue.sources.push_back(std::move(file));
  return catalogue;
}

}  // namespace vitrobust::models

#include "checkpoint_testing.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::models {
namespace {

/// Bytes of an element: those of a contiguous tensor over its elements.
std::uint64_t width_of(const TensorEntry& entry) {
  for (const char* wide : {"C128"})
    if (entry.type == wide) return 16;
  for (const SafetensorsType& type : safetensors_types())
    if (type.name == entry.type) return type.bits / 8;
  ADD_FAILURE() << "unknown type " << entry.type;
  return 0;
}

std::uint64_t distance(const TensorEntry& entry, std::uint64_t index) {
  if (entry.strides.empty()) return index;
  std::uint64_t sum = 0;
  for (std::size_t i = entry.shape.size(); i-- > 0;) {
    const auto size = static_cast<std::uint64_t>(entry.shape[i]);
    sum += index % size * static_cast<std::uint64_t>(entry.strides[i]);
    index /= size;
  }
  return sum;
}

}  // namespace

std::string golden_folder() {
  return VITROBUST_SOURCE_DIR "/tests/golden/checkpoints/";
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

TensorCatalogue open_bytes(const std::string& bytes, const std::string& name,
                           const CatalogueOptions& options) {
  return open_checkpoint(make_memory_source(name, bytes_of(bytes)), options);
}

std::string error_of(const std::string& bytes, const std::string& name) {
  try {
    open_bytes(bytes, name);
  } catch (const InputError& error) {
    return format_error(error);
  }
  return "no error";
}

std::string values_of(const TensorCatalogue& catalogue, const TensorEntry& entry) {
  const auto span = catalogue.sources.at(entry.source)->read(entry.offset, entry.bytes);
  const std::uint64_t width = width_of(entry);
  std::string values;
  for (std::uint64_t i = 0; i < entry.elements(); ++i) {
    const auto* element = span.data() + distance(entry, i) * width;
    values.append(element, element + width);
  }
  return values;
}

void expect_sound(const TensorCatalogue& catalogue) {
  for (const TensorEntry& entry : catalogue.tensors) {
    ASSERT_LT(entry.source, catalogue.sources.size()) << entry.name;
    const std::uint64_t size = catalogue.sources[entry.source]->size();
    ASSERT_LE(entry.bytes, size) << entry.name;
    // An empty tensor may be said to begin anywhere.
    if (entry.bytes != 0) {
      ASSERT_LE(entry.offset, size - entry.bytes) << entry.name;
    }
  }
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return text;
}

std::string make_zip(const std::vector<ZipFile>& files) {
  std::string archive;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::string sizes = little(file.crc32, 4) + little(file.data.size(), 4) +
                              little(file.bytes ? file.bytes : file.data.size(), 4) +
                              little(file.name.size(), 2) + little(0, 2);
    const std::string head = little(20, 2) + little(0, 2) +
                             little(static_cast<std::uint64_t>(file.method), 2) + little(0, 4) + sizes;
    directory += "PK\x01\x02" + little(20, 2) + head + little(0, 2) + little(0, 2) + little(0, 6) +
                 little(archive.size(), 4) + file.name;
    archive += "PK\x03\x04" + head + file.name + file.data;
  }
  return archive + directory + "PK\x05\x06" + little(0, 4) + little(files.size(), 2) +
         little(files.size(), 2) + little(directory.size(), 4) + little(archive.size(), 4) + little(0, 2);
}

std::string pickled(const std::string& text) {
  return "X" + little(text.size(), 4) + text;
}

std::string pickled(std::int64_t value) {
  return "\x8a\x08" + little(static_cast<std::uint64_t>(value), 8);
}

std::string pickled_tuple(const std::vector<std::int64_t>& values) {
  std::string tuple = "(";
  for (const std::int64_t value : values) tuple += pickled(value);
  return tuple + "t";
}

std::string pickled_storage(std::int64_t elements, const std::string& key) {
  return "(" + pickled("storage") + "ctorch\nFloatStorage\n" + pickled(key) + pickled("cpu") +
         pickled(elements) + "tQ";
}

std::string pickled_tensor(const std::string& storage, std::int64_t offset,
                           const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickled(offset) + pickled_tuple(shape) +
         pickled_tuple(strides) + "\x89}tR";
}

std::string pickled_item(const std::string& key, const std::string& value) {
  return "\x80\x02}" + pickled(key) + value + "s.";
}

std::string torch_zip(const std::string& pickle, std::size_t storage_bytes) {
  return make_zip({{"m/data.pkl", pickle}, {"m/data/0", std::string(storage_bytes, '\1')}});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "nothing to replace";
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << "more than one to replace";
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace vitrobust::models

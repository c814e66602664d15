#include "models/checkpoint/npz.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/npy_header.h"
#include "models/checkpoint/deflated_source.h"
#include "models/checkpoint/tensor_bounds.h"

namespace vitrobust::models {
namespace {

constexpr std::string_view kExtension = ".npy";

NpyHeader read_npy_header(const ByteSource& source, std::uint64_t offset, std::uint64_t bytes,
                          const std::string& label) {
  const auto start = source.read(offset, std::min<std::uint64_t>(bytes, kMaxNpyHeaderBytes + 16));
  return parse_npy_header({reinterpret_cast<const char*>(start.data()), start.size()}, label);
}

/// Why an array of that descr cannot be read; empty when it can.
std::string unreadable_reason(const std::string& descr) {
  if (descr.starts_with("|O")) return "holds pickled Python objects, which are not read";
  if (descr.starts_with('>')) return fmt::format("is big-endian ({}), which is not read", descr);
  if (descr.empty() || !element_type_of_numpy(std::string_view(descr).substr(1)))
    return fmt::format("has elements of numpy's type {}, which is not read", printable_name(descr));
  return {};
}

void add_array(TensorCatalogue& catalogue, const std::shared_ptr<const ByteSource>& archive,
               const ZipMember& member) {
  const std::string name = member.name.substr(0, member.name.size() - kExtension.size());
  const std::string label = fmt::format("{}: member '{}'", archive->name(), printable_name(member.name));
  std::shared_ptr<const ByteSource> source = archive;
  if (member.deflated) source = make_deflated_source(archive, member);
  const std::uint64_t begin = member.deflated ? 0 : member.offset;
  const NpyHeader header = read_npy_header(*source, begin, member.bytes, label);
  if (std::string reason = unreadable_reason(header.descr); !reason.empty()) {
    catalogue.unreadable.emplace(name, std::move(reason));
    return;
  }
  ClaimedTensor claimed;
  claimed.type = element_type_of_numpy(std::string_view(header.descr).substr(1));
  for (const std::uint64_t size : header.shape) claimed.shape.push_back(static_cast<std::int64_t>(size));
  const std::uint64_t held = member.bytes - header.data_offset;
  if (header.values() > held || header.values() * claimed.type->bytes != held)
    throw InputError(label, fmt::format("holds {} bytes, its shape {} and type {} say otherwise", held,
                                        shape_text(claimed.shape), claimed.type->name));
  TensorEntry entry = check_tensor(claimed, held, held, label, "the array");
  if (header.fortran_order) {
    claimed.strides = fortran_strides(claimed.shape);
    entry = check_tensor(claimed, held, held, label, "the array");
  }
  entry.name = name;
  entry.offset += begin + header.data_offset;
  entry.source = 0;
  if (member.deflated) {
    entry.source = catalogue.sources.size();
    catalogue.sources.push_back(std::move(source));
  }
  catalogue.tensors.push_back(std::move(entry));
}

}  // namespace

TensorCatalogue open_npz(const std::shared_ptr<const ByteSource>& archive, const ZipDirectory& directory) {
  TensorCatalogue catalogue;
  catalogue.container = "npz";
  catalogue.sources.push_back(archive);
  for (const ZipMember& member : directory.members())
    if (member.name.ends_with(kExtension)) add_array(catalogue, archive, member);
  return catalogue;
}

}  // namespace vitrobust::models

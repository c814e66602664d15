#include "models/checkpoint/read_tensor.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <bit>

#include "core/error.h"

namespace vitrobust::models {
namespace {

// All containers are read as little-endian; so are all machines that LibTorch is built for.
static_assert(std::endian::native == std::endian::little);

struct TypePair {
  const char* name;
  at::ScalarType type;
};

constexpr TypePair kTorchTypes[] = {
    {"F64", at::kDouble},
    {"F32", at::kFloat},
    {"F16", at::kHalf},
    {"BF16", at::kBFloat16},
    {"I64", at::kLong},
    {"I32", at::kInt},
    {"I16", at::kShort},
    {"I8", at::kChar},
    {"U64", at::kUInt64},
    {"U32", at::kUInt32},
    {"U16", at::kUInt16},
    {"U8", at::kByte},
    {"BOOL", at::kBool},
    {"C64", at::kComplexFloat},
    {"C128", at::kComplexDouble},
    {"F8_E5M2", at::kFloat8_e5m2},
    {"F8_E4M3", at::kFloat8_e4m3fn},
    {"F8_E5M2FNUZ", at::kFloat8_e5m2fnuz},
    {"F8_E4M3FNUZ", at::kFloat8_e4m3fnuz},
};

constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;

std::span<std::uint8_t> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::uint8_t*>(tensor.mutable_data_ptr()), tensor.nbytes()};
}

/// What lies between the first and the last element of a strided tensor, and the view of it that is the
/// tensor.
at::Tensor read_strided(const ByteSource& source, const TensorEntry& entry, at::ScalarType stored) {
  const auto width = static_cast<std::int64_t>(c10::elementSize(stored));
  const at::Tensor spanned = at::empty({static_cast<std::int64_t>(entry.bytes) / width}, stored);
  source.read(entry.offset, bytes_of(spanned));
  return spanned.as_strided(entry.shape, entry.strides);
}

void read_in_pieces(const ByteSource& source, const TensorEntry& entry, at::ScalarType stored,
                    const at::Tensor& out) {
  const auto width = static_cast<std::int64_t>(c10::elementSize(stored));
  // What must be inflated from its beginning is read in one go.
  const std::int64_t most = source.random_access() ? kPieceBytes / width : out.numel();
  const at::Tensor piece = at::empty({std::min(most, out.numel())}, stored);
  for (std::int64_t at = 0; at < out.numel(); at += most) {
    const at::Tensor part = piece.narrow(0, 0, std::min(most, out.numel() - at));
    source.read(entry.offset + static_cast<std::uint64_t>(at * width), bytes_of(part));
    out.narrow(0, at, part.numel()).copy_(part);
  }
}

}  // namespace

std::optional<at::ScalarType> torch_type(const std::string& name) {
  for (const TypePair& pair : kTorchTypes) {
    if (name == pair.name) return pair.type;
  }
  return std::nullopt;
}

void read_tensor_into(const TensorCatalogue& catalogue, const TensorEntry& entry, const at::Tensor& out) {
  const ByteSource& source = *catalogue.sources.at(entry.source);
  const std::optional<at::ScalarType> stored = torch_type(entry.type);
  if (!stored)
    throw InputError(source.name(),
                     fmt::format("tensor '{}' has elements of type {}, which cannot be read",
                                 printable_name(entry.name), entry.type),
                     "store the weights as F32, F16 or BF16");
  if (!out.is_contiguous() || !out.is_cpu() || !std::cmp_equal(out.numel(), entry.elements()))
    throw InternalError(fmt::format("tensor '{}' is read into one that it does not fit", entry.name));
  if (out.numel() == 0) return;
  const torch::NoGradGuard no_grad;
  if (!entry.strides.empty())
    out.view(entry.shape).copy_(read_strided(source, entry, *stored));
  else if (out.scalar_type() == *stored)
    source.read(entry.offset, bytes_of(out));
  else
    read_in_pieces(source, entry, *stored, out.view(-1));
}

at::Tensor read_tensor(const TensorCatalogue& catalogue, const TensorEntry& entry, at::ScalarType type) {
  at::Tensor tensor = at::empty(entry.shape, at::TensorOptions().dtype(type));
  read_tensor_into(catalogue, entry, tensor);
  return tensor;
}

}  // namespace vitrobust::models

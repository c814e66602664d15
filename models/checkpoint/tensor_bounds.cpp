#include "models/checkpoint/tensor_bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace vitrobust::models {
namespace {

/// LibTorch's iterators stop here; no model comes near.
constexpr std::size_t kMaxRank = 64;
/// What fits the signed sizes of the system's calls and of LibTorch with room for sums.
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 62;
/// A scalar that is expanded to a vector is nothing to fear.
constexpr std::uint64_t kHarmlessBytes = std::uint64_t{1} << 20;

class Check {
 public:
  Check(const ClaimedTensor& claimed, const std::string& source, const std::string& label)
      : claimed_(claimed), source_(source), label_(label) {}

  TensorEntry run(std::uint64_t storage_bytes, std::uint64_t file_bytes) {
    check_sizes();
    TensorEntry entry;
    entry.type = claimed_.type->name;
    entry.shape = claimed_.shape;
    if (!contiguous()) entry.strides = claimed_.strides;
    const std::uint64_t width = claimed_.type->bytes;
    const std::uint64_t begin = multiply(static_cast<std::uint64_t>(claimed_.storage_offset), width);
    const std::uint64_t span = multiply(spanned_elements(), width);
    if (begin > storage_bytes || span > storage_bytes - begin)
      fail(fmt::format("of shape {} needs bytes {} to {} of a storage of {}", shape_text(claimed_.shape),
                       begin, begin + span, storage_bytes));
    if (const std::uint64_t taken = multiply(elements(), width); taken > std::max(file_bytes, kHarmlessBytes))
      fail(fmt::format("of shape {} repeats {} bytes until they are {}", shape_text(claimed_.shape), span,
                       taken));
    entry.offset = begin;
    entry.bytes = span;
    return entry;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError(source_, label_ + " " + problem, "the file is damaged, or was made to do harm");
  }

  [[nodiscard]] std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product) || product > kMaxBytes)
      fail(fmt::format("of shape {} and type {} is larger than any memory", shape_text(claimed_.shape),
                       claimed_.type->name));
    return product;
  }

  void check_sizes() const {
    if (claimed_.shape.size() > kMaxRank)
      fail(fmt::format("has {} dimensions, at most {} are supported", claimed_.shape.size(), kMaxRank));
    if (!claimed_.strides.empty() && claimed_.strides.size() != claimed_.shape.size())
      fail(fmt::format("has {} sizes and {} strides", claimed_.shape.size(), claimed_.strides.size()));
    const auto negative = [](std::int64_t value) { return value < 0; };
    if (std::ranges::any_of(claimed_.shape, negative))
      fail(fmt::format("has a negative size in its shape {}", shape_text(claimed_.shape)));
    if (std::ranges::any_of(claimed_.strides, negative))
      fail(fmt::format("has a negative stride in {}", shape_text(claimed_.strides)));
    if (negative(claimed_.storage_offset)) fail(fmt::format("begins at {}", claimed_.storage_offset));
    // A size of 0 must not hide that the others overflow: LibTorch multiplies them for the strides.
    std::uint64_t product = claimed_.type->bytes;
    for (const std::int64_t size : claimed_.shape)
      product = multiply(product, static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1)));
  }

  [[nodiscard]] std::uint64_t elements() const {
    std::uint64_t product = 1;
    for (const std::int64_t size : claimed_.shape) product *= static_cast<std::uint64_t>(size);
    return product;
  }

  /// The stride of a dimension that has one element or none means nothing.
  [[nodiscard]] bool contiguous() const {
    if (claimed_.strides.empty() || elements() == 0) return true;
    std::int64_t expected = 1;
    for (std::size_t i = claimed_.shape.size(); i-- > 0;) {
      if (claimed_.shape[i] != 1 && claimed_.strides[i] != expected) return false;
      expected *= claimed_.shape[i];
    }
    return true;
  }

  /// From the first element to the last.
  [[nodiscard]] std::uint64_t spanned_elements() const {
    if (claimed_.strides.empty() || elements() == 0) return elements();
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < claimed_.shape.size(); ++i) {
      const std::uint64_t distance = multiply(static_cast<std::uint64_t>(claimed_.shape[i]) - 1,
                                              static_cast<std::uint64_t>(claimed_.strides[i]));
      last = multiply(last + distance, 1);  // both at most 2^62
    }
    return last + 1;
  }

  const ClaimedTensor& claimed_;
  const std::string& source_;
  const std::string& label_;
};

}  // namespace

TensorEntry check_tensor(const ClaimedTensor& claimed, std::uint64_t storage_bytes, std::uint64_t file_bytes,
                         const std::string& source, const std::string& label) {
  return Check(claimed, source, label).run(storage_bytes, file_bytes);
}

std::vector<std::int64_t> fortran_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides;
  std::int64_t stride = 1;
  for (const std::int64_t size : shape) {
    strides.push_back(stride);
    stride *= std::max<std::int64_t>(size, 1);
  }
  return strides;
}

}  // namespace vitrobust::models

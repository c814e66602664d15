#include "attacks/sample_streams.h"

#include <torch/torch.h>

namespace vitrobust::attacks {
namespace {

constexpr std::size_t kWordBits = 64;

std::vector<std::int64_t> with_rows(std::int64_t rows, at::IntArrayRef shape) {
  std::vector<std::int64_t> result{rows};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

template <typename T>
void write_signs(const std::vector<std::uint64_t>& words, T* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = words[i / kWordBits] >> (i % kWordBits) & 1 ? T(1) : T(-1);
}

}  // namespace

SampleStreams::SampleStreams(std::span<const std::uint64_t> sample_ids, StreamKey key) {
  sources_.reserve(sample_ids.size());
  for (const std::uint64_t id : sample_ids) {
    key.sample_id = id;
    sources_.emplace_back(key);
  }
}

at::Tensor SampleStreams::signs(at::IntArrayRef shape, at::ScalarType dtype) {
  const at::Tensor result = at::empty(with_rows(size(), shape), dtype);
  if (result.numel() == 0) return result;
  const auto count = static_cast<std::size_t>(result.numel() / size());
  std::vector<std::uint64_t> words((count + kWordBits - 1) / kWordBits);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    sources_[i].fill_words(words);
    if (dtype == at::kDouble)
      write_signs(words, result.mutable_data_ptr<double>() + i * count, count);
    else
      write_signs(words, result.mutable_data_ptr<float>() + i * count, count);
  }
  return result;
}

at::Tensor SampleStreams::integers(std::int64_t bound) {
  const at::Tensor result = at::empty({size()}, at::kLong);
  auto* out = result.mutable_data_ptr<std::int64_t>();
  for (PhiloxSource& source : sources_) *out++ = source.integer(static_cast<std::uint32_t>(bound));
  return result;
}

void SampleStreams::repack(const ActiveSet& active) {
  if (active.size() == size()) return;
  const at::Tensor kept = active.repack(at::arange(size(), at::kLong)).contiguous();
  std::vector<PhiloxSource> sources;
  sources.reserve(static_cast<std::size_t>(kept.size(0)));
  for (std::int64_t i = 0; i < kept.size(0); ++i)
    sources.push_back(sources_[static_cast<std::size_t>(kept.const_data_ptr<std::int64_t>()[i])]);
  sources_ = std::move(sources);
}

}  // namespace vitrobust::attacks

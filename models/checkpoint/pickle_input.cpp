#include "models/checkpoint/pickle_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/npy_header.h"

namespace vitrobust::models {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 16;
constexpr std::size_t kMaxLine = 4096;

}  // namespace

PickleInput::PickleInput(const ByteSource& source, std::uint64_t begin, std::uint64_t end)
    : source_(source), loaded_(begin), end_(end) {}

void PickleInput::fail(std::string_view problem) const {
  throw InputError(name(), fmt::format("its pickle {} at byte {}", problem, position()),
                   "the file is damaged, or no checkpoint of PyTorch's");
}

/// Brings at least `count` bytes together: what is left of the last piece goes in front of the next.
void PickleInput::load(std::uint64_t count) {
  const std::uint64_t wanted = count - rest_.size();
  if (wanted > end_ - loaded_) fail("is truncated");
  const std::uint64_t fresh = std::min(std::max(wanted, kPieceBytes), end_ - loaded_);
  std::vector<std::uint8_t> piece(rest_.size() + fresh);
  std::ranges::copy(rest_, piece.begin());
  source_.read(loaded_, std::span(piece).subspan(rest_.size()));
  loaded_ += fresh;
  pieces_.push_back(std::move(piece));
  rest_ = {reinterpret_cast<const char*>(pieces_.back().data()), pieces_.back().size()};
}

std::string_view PickleInput::take(std::uint64_t count) {
  if (count > rest_.size()) load(count);
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::string_view PickleInput::line() {
  std::size_t length = rest_.find('\n');
  if (length == std::string_view::npos) {
    load(std::min<std::uint64_t>(rest_.size() + kMaxLine, rest_.size() + (end_ - loaded_)));
    length = rest_.find('\n');
  }
  if (length == std::string_view::npos || length > kMaxLine) fail("has a line without an end");
  const std::string_view text = take(length);
  take(1);
  return text;
}

std::uint64_t PickleInput::number(std::size_t bytes) {
  return little_endian(take(bytes));
}

}  // namespace vitrobust::models

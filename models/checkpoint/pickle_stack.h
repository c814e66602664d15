#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/checkpoint/pickle_input.h"
#include "models/checkpoint/pickle_value.h"

namespace vitrobust::models {

/// The stack of a pickle's machine, with its marks, and its memo. No value is taken from below the last mark.
class PickleStack {
 public:
  /// @param input says where an error is
  explicit PickleStack(const PickleInput& input) : input_(input) {}

  void push(PickleRef value) {
    check_room(values_.size());
    values_.push_back(value);
  }

  PickleRef top() const {
    if (values_.size() <= (marks_.empty() ? 0 : marks_.back()))
      input_.fail("takes a value that is not there");
    return values_.back();
  }

  PickleRef pop() {
    const PickleRef value = top();
    values_.pop_back();
    return value;
  }

  /// The last `count` values, the last one last.
  std::vector<PickleRef> pop(std::size_t count) {
    std::vector<PickleRef> values(count);
    for (std::size_t i = count; i-- > 0;) values[i] = pop();
    return values;
  }

  void mark() {
    check_room(marks_.size());
    marks_.push_back(values_.size());
  }

  /// The values since the last mark, which goes away with them.
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) input_.fail("lacks a mark");
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> values(begin, values_.end());
    values_.erase(begin, values_.end());
    marks_.pop_back();
    return values;
  }

  /// Takes the last value away, or the mark above it.
  void drop() {
    if (!marks_.empty() && marks_.back() == values_.size())
      marks_.pop_back();
    else
      pop();
  }

  /// Keeps the last value under an index of the memo.
  void memorize(std::uint64_t index) {
    check_room(memo_.size());
    memo_[index] = top();
  }
  void memorize_next() { memorize(memo_.size()); }

  void recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) input_.fail("recalls what it has not memorized");
    push(found->second);
  }

 private:
  /// One byte of a pickle can make each of them one longer.
  void check_room(std::size_t size) const {
    constexpr std::size_t kMost = std::size_t{1} << 24;
    if (size >= kMost) input_.fail("piles up more than any checkpoint");
  }

  const PickleInput& input_;
  std::vector<PickleRef> values_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleRef> memo_;
};

}  // namespace vitrobust::models

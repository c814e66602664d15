#include "eval/in_parts.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace vitrobust::eval {
namespace {

/// LibTorch's allocator on the CPU throws a plain c10::Error that only its words tell apart; on a GPU it has
/// a type.
bool ran_out_of_memory(const c10::Error& error) {
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         std::string_view(error.what_without_backtrace()).find("can't allocate memory") !=
             std::string_view::npos;
}

/// The samples [begin, begin + count); those that could not be read go with the first part.
Batch part_of(const Batch& batch, std::size_t begin, std::size_t count) {
  const auto cut = [&](const auto& all) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::decay_t<decltype(all)>(first, first + static_cast<std::ptrdiff_t>(count));
  };
  Batch part{cut(batch.ids), cut(batch.labels), cut(batch.images), {}};
  if (begin == 0) part.failed = batch.failed;
  return part;
}

}  // namespace

std::vector<reports::Outcome> evaluate_in_parts(
    const Batch& batch, std::size_t& largest, bool may_halve,
    const std::function<std::vector<reports::Outcome>(const Batch&)>& evaluate) {
  if (batch.ids.size() <= 1) return evaluate(batch);
  std::vector<reports::Outcome> outcomes;
  for (std::size_t begin = 0; begin < batch.ids.size();) {
    const std::size_t count = std::min(largest, batch.ids.size() - begin);
    try {
      const auto found = count == batch.ids.size() ? evaluate(batch) : evaluate(part_of(batch, begin, count));
      outcomes.insert(outcomes.end(), found.begin(), found.end());
      begin += count;
      continue;
    } catch (const std::bad_alloc&) {
      if (!may_halve || count == 1) throw;
    } catch (const c10::Error& error) {
      if (!may_halve || count == 1 || !ran_out_of_memory(error)) throw;
    }
    largest = count / 2;
  }
  return outcomes;
}

}  // namespace vitrobust::eval

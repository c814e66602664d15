#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace vitrobust {

/// The number of threads that was asked for; 0: one per core.
int thread_count(std::int64_t asked);

/// Calls body(0) … body(count - 1), each once, in no order, from up to `threads` threads, the caller's among
/// them. Once a call throws no further index is taken; the first exception is rethrown when all threads have
/// ended.
void for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

}  // namespace vitrobust

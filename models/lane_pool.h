#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vitrobust::models {

/// A few threads that each run whole passes with LibTorch's own threading off: a kernel that splits its work
/// over threads rounds differently for every number of them, a pass on one thread does not.
///
/// LibTorch and MKL keep one count of threads for the process, so every pass sets it to 1 again: code that
/// wants more threads of its own (training) sets its count after the pool has run.
class LanePool {
 public:
  using Task = std::function<void(std::int64_t index)>;

  explicit LanePool(int threads);
  ~LanePool();
  LanePool(const LanePool&) = delete;
  LanePool& operator=(const LanePool&) = delete;

  /// Calls task(0) … task(count - 1), each once, in any order, and returns when all are done. After an
  /// exception no further task starts, and the one with the smallest index is rethrown: the same one for any
  /// number of threads. Callers wait for one another; a task that calls run() runs its tasks itself, one
  /// after another.
  void run(std::int64_t count, const Task& task);

  /// How many a call of run() has: 1 inside a task. Not while another thread calls resize().
  [[nodiscard]] std::int64_t threads() const;

  /// Changes the number of threads, once the passes under way are done. @throws InternalError below 1
  void resize(int threads);

 private:
  void start(int threads);
  void stop();
  void work();
  void run_next(std::unique_lock<std::mutex>& lock);

  std::mutex callers_;  ///< held by the caller whose tasks are running
  std::mutex mutex_;    ///< guards everything below
  std::condition_variable wake_workers_;
  std::condition_variable wake_caller_;
  const Task* task_ = nullptr;
  std::int64_t count_ = 0;
  std::int64_t next_ = 0;
  std::int64_t running_ = 0;
  std::int64_t failed_index_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace vitrobust::models

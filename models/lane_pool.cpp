#include "models/lane_pool.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace vitrobust::models {

namespace {

/// The pool whose task this thread is running.
thread_local const LanePool* inside = nullptr;

void check(int threads) {
  if (threads < 1) throw InternalError(fmt::format("a pool of {} threads", threads));
}

}  // namespace

LanePool::LanePool(int threads) {
  check(threads);
  start(threads);
}

LanePool::~LanePool() {
  stop();
}

std::int64_t LanePool::threads() const {
  return inside == this ? 1 : static_cast<std::int64_t>(workers_.size());
}

void LanePool::run(std::int64_t count, const Task& task) {
  if (inside == this) {
    for (std::int64_t index = 0; index < count; ++index) task(index);
    return;
  }
  const std::scoped_lock turn(callers_);
  if (workers_.empty()) throw InternalError("a pool without threads");
  std::unique_lock lock(mutex_);
  task_ = &task;
  count_ = count;
  next_ = 0;
  failure_ = nullptr;
  wake_workers_.notify_all();
  wake_caller_.wait(lock, [this] { return next_ >= count_ && running_ == 0; });
  task_ = nullptr;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void LanePool::resize(int threads) {
  check(threads);
  const std::scoped_lock turn(callers_);
  stop();
  start(threads);
}

void LanePool::start(int threads) {
  stopping_ = false;
  try {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
  } catch (...) {
    stop();
    throw;
  }
}

void LanePool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_workers_.notify_all();
  for (auto& worker : workers_) worker.join();
  workers_.clear();
}

void LanePool::work() {
  inside = this;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_workers_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) return;
    run_next(lock);
    if (next_ >= count_ && running_ == 0) wake_caller_.notify_one();
  }
}

void LanePool::run_next(std::unique_lock<std::mutex>& lock) {
  const auto index = next_++;
  const auto& task = *task_;
  ++running_;
  lock.unlock();
  std::exception_ptr failure;
  try {
    at::set_num_threads(1);
    task(index);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  --running_;
  if (failure) {
    // Tasks start in the order of their indices, so all smaller ones have started: the smallest failing index
    // is known when the last of them ends.
    if (!failure_ || index < failed_index_) {
      failure_ = failure;
      failed_index_ = index;
    }
    next_ = count_;
  }
}

}  // namespace vitrobust::models

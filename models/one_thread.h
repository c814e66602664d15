#pragma once

#include <ATen/Parallel.h>

namespace vitrobust::models {

/// LibTorch's own threads are off while it lives, as they are in passes: for trials whose figures or bits
/// have to be those of a pass.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(threads_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int threads_ = at::get_num_threads();
};

}  // namespace vitrobust::models

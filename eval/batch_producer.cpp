#include "eval/batch_producer.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "core/parallel.h"
#include "data/preprocess.h"

namespace vitrobust::eval {

void ImageCache::reset(std::uint64_t first, std::uint64_t count) {
  first_ = first;
  images_.assign(count, {});
}

const data::Image& ImageCache::get(std::uint64_t id) {
  data::Image& image = images_.at(id - first_);
  if (image.pixels.empty())
    image = data::preprocess(dataset_.load(id), preprocess_, dataset_.info().image_files);
  return image;
}

data::Image ImageCache::get_ready_made(std::uint64_t id, const data::ReadyMadeCell& cell) const {
  return data::preprocess(dataset_.load_ready_made(id, cell), preprocess_, dataset_.info().image_files);
}

int ImageCache::frame_side() const {
  return preprocess_.height == preprocess_.width ? preprocess_.width : 0;
}

data::Image ImageCache::get_uncropped(std::uint64_t id) const {
  const data::Image image = dataset_.load(id);
  const bool files = dataset_.info().image_files;
  return frame_side() == 0 ? data::preprocess(image, preprocess_, files)
                           : data::preprocess_uncropped(image, preprocess_, files);
}

namespace {

constexpr std::size_t kBatchesAhead = 2;

/// One sample of a batch: its image or its frames, or why there is none.
struct Slot {
  std::vector<data::Image> images;
  std::string error;
};

std::vector<data::Image> images_of(ImageCache& cache, const BatchProducer::Job& job, std::uint64_t id) {
  if (job.perturbation != nullptr)
    return perturb(cache.get_uncropped(id), *job.perturbation, job.settings, cache.frame_side(), job.seed,
                   id);
  if (job.corruption != nullptr && job.settings.ready_made)
    return {cache.get_ready_made(id, {std::string(job.corruption->entry->name), job.corruption->severity})};
  const data::Image& image = cache.get(id);
  if (job.corruption == nullptr) return {image};
  return {corrupt(image, *job.corruption, job.settings, job.seed, id)};
}

Slot prepare(ImageCache& cache, const BatchProducer::Job& job, std::uint64_t id) {
  try {
    return {images_of(cache, job, id), {}};
  } catch (const InputError& error) {
    return {{}, error.what()};
  }
}

}  // namespace

struct BatchProducer::State {
  State(const data::Dataset& the_dataset, ImageCache& the_cache, Job the_job)
      : dataset(the_dataset), cache(the_cache), job(std::move(the_job)) {}

  const data::Dataset& dataset;
  ImageCache& cache;
  Job job;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Batch> ready;
  std::exception_ptr failure;
  bool finished = false;
  bool stopping = false;
  std::thread thread;

  /// The slots of ids[begin, end), prepared by job.threads threads.
  std::vector<Slot> prepare_all(std::size_t begin, std::size_t end) {
    std::vector<Slot> slots(end - begin);
    for_each_index(slots.size(), job.threads,
                   [&](std::size_t i) { slots[i] = prepare(cache, job, job.ids[begin + i]); });
    return slots;
  }

  Batch assemble(std::size_t begin, std::size_t end) {
    std::vector<Slot> slots = prepare_all(begin, end);
    Batch batch;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::uint64_t id = job.ids[begin + i];
      const int label = dataset.label(id);
      if (!slots[i].error.empty()) {
        batch.failed.push_back({.sample_id = id, .label = label, .error = slots[i].error});
        continue;
      }
      batch.ids.push_back(id);
      batch.labels.push_back(label);
      std::ranges::move(slots[i].images, std::back_inserter(batch.images));
    }
    return batch;
  }

  /// Waits for room in the queue; false when the consumer is gone.
  bool wait_for_room() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stopping || ready.size() < kBatchesAhead; });
    return !stopping;
  }

  void produce() {
    std::exception_ptr thrown;
    try {
      for (std::size_t begin = 0; begin < job.ids.size() && wait_for_room(); begin += job.batch_size) {
        Batch batch = assemble(begin, std::min(begin + job.batch_size, job.ids.size()));
        const std::lock_guard lock(mutex);
        ready.push_back(std::move(batch));
        changed.notify_all();
      }
    } catch (...) {
      thrown = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    failure = thrown;
    finished = true;
    changed.notify_all();
  }
};

BatchProducer::BatchProducer(const data::Dataset& dataset, ImageCache& cache, Job job)
    : state_(std::make_unique<State>(dataset, cache, std::move(job))) {
  state_->thread = std::thread([state = state_.get()] { state->produce(); });
}

BatchProducer::~BatchProducer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

std::optional<Batch> BatchProducer::next() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return !state_->ready.empty() || state_->finished; });
  if (!state_->ready.empty()) {
    Batch batch = std::move(state_->ready.front());
    state_->ready.pop_front();
    state_->changed.notify_all();
    return batch;
  }
  if (state_->failure) std::rethrow_exception(state_->failure);
  return std::nullopt;
}

}  // namespace vitrobust::eval

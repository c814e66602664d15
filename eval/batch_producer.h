#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/dataset.h"
#include "data/preprocess_config.h"
#include "eval/batch.h"
#include "eval/corruption_stage.h"
#include "eval/perturbation_stage.h"

namespace vitrobust::eval {

/// Keeps the preprocessed images of one chunk of samples, so that a cell after the first decodes nothing.
/// Memory is bounded by the chunk.
class ImageCache {
 public:
  ImageCache(const data::Dataset& dataset, const data::PreprocessConfig& preprocess)
      : dataset_(dataset), preprocess_(preprocess) {}

  /// Forgets everything; from now on holds samples first … first + count - 1.
  void reset(std::uint64_t first, std::uint64_t count);
  /// The image at the model's size. Different samples may be asked for at once. @throws InputError when it
  /// cannot be read
  const data::Image& get(std::uint64_t id);
  /// The image before the crop to the model's size; not kept either. Where the model's input is no square,
  /// which frames are, or nothing is cropped, the same as get().
  [[nodiscard]] data::Image get_uncropped(std::uint64_t id) const;
  /// Side of the square that frames of a perturbation sequence show; 0: all of get_uncropped().
  [[nodiscard]] int frame_side() const;
  /// One of the dataset's ready-made corrupted images at the model's size; not kept, as no other cell has it.
  [[nodiscard]] data::Image get_ready_made(std::uint64_t id, const data::ReadyMadeCell& cell) const;

 private:
  const data::Dataset& dataset_;
  const data::PreprocessConfig& preprocess_;
  std::uint64_t first_ = 0;
  std::vector<data::Image> images_;
};

/// Prepares batches ahead of the network: images are read, preprocessed and corrupted by worker threads, and
/// handed out in order, at most two ahead.
class BatchProducer {
 public:
  struct Job {
    std::vector<std::uint64_t> ids;
    std::size_t batch_size = 1;
    std::uint64_t seed = 0;
    const PlannedCorruption* corruption = nullptr;      ///< null: images stay as they are
    const PlannedPerturbation* perturbation = nullptr;  ///< not null: frames instead of one image
    CorruptionSettings settings = {};
    int threads = 1;
  };

  BatchProducer(const data::Dataset& dataset, ImageCache& cache, Job job);
  /// Stops the workers and waits for them.
  ~BatchProducer();
  BatchProducer(const BatchProducer&) = delete;
  BatchProducer& operator=(const BatchProducer&) = delete;

  /// The next batch, or nothing after the last. Rethrows what a worker threw, except unreadable images.
  std::optional<Batch> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vitrobust::eval

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/progress.h"
#include "eval/batch_producer.h"
#include "eval/cell_runner.h"
#include "eval/run_config.h"
#include "eval/run_store.h"

namespace vitrobust::eval {

/// Settings of a run that do not change its outcomes.
struct RunnerSettings {
  std::string folder;              ///< the run directory; exists
  std::size_t batch_size = 1;      ///< at least 1
  int threads = 1;                 ///< at least 1
  bool halve_batches = false;      ///< when memory runs out, instead of failing the cell
  std::string save_inputs = {};    ///< folder, or empty
  std::string save_logits = {};    ///< folder, or empty
  std::uint64_t save_samples = 0;  ///< pictures of so many samples of each cell, in the run directory
};

/// Evaluates one model on one dataset under a plan, into a run directory. What the setup refers to must
/// outlive it.
class Runner {
 public:
  /// Opens or makes the run directory's store. @throws InputError when it belongs to another configuration
  Runner(const RunSetup& setup, const models::Classifier& classifier, RunnerSettings settings);

  /// Samples × passes that are still to be done: the unit of the progress.
  [[nodiscard]] std::uint64_t pending_work() const;

  /// Evaluates what is missing. A cell that fails becomes a row with an error and the run goes on.
  /// @throws Interrupted between passes; InputError when a disk is full
  void run(Progress& progress);

  /// The report of what the store holds now; also written to report.json in the run directory.
  /// @param interrupted whether the run was cut short
  Json report(bool interrupted) const;

 private:
  /// Consecutive samples whose images are kept in memory while all cells run over them.
  struct Chunk {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
  };

  void probe(Chunk chunk, ImageCache& cache);
  [[nodiscard]] std::vector<reports::GuardRail> guard_rails(std::span<const Json> rows) const;
  void run_chunk(Chunk chunk, ImageCache& cache, std::vector<CellFiles>& files, Progress& progress);
  void run_cell(std::size_t index, const std::vector<std::uint64_t>& ids, ImageCache& cache, CellFiles& files,
                Progress& progress);
  void run_batches(std::size_t index, BatchProducer& producer, CellFiles& files, Progress& progress);
  [[nodiscard]] std::vector<std::uint64_t> pending(std::size_t index, Chunk chunk) const;
  [[nodiscard]] std::uint64_t chunk_size() const;
  /// 1, or the number of frames.
  [[nodiscard]] std::size_t images_of_sample(const PlannedCell& planned) const;
  [[nodiscard]] std::vector<CellFiles> open_files() const;
  void save_clean_samples(const std::vector<std::uint64_t>& ids, ImageCache& cache) const;
  void finish_files(std::vector<CellFiles>& files) const;
  [[nodiscard]] bool is_imagenet_sized() const;
  [[nodiscard]] Json volatile_block() const;

  RunSetup setup_;
  const models::Classifier& classifier_;
  RunnerSettings settings_;
  Json config_;
  RunStore store_;
  std::vector<std::vector<bool>> done_;  ///< per cell and sample: whether it has an outcome
  std::vector<bool> failed_;             ///< per cell: whether it failed in this process
  std::string started_;
  std::size_t largest_part_;  ///< of a batch that memory is known to hold
};

}  // namespace vitrobust::eval

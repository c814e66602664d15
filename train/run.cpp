#include "train/run.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <chrono>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/progress.h"
#include "core/terminal.h"
#include "train/checkpoint.h"
#include "train/samples.h"
#include "train/task.h"
#include "train/trainer.h"

namespace vitrobust::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct LoadedData {
  Samples training;
  Samples evaluation;
};

/// Loads the samples; normalises by the training samples' own statistics from now on.
LoadedData load_data(Task& task) {
  LoadedData data;
  if (!task.training) return data;
  const auto start = Clock::now();
  const int threads = static_cast<int>(task.options.threads);
  data.training = load_samples(*task.training, task.training_range, task.preprocess, threads);
  if (const data::Dataset* evaluation = task.evaluation_data())
    data.evaluation = load_samples(*evaluation, task.evaluation_range, task.preprocess, threads);
  const ChannelStatistics statistics = channel_statistics(data.training);
  task.preprocess.mean = statistics.mean;
  task.preprocess.std = statistics.std;
  fmt::print(stderr, "{} training and {} evaluation samples loaded in {:.1f} s\n", data.training.size(),
             data.evaluation.size(), seconds_since(start));
  return data;
}

std::string epoch_text(std::int64_t epoch, std::int64_t epochs, const EpochResult& result,
                       double images_per_s, double seconds_left) {
  std::string text =
      fmt::format("epoch {}/{}  loss {:.4f}  train {:.2f} %", epoch, epochs, result.loss,
                  100 * static_cast<double>(result.train_correct) / static_cast<double>(result.train_count));
  if (result.eval_count > 0)
    text += fmt::format("  eval {:.2f} %", 100 * static_cast<double>(result.eval_correct) /
                                               static_cast<double>(result.eval_count));
  return text + fmt::format("  {:.0f} images/s  {} left", images_per_s, duration_text(seconds_left));
}

void train_epochs(const Task& task, const LoadedData& data, Trainer& trainer) {
  const std::int64_t epochs = task.options.epochs;
  // The live line is for people at a terminal; a log gets one line per epoch.
  Progress progress(static_cast<std::uint64_t>((epochs - trainer.finished_epochs()) * data.training.size()),
                    !detect_terminal(stderr).interactive);
  const auto after_batch = [&](std::int64_t images) {
    progress.advance(static_cast<std::uint64_t>(images), static_cast<std::uint64_t>(images));
    if (interrupt_noted())
      throw Interrupted(fmt::format("stopped in epoch {} of {}", trainer.finished_epochs() + 1, epochs),
                        "the same command goes on from the last finished epoch");
  };
  const std::int64_t resumed = trainer.finished_epochs();
  const auto start = Clock::now();
  while (trainer.finished_epochs() < epochs) {
    const std::int64_t epoch = trainer.finished_epochs() + 1;
    progress.stage(fmt::format("epoch {}/{}", epoch, epochs));
    const auto epoch_start = Clock::now();
    EpochResult result = trainer.train_epoch(data.training, after_batch);
    const double images_per_s = static_cast<double>(data.training.size()) / seconds_since(epoch_start);
    const Score score = trainer.evaluate(data.evaluation);
    result.eval_correct = score.correct;
    result.eval_count = score.count;
    trainer.finish_epoch(result);
    trainer.save(state_path(task.options.out), task.settings);
    const double per_epoch = seconds_since(start) / static_cast<double>(epoch - resumed);
    progress.message(
        epoch_text(epoch, epochs, result, images_per_s, per_epoch * static_cast<double>(epochs - epoch)));
  }
}

void report_result(const Task& task, const Score& score) {
  const std::string& out = task.options.out;
  if (score.count > 0)
    fmt::print("{}: {:.2f} % of {} samples of {} ({} correct)\n", out, 100 * score.accuracy(), score.count,
               task.evaluation_data()->info().spec, score.correct);
  else
    fmt::print("{}: {}\n", out, task.options.epochs == 0 ? "random weights" : "trained, not evaluated");
}

}  // namespace

void run_training(const CommandLine& command) {
  at::set_num_threads(static_cast<int>(command.options.threads));
  make_writable_folder(command.options.out);
  Task task = make_task(command.options);
  const std::string& out = task.options.out;
  if (const auto score = finished_score(out, task.settings)) {
    fmt::print(stderr, "already finished, nothing to do\n");
    report_result(task, *score);
    return;
  }
  const LoadedData data = load_data(task);
  Trainer trainer(task.options, task.shape, task.preprocess);
  trainer.restore(state_path(out), task.settings);
  if (trainer.finished_epochs() > 0)
    fmt::print(stderr, "going on after epoch {} of {}\n", trainer.finished_epochs(), task.options.epochs);
  train_epochs(task, data, trainer);

  auto model = trainer.model();
  round_to_storage(model, task.options.storage);
  const Score score = trainer.evaluate(data.evaluation);
  write_checkpoint(task, trainer, score, command.text);
  std::filesystem::remove(state_path(out));
  report_result(task, score);
}

}  // namespace vitrobust::train

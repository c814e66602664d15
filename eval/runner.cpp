#include "eval/runner.h"

#include <c10/util/Exception.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <opencv2/core.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "eval/in_parts.h"
#include "eval/interrupt.h"
#include "eval/model_probe.h"
#include "eval/sample_images.h"
#include "reports/aggregates.h"

namespace vitrobust::eval {
namespace {

/// Memory for preprocessed images: 3,500 of 224×224, 170,000 of 32×32.
constexpr std::uint64_t kCacheBytes = std::uint64_t{512} << 20;

/// Under which the store keeps what probe() found.
const std::string kProbeNote = "guard_rails";

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Why a cell failed, from whatever was thrown in it; rethrows what must end the run instead.
std::string cell_failure() {
  try {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const InputError&) {
    throw;  // the run directory or the disk, not the cell
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// The image, or nothing where it cannot be read: its outcomes say so already.
std::optional<data::Image> readable_image(ImageCache& cache, std::uint64_t id) {
  try {
    return cache.get(id);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("unknown");
}

/// The configuration as the store keeps it: the outcomes' and which files hold rows of them.
Json stored_config(const Json& config, const RunnerSettings& settings) {
  Json stored = config;
  stored["save_inputs"] = settings.save_inputs;
  stored["save_logits"] = settings.save_logits;
  return stored;
}

}  // namespace

Runner::Runner(const RunSetup& setup, const models::Classifier& classifier, RunnerSettings settings)
    : setup_(setup),
      classifier_(classifier),
      settings_(std::move(settings)),
      config_(make_run_config(setup)),
      store_(settings_.folder, stored_config(config_, settings_)),
      done_(setup.plan.size(), std::vector<bool>(setup.samples, false)),
      failed_(setup.plan.size(), false),
      started_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()))),
      largest_part_(settings_.batch_size) {
  for (std::size_t index = 0; index < done_.size(); ++index) {
    for (const std::uint64_t id : store_.finished_samples(index)) done_[index].at(id) = true;
    // A cell that failed may have failed for want of memory: it is tried again.
    if (!store_.cell(index).error.empty()) store_.set_cell_error(index, {});
  }
}

std::uint64_t Runner::pending_work() const {
  std::uint64_t work = 0;
  for (std::size_t index = 0; index < done_.size(); ++index) {
    const auto missing =
        static_cast<std::uint64_t>(std::count(done_[index].begin(), done_[index].end(), false));
    work += missing * setup_.plan[index].cost;
  }
  return work;
}

std::uint64_t Runner::chunk_size() const {
  const auto bytes = static_cast<std::uint64_t>(3 * classifier_.info().height * classifier_.info().width);
  return std::max<std::uint64_t>(1, kCacheBytes / bytes);
}

std::vector<std::uint64_t> Runner::pending(std::size_t index, Chunk chunk) const {
  std::vector<std::uint64_t> ids;
  for (std::uint64_t id = chunk.first; id < chunk.first + chunk.count; ++id)
    if (!done_[index][id]) ids.push_back(id);
  return ids;
}

void Runner::run(Progress& progress) {
  if (pending_work() == 0) return;
  std::vector<CellFiles> files = open_files();
  ImageCache cache(setup_.dataset, setup_.model.preprocess);
  for (std::uint64_t first = 0; first < setup_.samples; first += chunk_size())
    run_chunk({first, std::min(chunk_size(), setup_.samples - first)}, cache, files, progress);
  finish_files(files);
}

/// Once a run, on its first samples: a resumed run must find what an uninterrupted one does.
void Runner::probe(Chunk chunk, ImageCache& cache) {
  const bool attacks =
      std::ranges::any_of(setup_.plan, [](const PlannedCell& cell) { return cell.attack || cell.legacy; });
  if (!attacks || store_.note(kProbeNote)) return;
  Batch batch;
  for (std::uint64_t id = 0; id < std::min(chunk.count, kProbedSamples); ++id) {
    std::optional<data::Image> image = readable_image(cache, id);
    if (!image) continue;
    batch.images.push_back(std::move(*image));
    batch.labels.push_back(setup_.dataset.label(id));
  }
  Json found = Json::array();
  try {
    if (!batch.images.empty())
      for (const reports::GuardRail& rail :
           probe_model(classifier_, to_tensor(batch.images, classifier_.dtype()), label_tensor(batch.labels)))
        found.push_back(rail.to_json());
  } catch (const Error& error) {
    // Outputs that are not finite fail the cells, which say so; a resume may find sound ones.
    if (error.code() != ExitCode::cells_failed) throw;
    return;
  }
  store_.set_note(kProbeNote, found);
}

/// What probe() found and what the rows say together.
std::vector<reports::GuardRail> Runner::guard_rails(std::span<const Json> rows) const {
  std::vector<reports::GuardRail> rails;
  if (const std::optional<Json> found = store_.note(kProbeNote))
    for (const Json& rail : *found)
      rails.push_back(reports::guard_rail_from(rail, settings_.folder + "/run.db"));
  for (reports::GuardRail& rail : reports::guard_rails_of(rows)) rails.push_back(std::move(rail));
  return rails;
}

void Runner::run_chunk(Chunk chunk, ImageCache& cache, std::vector<CellFiles>& files, Progress& progress) {
  cache.reset(chunk.first, chunk.count);
  if (chunk.first == 0) probe(chunk, cache);
  for (std::size_t index = 0; index < setup_.plan.size(); ++index) {
    const std::vector<std::uint64_t> ids = pending(index, chunk);
    if (ids.empty() || failed_[index]) continue;
    progress.stage(fmt::format("{} [{}/{}] {}", setup_.model.name, index + 1, setup_.plan.size(),
                               setup_.plan[index].slug));
    try {
      run_cell(index, ids, cache, files[index], progress);
    } catch (...) {
      const std::string reason = cell_failure();
      store_.set_cell_error(index, reason);
      failed_[index] = true;
      progress.message(fmt::format("warning: {}: this cell failed: {}", setup_.plan[index].cell.id, reason));
    }
  }
}

void Runner::run_cell(std::size_t index, const std::vector<std::uint64_t>& ids, ImageCache& cache,
                      CellFiles& files, Progress& progress) {
  const PlannedCell& planned = setup_.plan[index];
  // The batch size is one of images, and a sequence is many.
  const std::size_t batch_size = std::max<std::size_t>(1, settings_.batch_size / images_of_sample(planned));
  BatchProducer producer(setup_.dataset, cache,
                         {.ids = ids,
                          .batch_size = batch_size,
                          .seed = setup_.seed,
                          .corruption = planned.corruption ? &*planned.corruption : nullptr,
                          .perturbation = planned.perturbation ? &*planned.perturbation : nullptr,
                          .settings = setup_.corruptions,
                          .threads = settings_.threads});
  run_batches(index, producer, files, progress);
  save_clean_samples(ids, cache);
}

void Runner::save_clean_samples(const std::vector<std::uint64_t>& ids, ImageCache& cache) const {
  // Ready-made data has no clean images.
  if (setup_.corruptions.ready_made) return;
  for (const std::uint64_t id : ids) {
    if (id >= settings_.save_samples) continue;
    if (const std::optional<data::Image> image = readable_image(cache, id))
      write_clean_sample(settings_.folder, id, *image);
  }
}

void Runner::run_batches(std::size_t index, BatchProducer& producer, CellFiles& files, Progress& progress) {
  const PlannedCell& planned = setup_.plan[index];
  const CellContext context{classifier_, planned, setup_.seed};
  auto start = Clock::now();
  while (const std::optional<Batch> batch = producer.next()) {
    check_interrupt();
    for (const reports::Outcome& failed : batch->failed)
      if (index == 0) progress.message("warning: " + failed.error);
    const std::vector<reports::Outcome> outcomes =
        evaluate_in_parts(*batch, largest_part_, settings_.halve_batches,
                          [&](const Batch& part) { return evaluate_batch(context, part, files); });
    store_.commit(index, outcomes, seconds_since(start));
    start = Clock::now();
    for (const reports::Outcome& outcome : outcomes) done_[index][outcome.sample_id] = true;
    progress.advance(outcomes.size() * planned.cost, outcomes.size());
  }
}

std::size_t Runner::images_of_sample(const PlannedCell& planned) const {
  if (!planned.perturbation) return 1;
  return static_cast<std::size_t>(planned.perturbation->entry->frames(setup_.corruptions.parameter_set));
}

std::vector<CellFiles> Runner::open_files() const {
  std::vector<CellFiles> files(setup_.plan.size());
  const auto rows = static_cast<std::int64_t>(setup_.samples);
  const models::ClassifierInfo& info = classifier_.info();
  for (std::size_t index = 0; index < files.size(); ++index) {
    if (pending(index, {0, setup_.samples}).empty()) continue;
    const std::string name = fmt::format("/{:02}-{}.npy", index, setup_.plan[index].slug);
    if (settings_.save_samples > 0 && !setup_.plan[index].perturbation)
      files[index].samples.emplace(cell_samples_folder(settings_.folder, index, setup_.plan[index].slug),
                                   settings_.save_samples);
    std::vector<std::int64_t> shape = {rows};
    if (setup_.plan[index].perturbation)
      shape.push_back(static_cast<std::int64_t>(images_of_sample(setup_.plan[index])));
    const auto with = [&](std::initializer_list<std::int64_t> more) {
      std::vector<std::int64_t> whole = shape;
      whole.insert(whole.end(), more);
      return whole;
    };
    if (!settings_.save_inputs.empty())
      files[index].inputs.emplace(settings_.save_inputs + name, with({3, info.height, info.width}),
                                  classifier_.dtype());
    if (!settings_.save_logits.empty())
      files[index].logits.emplace(settings_.save_logits + name, with({info.classes}), classifier_.dtype());
  }
  return files;
}

void Runner::finish_files(std::vector<CellFiles>& files) const {
  for (std::size_t index = 0; index < files.size(); ++index) {
    if (failed_[index]) continue;
    if (files[index].inputs) files[index].inputs->finish();
    if (files[index].logits) files[index].logits->finish();
  }
}

Json Runner::volatile_block() const {
  double elapsed = 0;
  for (std::size_t index = 0; index < setup_.plan.size(); ++index) elapsed += store_.cell(index).seconds;
  return {{"started", started_},
          {"elapsed_s", elapsed},
          {"host", host_name()},
          {"threads", settings_.threads},
          {"batch_size", settings_.batch_size},
          {"checkpoint", setup_.model.path},
          {"data", setup_.dataset.info().spec}};
}

/// AlexNet's errors are of ImageNet's classes under the parameters for its usual size.
bool Runner::is_imagenet_sized() const {
  return classifier_.info().classes == 1000 &&
         (setup_.corruptions.ready_made ||
          setup_.corruptions.parameter_set == corruptions::ParameterSet::imagenet);
}

Json Runner::report(bool interrupted) const {
  std::vector<reports::Cell> cells;
  std::vector<Json> rows;
  reports::Aggregator aggregator;
  if (is_imagenet_sized()) aggregator.compare_with_alexnet(config_.at("corruptions").at("protocol"));
  if (setup_.perturbation_baseline) aggregator.compare_with(*setup_.perturbation_baseline);
  for (std::size_t index = 0; index < setup_.plan.size(); ++index) {
    const StoredCell stored = store_.cell(index);
    reports::Cell cell = setup_.plan[index].cell;
    cell.error = stored.error;
    std::string note;
    if (const auto& corruption = setup_.plan[index].corruption)
      note = note_on(*corruption, setup_.corruptions);
    if (setup_.plan[index].perturbation) note = note_on_perturbations(setup_.corruptions);
    if (!note.empty()) cell.notes.push_back(std::move(note));
    cell.n_planned = setup_.samples;
    cell.n_classes = static_cast<int>(classifier_.info().classes);
    if (stored.seconds > 0) cell.images_per_s = static_cast<double>(stored.outcomes) / stored.seconds;
    const std::vector<reports::Outcome> outcomes = store_.outcomes(index);
    rows.push_back(reports::make_row(cell, outcomes));
    aggregator.add(cell, outcomes);
    cells.push_back(std::move(cell));
  }
  reports::ReportHeader header;
  header.status = reports::report_status(rows, interrupted);
  header.tool = make_tool_block();
  header.model = setup_.model.to_json();
  header.dataset = make_dataset_block(setup_);
  header.config = config_;
  header.config_hash = "sha256:" + sha256_hex(dump_json(config_));
  header.guard_rails = guard_rails(rows);
  header.warnings = setup_.model.notes;
  header.warnings.insert(header.warnings.end(), setup_.warnings.begin(), setup_.warnings.end());
  header.volatile_block = volatile_block();
  Json report = reports::make_report(header, cells, std::move(rows), aggregator.aggregates());
  write_file_atomically(settings_.folder + "/report.json", dump_json(report));
  return report;
}

}  // namespace vitrobust::eval

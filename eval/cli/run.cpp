#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <memory>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/parallel.h"
#include "core/terminal.h"
#include "eval/attention_doubt.h"
#include "eval/cli/commands.h"
#include "eval/cli/corruption_settings.h"
#include "eval/cli/load_options.h"
#include "eval/cli/report_options.h"
#include "eval/dry_run.h"
#include "eval/interrupt.h"
#include "eval/run_store.h"
#include "eval/runner.h"
#include "eval/suite.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

/// One checkpoint with everything that lives while it is evaluated.
struct ModelRun {
  models::LoadedModel model;
  std::string folder;
  std::unique_ptr<Runner> runner;
};

/// Whether the images of the condition are there: ready-made data holds the corrupted ones that it holds.
bool is_there(const ConditionSpec& condition, const std::vector<data::ReadyMadeCell>& ready_made) {
  if (ready_made.empty()) return true;
  const auto corruption = plan_corruption(condition.stages.at(0));
  return corruption &&
         std::ranges::find(ready_made, data::ReadyMadeCell{std::string(corruption->entry->name),
                                                           corruption->severity}) != ready_made.end();
}

/// The suite's conditions, less those that ready-made data does not have, and the named ones, which must be
/// there.
std::vector<ConditionSpec> requested_conditions(const RunOptions& options, const data::Dataset& dataset,
                                                std::vector<std::string>& warnings) {
  const std::vector<data::ReadyMadeCell> ready_made = dataset.ready_made();
  std::vector<ConditionSpec> conditions;
  std::vector<std::string> left_out;
  if (!options.suite.empty()) {
    for (ConditionSpec& condition : find_suite(options.suite).conditions) {
      if (is_there(condition, ready_made))
        conditions.push_back(std::move(condition));
      else
        left_out.push_back(condition.text());
    }
  }
  if (!left_out.empty())
    warnings.push_back(fmt::format("suite {}: {} of its conditions are not in the data: {}", options.suite,
                                   left_out.size(), fmt::join(left_out, ", ")));
  for (const std::string& text : options.conditions) {
    conditions.push_back(parse_condition(text));
    if (!is_there(conditions.back(), ready_made))
      throw UsageError(
          fmt::format("'{}' is not in {}, which holds corrupted images only", text, options.data),
          "evaluate clean images from the folder that they are in");
  }
  if (conditions.empty())
    throw Error(ExitCode::nothing_evaluated, options.data + ": holds none of the suite's conditions");
  return conditions;
}

std::vector<std::string> all_checkpoints(const RunOptions& options) {
  std::vector<std::string> paths;
  for (const std::string& path : options.checkpoints)
    for (std::string& found : models::find_checkpoints(path)) paths.push_back(std::move(found));
  return paths;
}

/// A folder per model inside --out, named after it; --out itself when there is only one.
std::vector<std::string> run_folders(const std::string& out, const std::vector<models::LoadedModel>& models) {
  if (models.size() == 1) return {out};
  std::vector<std::string> folders;
  std::set<std::string> taken;
  for (const models::LoadedModel& model : models) {
    std::string name = model.description.name;
    for (int copy = 2; !taken.insert(name).second; ++copy)
      name = fmt::format("{}-{}", model.description.name, copy);
    folders.push_back(fmt::format("{}/{}", out, name));
  }
  return folders;
}

/// A dataset whose classes are not the model's would give figures that mean nothing.
void check_classes(const models::LoadedModel& model, const data::Dataset& dataset) {
  const auto classes = static_cast<std::size_t>(model.classifier->info().classes);
  const data::DatasetInfo& info = dataset.info();
  if (info.class_names.size() == classes) return;
  if (info.labels_are_indices && info.class_names.size() < classes) return;
  throw InputError(info.spec,
                   fmt::format("has {} classes, the model {} has {}", info.class_names.size(),
                               model.description.name, classes),
                   "the data must have the classes that the model was trained for, in the same order");
}

std::size_t batch_size_for(const RunOptions& options, const models::ClassifierInfo& info) {
  if (options.batch_size > 0) return static_cast<std::size_t>(options.batch_size);
  // About 50 MB of float32 images, and enough passes to keep every thread busy.
  constexpr std::int64_t kPixels = std::int64_t{1} << 22;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(kPixels / (info.height * info.width), 16, 512));
}

class RunCommand {
 public:
  explicit RunCommand(const RunOptions& options)
      : options_(options),
        dataset_(data::open_dataset(options.data)),
        plan_(make_plan(requested_conditions(options, *dataset_, warnings_))),
        threads_(thread_count(options.threads)),
        frost_(read_frost(options.corruptions)) {
    if (!options.perturbation_baseline.empty())
      baseline_ = reports::read_perturbation_baseline(options.perturbation_baseline);
    for (const std::string& warning : warnings_) fmt::print(stderr, "warning: {}\n", warning);
    samples_ = dataset_->size();
    if (options.limit) samples_ = std::min(samples_, static_cast<std::uint64_t>(*options.limit));
    if (samples_ == 0) throw Error(ExitCode::nothing_evaluated, options.data + ": holds no samples");
  }

  int execute() {
    if (options_.dry_run) return estimate();
    prepare();
    const bool interrupted = evaluate();
    std::vector<Json> reports;
    for (const ModelRun& run : runs_) reports.push_back(run.runner->report(interrupted));
    add_attention_doubts(reports);
    print(reports);
    write_further_reports();
    if (interrupted) throw Interrupted("interrupted", "the same command goes on where it stopped");
    return exit_code(reports);
  }

 private:
  int estimate() const {
    for (const std::string& path : all_checkpoints(options_)) {
      const models::LoadedModel model = load_for(options_, path);
      check_classes(model, *dataset_);
      model.classifier->set_threads(threads_);
      const auto batch =
          std::min<std::uint64_t>(batch_size_for(options_, model.classifier->info()), samples_);
      fmt::print("{}: {} samples of {}, {} threads\n{}", model.description.name, samples_, options_.data,
                 threads_,
                 dry_run_table(plan_, samples_,
                               measure_passes(*model.classifier, static_cast<std::int64_t>(batch))));
    }
    fmt::print(
        "Samples leave an attack once they are broken, so that attacks usually take far less. Image work is "
        "not counted.\n");
    return static_cast<int>(ExitCode::ok);
  }

  void prepare() {
    dataset_fingerprint_ = dataset_->fingerprint();
    std::vector<models::LoadedModel> models;
    for (const std::string& path : all_checkpoints(options_)) {
      models.push_back(load_for(options_, path));
      check_classes(models.back(), *dataset_);
    }
    const std::vector<std::string> folders = run_folders(options_.out, models);
    for (std::size_t i = 0; i < models.size(); ++i) keep_kernels(models[i], folders[i]);
    for (std::size_t i = 0; i < models.size(); ++i) add_run(std::move(models[i]), folders[i]);
  }

  /// A run that goes on computes as it began, whichever kernels are the fastest today.
  void keep_kernels(models::LoadedModel& model, const std::string& folder) const {
    const std::optional<Json> config = kept_config(folder);
    if (!config) return;
    const models::ClassifierInfo& info = model.classifier->info();
    RunOptions options = options_;
    const bool given = options_.kernels != "auto";
    if (!given)
      options.kernels = json_get_or<std::string>(*config, "kernels", models::to_string(info.kernels), folder);
    std::optional<models::Kernels> search = info.search_kernels;
    if (search)
      search = models::parse_search_kernels(
          json_get_or<std::string>(*config, "search_kernels", models::to_string(*search), folder));
    if ((given || options.kernels == models::to_string(info.kernels)) && search == info.search_kernels)
      return;
    const std::string path = model.description.path;
    std::string name = model.description.name;
    model = load_for(options, path, search);
    model.description.name = std::move(name);
  }

  void add_run(models::LoadedModel model, const std::string& folder) {
    runs_.push_back({std::move(model), folder, nullptr});
    ModelRun& run = runs_.back();
    const models::ClassifierInfo& info = run.model.classifier->info();
    run.model.classifier->set_threads(threads_);
    run.model.classifier->set_pass_hook(check_interrupt);
    const CorruptionSettings corruption_settings = settings_for(info);
    for (const PlannedCell& cell : plan_)
      if (cell.corruption) require_parameters(*cell.corruption, corruption_settings);
    make_writable_folder(folder);
    const std::string suffix =
        folder == options_.out ? std::string() : fmt::format("/{}", fs::path(folder).filename().string());
    RunnerSettings settings{.folder = folder,
                            .batch_size = batch_size_for(options_, info),
                            .threads = threads_,
                            .halve_batches = options_.batch_size == 0};
    settings.save_samples = static_cast<std::uint64_t>(options_.save_samples);
    for (const auto& [wanted, setting] : {std::pair{&options_.save_inputs, &settings.save_inputs},
                                          std::pair{&options_.save_logits, &settings.save_logits}}) {
      if (wanted->empty()) continue;
      *setting = *wanted + suffix;
      make_writable_folder(*setting);
    }
    const RunSetup setup{.model = run.model.description,
                         .dataset = *dataset_,
                         .dataset_fingerprint = dataset_fingerprint_,
                         .plan = plan_,
                         .samples = samples_,
                         .seed = static_cast<std::uint64_t>(options_.seed),
                         .precision = options_.precision,
                         .corruptions = corruption_settings,
                         .warnings = warnings_,
                         .lanes = info.lanes,
                         .kernels = models::to_string(info.kernels),
                         .search_kernels = info.search_kernels ? models::to_string(*info.search_kernels) : "",
                         .perturbation_baseline = baseline_};
    run.runner = std::make_unique<Runner>(setup, *run.model.classifier, std::move(settings));
  }

  [[nodiscard]] CorruptionSettings settings_for(const models::ClassifierInfo& info) const {
    CorruptionSettings settings = corruption_settings(options_.corruptions, info.height, info.width, frost_);
    settings.ready_made = !dataset_->ready_made().empty();
    return settings;
  }

  /// Whether it was interrupted.
  bool evaluate() {
    std::uint64_t work = 0;
    for (const ModelRun& run : runs_) work += run.runner->pending_work();
    Progress progress(work, options_.quiet);
    try {
      for (const ModelRun& run : runs_) run.runner->run(progress);
    } catch (const Interrupted&) {
      return true;
    }
    return false;
  }

  /// What can be told only beside the other models is written into the reports afterwards.
  void add_attention_doubts(std::vector<Json>& reports) const {
    std::vector<std::optional<double>> cards;
    for (const ModelRun& run : runs_) cards.push_back(card_accuracy(run.model.description.path));
    const std::vector<std::string> doubts = attention_doubts(reports, cards);
    for (std::size_t i = 0; i < doubts.size(); ++i) {
      if (doubts[i].empty()) continue;
      reports[i]["warnings"].push_back(doubts[i]);
      write_file_atomically(runs_[i].folder + "/report.json", dump_json(reports[i]));
    }
  }

  void print(const std::vector<Json>& reports) const {
    const Terminal terminal = detect_terminal(stdout);
    fmt::print("{}\n", reports::console_table(reports, terminal.width, terminal.colour));
    for (const ModelRun& run : runs_) fmt::print("report: {}/report.json\n", run.folder);
  }

  /// From the run directories, as `vitrobust report` would.
  void write_further_reports() {
    std::vector<std::string> folders;
    for (ModelRun& run : runs_) {
      folders.push_back(run.folder);
      run.runner.reset();  // the store is read anew
    }
    write_reports(folders, options_.reports, options_.out);
  }

  static int exit_code(const std::vector<Json>& reports) {
    bool evaluated = false;
    bool failed = false;
    for (const Json& report : reports) {
      failed |= report.at("status") != "complete";
      for (const Json& row : report.at("rows")) evaluated |= row.at("n") > 0;
    }
    return static_cast<int>(!evaluated ? ExitCode::nothing_evaluated
                            : failed   ? ExitCode::cells_failed
                                       : ExitCode::ok);
  }

  const RunOptions& options_;
  std::vector<std::string> warnings_;
  std::unique_ptr<data::Dataset> dataset_;
  std::vector<PlannedCell> plan_;
  int threads_;
  std::shared_ptr<const corruptions::FrostTextures> frost_;
  std::optional<reports::PerturbationBaseline> baseline_;
  std::uint64_t samples_ = 0;
  std::string dataset_fingerprint_;
  std::deque<ModelRun> runs_;  // runners refer to the models, which must stay where they are
};

}  // namespace

int run_command(const RunOptions& options) {
  options.validate();
  watch_for_interrupt();
  return RunCommand(options).execute();
}

}  // namespace vitrobust::eval

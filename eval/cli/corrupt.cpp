#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/names.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "data/dataset.h"
#include "data/preprocess.h"
#include "eval/cli/commands.h"
#include "eval/cli/corruption_settings.h"
#include "eval/contact_sheet.h"
#include "eval/image_output.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_not_a_corruption(const ConditionSpec& condition) {
  if (condition.stages.size() > 1)
    throw UsageError(fmt::format("'{}': corrupt takes one corruption at a time", condition.text()));
  std::vector<std::string> known;
  for (const corruptions::CorruptionEntry& entry : corruptions::corruption_table())
    known.emplace_back(entry.name);
  const std::string& name = condition.stages[0].name;
  throw UsageError(fmt::format("unknown corruption '{}'", name), unknown_name_hint(name, known));
}

/// Those of ImageNet-C, the extra four among them, at all severities when none was named.
std::vector<PlannedCorruption> requested_corruptions(const std::vector<std::string>& conditions) {
  std::vector<PlannedCorruption> planned;
  std::vector<std::string> texts = conditions;
  if (texts.empty()) {
    for (const corruptions::CorruptionEntry& entry : corruptions::corruption_table()) {
      if (entry.group == "c-bar") continue;
      for (int severity = 1; severity <= 5; ++severity)
        texts.push_back(fmt::format("{}:severity={}", entry.name, severity));
    }
  }
  for (const std::string& text : texts) {
    const ConditionSpec condition = parse_condition(text);
    auto corruption = condition.stages.size() == 1 ? plan_corruption(condition.stages[0]) : std::nullopt;
    if (!corruption) throw_not_a_corruption(condition);
    planned.push_back(std::move(*corruption));
  }
  return planned;
}

class CorruptCommand {
 public:
  explicit CorruptCommand(const CorruptOptions& options)
      : options_(options),
        planned_(requested_corruptions(options.conditions)),
        dataset_(data::open_dataset(options.data)),
        seed_(static_cast<std::uint64_t>(options.seed)),
        frost_(read_frost(options.corruptions)) {
    samples_ = dataset_->size();
    if (options.limit) samples_ = std::min(samples_, static_cast<std::uint64_t>(*options.limit));
    if (samples_ == 0) throw Error(ExitCode::nothing_evaluated, options.data + ": holds no images");
  }

  int execute() {
    if (!options_.sheet.empty()) {
      const data::Image image = load(0);
      write_contact_sheet(options_.sheet, image, 0, planned_, settings_for(image), seed_);
      fmt::print("sheet: {}\n", options_.sheet);
    }
    if (options_.out.empty()) return static_cast<int>(ExitCode::ok);
    check_first();
    make_writable_folder(options_.out);
    note_settings();
    if (options_.format == "npy") open_arrays();
    write_all();
    for (const auto& array : arrays_) array->finish();
    fmt::print("{} images under {} conditions: {}\n", samples_ - failed_, planned_.size(), options_.out);
    if (failed_ == samples_) return static_cast<int>(ExitCode::nothing_evaluated);
    return static_cast<int>(failed_ > 0 ? ExitCode::cells_failed : ExitCode::ok);
  }

 private:
  [[nodiscard]] data::Image load(std::uint64_t id) const {
    data::Image image = dataset_->load(id);
    if (!options_.img_size) return image;
    // As the images of ImageNet-C were made: shorter side to 256 with Pillow's bilinear filter, centre 224.
    data::PreprocessConfig config;
    config.height = config.width = static_cast<int>(*options_.img_size);
    config.interpolation = data::Interpolation::bilinear;
    return data::preprocess(image, config, dataset_->info().image_files);
  }

  [[nodiscard]] CorruptionSettings settings_for(const data::Image& image) const {
    return corruption_settings(options_.corruptions, image.height, image.width, frost_);
  }

  /// So that what cannot be computed for any image is found before anything is written.
  void check_first() const {
    const CorruptionSettings settings = settings_for(load(0));
    for (const PlannedCorruption& corruption : planned_) require_parameters(corruption, settings);
  }

  /// So that a later look at the folder tells what is in it, and that two settings do not mix in it.
  void note_settings() const {
    const std::string path = options_.out + "/corrupt.json";
    const Json settings = {{"data", dataset_->fingerprint()},
                           {"seed", seed_},
                           {"img_size", options_.img_size ? Json(*options_.img_size) : Json(nullptr)},
                           {"flavour", options_.corruptions.flavour},
                           {"params", options_.corruptions.params},
                           {"protocol", options_.corruptions.protocol},
                           {"rng", options_.corruptions.rng}};
    if (fs::exists(path) && read_json(path) != settings)
      throw InputError(path, "the folder holds images of other data or settings",
                       "choose another --out, or delete the folder");
    write_file_atomically(path, dump_json(settings));
  }

  [[nodiscard]] std::string folder_of(const PlannedCorruption& corruption) const {
    return fmt::format("{}/{}/{}", options_.out, corruption.entry->name, corruption.severity);
  }

  void open_arrays() {
    const data::Image first = load(0);
    for (const PlannedCorruption& corruption : planned_) {
      fs::create_directories(fs::path(folder_of(corruption)).parent_path());
      arrays_.push_back(std::make_unique<ByteArrayFile>(folder_of(corruption) + ".npy", samples_,
                                                        first.height, first.width));
    }
  }

  void write_all() {
    Progress progress(samples_ * planned_.size(), options_.quiet);
    progress.stage(fmt::format("{} conditions", planned_.size()));
    constexpr std::uint64_t kChunk = 16;
    for (std::uint64_t first = 0; first < samples_; first += kChunk) {
      if (interrupt_noted()) throw Interrupted("interrupted", "the same command goes on where it stopped");
      const std::uint64_t end = std::min(first + kChunk, samples_);
      for (const std::string& warning : write_chunk(first, end)) progress.message("warning: " + warning);
      progress.advance((end - first) * planned_.size(), end - first);
    }
    progress.finish();
  }

  /// Returns what could not be read.
  std::vector<std::string> write_chunk(std::uint64_t first, std::uint64_t end) {
    std::vector<std::string> warnings(end - first);
    for_each_index(warnings.size(), thread_count(options_.threads),
                   [&](std::size_t i) { warnings[i] = write_sample(first + i); });
    std::erase(warnings, std::string());
    failed_ += warnings.size();
    return warnings;
  }

  /// Returns why the image could not be read; empty when it was.
  std::string write_sample(std::uint64_t id) {
    data::Image image;
    try {
      image = load(id);
    } catch (const InputError& error) {
      return error.what();
    }
    const CorruptionSettings settings = settings_for(image);
    for (std::size_t i = 0; i < planned_.size(); ++i) {
      if (!arrays_.empty()) {
        arrays_[i]->write(id, corrupt(image, planned_[i], settings, seed_, id));
        continue;
      }
      std::string name = relative_file_name(dataset_->name(id));
      if (!name.ends_with(".png")) name += ".png";
      const fs::path path = fs::path(folder_of(planned_[i])) / name;
      if (fs::exists(path)) continue;  // of a call that was interrupted
      fs::create_directories(path.parent_path());
      write_image(path.string(), corrupt(image, planned_[i], settings, seed_, id));
    }
    return {};
  }

  const CorruptOptions& options_;
  std::vector<PlannedCorruption> planned_;
  std::unique_ptr<data::Dataset> dataset_;
  std::uint64_t seed_;
  std::shared_ptr<const corruptions::FrostTextures> frost_;
  std::uint64_t samples_ = 0;
  std::uint64_t failed_ = 0;
  std::vector<std::unique_ptr<ByteArrayFile>> arrays_;
};

}  // namespace

int corrupt_command(const CorruptOptions& options) {
  watch_for_interrupt();
  return CorruptCommand(options).execute();
}

}  // namespace vitrobust::eval

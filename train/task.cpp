#include "train/task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace vitrobust::train {
namespace {

/// First `limit` samples, or all of them.
std::uint64_t limited(std::uint64_t available, std::int64_t limit) {
  return limit == 0 ? available : std::min(available, static_cast<std::uint64_t>(limit));
}

void split_samples(Task& task) {
  const TrainOptions& o = task.options;
  const std::uint64_t size = task.training->size();
  const auto holdout = static_cast<std::uint64_t>(o.holdout);
  if (holdout >= size)
    throw UsageError(fmt::format("--holdout {} leaves nothing of the {} training samples", holdout, size));
  task.training_range = {.first = 0, .count = limited(size - holdout, o.limit)};
  if (holdout > 0) task.evaluation_range = {.first = size - holdout, .count = limited(holdout, o.eval_limit)};
  if (task.evaluation)
    task.evaluation_range = {.first = 0, .count = limited(task.evaluation->size(), o.eval_limit)};
}

void check_fit(const Task& task) {
  const data::DatasetInfo& info = task.training->info();
  if (task.options.flip && (info.layout == "glyphs" || info.layout == "mnist"))
    throw UsageError(fmt::format("--flip does not suit {}: a mirrored digit is another shape", info.layout),
                     "leave --flip out; --crop-padding shifts");
  if (task.options.classes != 0 && static_cast<std::size_t>(task.options.classes) != info.class_names.size())
    throw UsageError(fmt::format("--classes {} contradicts {}, which has {}", task.options.classes, info.spec,
                                 info.class_names.size()));
  if (task.evaluation && task.evaluation->info().class_names != info.class_names)
    throw UsageError(
        fmt::format("{} and {} have different classes", info.spec, task.evaluation->info().spec));
}

/// Height and width of the model's input.
void settle_image_size(Task& task) {
  const std::int64_t given = task.options.img_size;
  if (given > 0) {
    task.shape.image_height = task.shape.image_width = given;
  } else if (task.training->info().image_files) {
    throw UsageError("image files have sizes of their own: say which one the model takes",
                     "add --img-size, e.g. --img-size 224");
  } else {
    const data::Image first = task.training->load(0);
    task.shape.image_height = first.height;
    task.shape.image_width = first.width;
  }
}

void settle_shape(Task& task) {
  const TrainOptions& o = task.options;
  task.shape.patch_size = o.patch_size;
  task.shape.embed_dim = o.embed_dim;
  task.shape.depth = o.depth;
  task.shape.num_heads = o.heads;
  task.shape.mlp_hidden = std::llround(static_cast<double>(o.embed_dim) * o.mlp_ratio);
  task.shape.num_classes = task.training ? static_cast<std::int64_t>(task.class_names.size()) : o.classes;
  task.shape.attention = o.attention;
  settle_image_size(task);
  if (const auto problems = task.shape.validate(); !problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")));
  task.preprocess.height = static_cast<int>(task.shape.image_height);
  task.preprocess.width = static_cast<int>(task.shape.image_width);
  // Small images carry no border to crop away.
  if (task.training && !task.training->info().image_files) task.preprocess.crop_pct = 1;
}

}  // namespace

Task make_task(const TrainOptions& options) {
  Task task;
  task.options = options;
  task.settings = options.to_json();
  if (!options.data.empty()) {
    task.training = data::open_dataset(options.data);
    task.class_names = task.training->info().class_names;
    task.settings["data-fingerprint"] = task.training->fingerprint();
  }
  if (!options.eval_data.empty()) {
    task.evaluation = data::open_dataset(options.eval_data);
    task.settings["eval-data-fingerprint"] = task.evaluation->fingerprint();
  }
  settle_shape(task);
  if (task.training) {
    check_fit(task);
    split_samples(task);
  }
  return task;
}

}  // namespace vitrobust::train

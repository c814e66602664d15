#include "attacks/targets.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <limits>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::attacks {

at::Tensor rivals(const at::Tensor& logits, const at::Tensor& labels) {
  const at::Tensor label_first =
      logits.scatter(1, labels.unsqueeze(1), std::numeric_limits<double>::infinity());
  return std::get<1>(label_first.sort(/*stable=*/true, 1, /*descending=*/true)).slice(1, 1).contiguous();
}

ParameterSpec target_parameter() {
  return {.name = "target",
          .type = ParameterType::integer,
          .default_value = "none",
          .help = "class that the loss aims at: none, second, least_likely, random, or its number",
          .minimum = 0,
          .maximum = 1e6,
          .words = {"none", "second", "least_likely", "random"}};
}

Target::Target(const Parameters& parameters)
    : kind_(parameters.text("target")), class_(parameters.optional_integer("target")) {}

at::Tensor Target::choose(const at::Tensor& logits, const at::Tensor& labels,
                          std::span<const std::uint64_t> sample_ids, std::uint64_t seed) const {
  const std::int64_t classes = logits.size(1);
  if (classes < 2) throw UsageError("a targeted attack needs at least 2 classes", "use target=none");
  if (class_ && *class_ >= classes)
    throw UsageError(fmt::format("target={}: the model has the classes 0 to {}", *class_, classes - 1));
  const at::Tensor others = rivals(logits, labels);
  if (class_) return at::where(labels.eq(*class_), others.select(1, 0), *class_);
  if (kind_ == "second") return others.select(1, 0);
  if (kind_ == "least_likely") return others.select(1, classes - 2);
  std::vector<std::int64_t> steps;
  for (const std::uint64_t id : sample_ids) {
    PhiloxSource source({.seed = seed, .condition = "attack/target", .sample_id = id});
    steps.push_back(1 + source.integer(static_cast<std::uint32_t>(classes - 1)));
  }
  return (labels + at::tensor(steps, at::kLong)).remainder(classes);
}

}  // namespace vitrobust::attacks

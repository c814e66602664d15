#include "eval/cell_runner.h"

#include <torch/torch.h>

#include "attacks/audit.h"

namespace vitrobust::eval {
namespace {

/// What the classifier finally sees, and what the attack cost.
struct Attacked {
  at::Tensor images;
  at::Tensor prediction_before;  ///< [N] int64
  at::Tensor linf, l2;           ///< [N] double
  at::Tensor queries;            ///< [N] int64
  /// Name of the part of the attack that broke each sample; empty when the attack has no parts.
  std::vector<std::string> broken_by;
};

std::vector<std::string> breakers(const attacks::AttackOutput& output) {
  std::vector<std::string> names;
  if (!output.broken_by.defined()) return names;
  const at::Tensor indices = output.broken_by.to(at::kLong).contiguous();
  for (std::int64_t i = 0; i < indices.size(0); ++i) {
    const auto index = indices.data_ptr<std::int64_t>()[i];
    names.push_back(index < 0 ? std::string() : output.components.at(static_cast<std::size_t>(index)));
  }
  return names;
}

Attacked attack(const CellContext& context, const Batch& batch, const at::Tensor& images) {
  const PlannedAttack& planned = *context.cell.attack;
  Attacked result;
  result.prediction_before = context.classifier.logits(images).argmax(1);
  attacks::AttackOutput output =
      planned.attack->run(context.classifier, {images, label_tensor(batch.labels), batch.ids}, context.seed);
  // Before the clamp, which would hide an attack that leaves [0,1].
  const attacks::Audit audit = attacks::audit(images, output.adversarial, planned.threat, context.cell.slug);
  result.images = output.adversarial.detach().clamp(0, 1);
  result.linf = audit.linf.to(at::kDouble).contiguous();
  result.l2 = audit.l2.to(at::kDouble).contiguous();
  result.queries = output.queries.to(at::kLong).contiguous();
  result.broken_by = breakers(output);
  return result;
}

void add_attack_figures(const Attacked& attacked, std::vector<reports::Outcome>& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i].prediction_before = static_cast<int>(attacked.prediction_before.data_ptr<std::int64_t>()[i]);
    outcomes[i].linf = attacked.linf.data_ptr<double>()[i];
    outcomes[i].l2 = attacked.l2.data_ptr<double>()[i];
    outcomes[i].queries = attacked.queries.data_ptr<std::int64_t>()[i];
    // Only what the confirmation upholds counts as broken.
    if (!attacked.broken_by.empty() && !outcomes[i].correct()) outcomes[i].broken_by = attacked.broken_by[i];
  }
}

/// Frames stand one after the other in a pass; files have a row per sample.
at::Tensor row_per_sample(const at::Tensor& frames, std::size_t samples) {
  std::vector<std::int64_t> shape = frames.sizes().vec();
  shape[0] /= static_cast<std::int64_t>(samples);
  shape.insert(shape.begin(), static_cast<std::int64_t>(samples));
  return frames.reshape(shape);
}

std::vector<reports::Outcome> evaluate_sequences(const CellContext& context, const Batch& batch,
                                                 CellFiles& files) {
  const at::Tensor images = to_tensor(batch.images, context.classifier.dtype());
  const at::Tensor logits = context.classifier.logits(images);
  if (files.inputs) files.inputs->write(batch.ids, row_per_sample(images, batch.ids.size()));
  if (files.logits) files.logits->write(batch.ids, row_per_sample(logits, batch.ids.size()));
  std::vector<reports::Outcome> outcomes = score_sequences(batch, logits, context.cell.perturbation->pairs());
  outcomes.insert(outcomes.end(), batch.failed.begin(), batch.failed.end());
  return outcomes;
}

/// Nothing of this passes the audit, which is the point: what was done is measured, in pixels, and said.
std::vector<reports::Outcome> evaluate_legacy(const CellContext& context, const Batch& batch,
                                              CellFiles& files) {
  models::NormalisedSpaceClassifier classifier(context.classifier);
  const at::Tensor images = to_tensor(batch.images, context.classifier.dtype());
  const at::Tensor normalised = classifier.normalised(images);
  Attacked attacked;
  attacked.prediction_before = classifier.logits(normalised).argmax(1);
  const at::Tensor found = context.cell.legacy->attack.run(classifier, normalised, label_tensor(batch.labels),
                                                           batch.ids, context.seed);
  attacked.images = classifier.pixels(found);
  const at::Tensor change = (attacked.images.to(at::kDouble) - images.to(at::kDouble)).flatten(1);
  attacked.linf = std::get<0>(change.abs().max(1)).contiguous();
  attacked.l2 = at::linalg_vector_norm(change, 2, at::IntArrayRef{1}).contiguous();
  attacked.queries = at::full({images.size(0)}, context.cell.legacy->attack.cost(), at::kLong);
  const at::Tensor logits = classifier.logits(found);
  std::vector<reports::Outcome> outcomes = score(batch, logits);
  add_attack_figures(attacked, outcomes);
  if (files.inputs) files.inputs->write(batch.ids, attacked.images);
  if (files.logits) files.logits->write(batch.ids, logits);
  outcomes.insert(outcomes.end(), batch.failed.begin(), batch.failed.end());
  return outcomes;
}

}  // namespace

std::vector<reports::Outcome> evaluate_batch(const CellContext& context, const Batch& batch,
                                             CellFiles& files) {
  if (batch.ids.empty()) return batch.failed;
  if (context.cell.perturbation) return evaluate_sequences(context, batch, files);
  if (context.cell.legacy) return evaluate_legacy(context, batch, files);
  at::Tensor images = to_tensor(batch.images, context.classifier.dtype());
  std::optional<Attacked> attacked;
  if (context.cell.attack) {
    attacked = attack(context, batch, images);
    images = attacked->images;
  }
  const at::Tensor logits = context.classifier.logits(images);
  std::vector<reports::Outcome> outcomes = score(batch, logits);
  if (attacked) add_attack_figures(*attacked, outcomes);
  if (files.inputs) files.inputs->write(batch.ids, images);
  if (files.logits) files.logits->write(batch.ids, logits);
  outcomes.insert(outcomes.end(), batch.failed.begin(), batch.failed.end());
  return outcomes;
}

}  // namespace vitrobust::eval

#include "eval/cell_runner.h"

#include <torch/torch.h>

#include <algorithm>
#include <span>

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

/// [3, H, W] in [0,1] to 8 bits, rounded.
data::Image to_image(const at::Tensor& pixels) {
  const at::Tensor bytes =
      pixels.mul(255).round().clamp(0, 255).to(at::kByte).permute({1, 2, 0}).contiguous().cpu();
  data::Image image(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)));
  std::copy_n(bytes.data_ptr<std::uint8_t>(), image.pixels.size(), image.pixels.begin());
  return image;
}

/// As large a whole factor as shows the difference without clipping, from 1 to 128.
int magnification_of(const at::Tensor& difference) {
  const double largest = difference.abs().max().item<double>();
  return largest > 0 ? std::clamp(static_cast<int>(0.5 / largest), 1, 128) : 1;
}

/// Pictures of the batch's samples that are wanted.
/// @param seen what the classifier finally saw, [N, 3, H, W]
void save_samples(const SampleWriter& writer, const Batch& batch, const at::Tensor& seen, bool attacked) {
  for (std::size_t i = 0; i < batch.ids.size(); ++i) {
    if (!writer.wants(batch.ids[i])) continue;
    if (!attacked) {
      writer.write_seen(batch.ids[i], batch.images[i]);
      continue;
    }
    const at::Tensor image = seen[static_cast<std::int64_t>(i)];
    const at::Tensor before =
        to_tensor(std::span(batch.images).subspan(i, 1), seen.scalar_type())[0].to(seen.device());
    const at::Tensor difference = image - before;
    const int magnification = magnification_of(difference);
    writer.write_seen(batch.ids[i], to_image(image));
    writer.write_difference(batch.ids[i], to_image(difference * magnification + 0.5), magnification);
  }
}

/// What the classifier saw and said, where somebody wants it; a row per sample.
void write(CellFiles& files, const Batch& batch, const at::Tensor& inputs, const at::Tensor& logits) {
  if (files.inputs) files.inputs->write(batch.ids, inputs);
  if (files.logits) files.logits->write(batch.ids, logits);
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
  write(files, batch, row_per_sample(images, batch.ids.size()), row_per_sample(logits, batch.ids.size()));
  return score_sequences(batch, logits, context.cell.perturbation->pairs());
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
  write(files, batch, attacked.images, logits);
  return outcomes;
}

std::vector<reports::Outcome> evaluate_images(const CellContext& context, const Batch& batch,
                                              CellFiles& files) {
  at::Tensor images = to_tensor(batch.images, context.classifier.dtype());
  std::optional<Attacked> attacked;
  if (context.cell.attack) {
    attacked = attack(context, batch, images);
    images = attacked->images;
  }
  const at::Tensor logits = context.classifier.logits(images);
  std::vector<reports::Outcome> outcomes = score(batch, logits);
  if (attacked) add_attack_figures(*attacked, outcomes);
  write(files, batch, images, logits);
  if (files.samples) save_samples(*files.samples, batch, images, attacked.has_value());
  return outcomes;
}

}  // namespace

std::vector<reports::Outcome> evaluate_batch(const CellContext& context, const Batch& batch,
                                             CellFiles& files) {
  if (batch.ids.empty()) return batch.failed;
  std::vector<reports::Outcome> outcomes = context.cell.perturbation
                                               ? evaluate_sequences(context, batch, files)
                                           : context.cell.legacy ? evaluate_legacy(context, batch, files)
                                                                 : evaluate_images(context, batch, files);
  outcomes.insert(outcomes.end(), batch.failed.begin(), batch.failed.end());
  return outcomes;
}

}  // namespace vitrobust::eval

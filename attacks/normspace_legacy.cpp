#include "attacks/normspace_legacy.h"

#include <torch/torch.h>

#include <string>

#include "attacks/attack.h"
#include "attacks/losses.h"
#include "core/error.h"
#include "core/random.h"

namespace vitrobust::attacks {
namespace {

constexpr int kSteps = 20;
/// Of a step, in units of eps.
constexpr double kStepShare = 0.15;

Fraction epsilon_of(const Parameters& parameters) {
  return parameters.fraction("eps");
}

std::unique_ptr<Attack> standard_autoattack(const Fraction& epsilon) {
  const AttackEntry* const entry = find_attack("autoattack");
  if (entry == nullptr) throw InternalError("the table has no autoattack");
  const Stage stage{.name = "autoattack", .parameters = {{"norm", "linf"}, {"eps", epsilon.text()}}};
  return entry->make(Parameters::resolve(stage, entry->parameters));
}

at::Tensor gradient(const models::NormalisedSpaceClassifier& classifier, const at::Tensor& images,
                    const at::Tensor& classes) {
  return classifier.loss_gradient(images, classes.unsqueeze(1), cross_entropy).gradient;
}

/// images + U[−epsilon, epsilon), each sample from its own stream.
at::Tensor uniform_start(const at::Tensor& images, double epsilon, std::span<const std::uint64_t> sample_ids,
                         std::uint64_t seed) {
  at::Tensor noise = at::empty(images.sizes(), at::kDouble);
  double* next = noise.data_ptr<double>();
  const std::int64_t values = images.numel() / images.size(0);
  for (const std::uint64_t id : sample_ids) {
    PhiloxSource random({.seed = seed, .condition = "normspace-legacy/pgd", .sample_id = id, .restart = 0});
    for (std::int64_t i = 0; i < values; ++i) *next++ = epsilon * (2 * random.uniform() - 1);
  }
  return images + noise.to(images.scalar_type());
}

}  // namespace

std::vector<ParameterSpec> normspace_legacy_parameters() {
  return {{.name = "attack",
           .type = ParameterType::choice,
           .default_value = {},
           .help = "what is done to the normalised image",
           .choices = {"clamp", "fgsm", "pgd", "autoattack"}},
          {.name = "eps",
           .type = ParameterType::fraction,
           .default_value = "1/255",
           .help = "radius in units of the normalised image; clamp takes no notice of it",
           .minimum = 0,
           .maximum = 1}};
}

NormspaceLegacy::NormspaceLegacy(const Parameters& parameters) : epsilon_(epsilon_of(parameters)) {
  const std::string& attack = parameters.choice("attack");
  kind_ = attack == "clamp"  ? Kind::clamp
          : attack == "fgsm" ? Kind::fgsm
          : attack == "pgd"  ? Kind::pgd
                             : Kind::autoattack;
}

at::Tensor NormspaceLegacy::run(const models::NormalisedSpaceClassifier& classifier, const at::Tensor& images,
                                const at::Tensor& labels, std::span<const std::uint64_t> sample_ids,
                                std::uint64_t seed) const {
  const double epsilon = epsilon_.value();
  const at::Tensor prediction = classifier.logits(images).argmax(1);
  switch (kind_) {
    case Kind::clamp:
      return images.clamp(0, 1);
    case Kind::fgsm:
      return images + epsilon * gradient(classifier, images, prediction).sign();
    case Kind::pgd: {
      at::Tensor x = uniform_start(images, epsilon, sample_ids, seed);
      for (int step = 0; step < kSteps; ++step) {
        x = x + kStepShare * epsilon * gradient(classifier, x, prediction).sign();
        x = images + (x - images).clamp(-epsilon, epsilon);
      }
      return x;
    }
    case Kind::autoattack: {
      const at::Tensor clamped = images.clamp(0, 1);
      const AttackOutput output =
          standard_autoattack(epsilon_)->run(classifier, {clamped, labels, sample_ids}, seed);
      // What is wrong already is not attacked, and so not clamped.
      const at::Tensor right = prediction.eq(labels).view({-1, 1, 1, 1});
      return at::where(right, output.adversarial, images);
    }
  }
  throw InternalError("a legacy attack of no kind");
}

std::int64_t NormspaceLegacy::cost() const {
  switch (kind_) {
    case Kind::clamp:
      return 1;
    case Kind::fgsm:
      return 2;
    case Kind::pgd:
      return 1 + kSteps;
    case Kind::autoattack:
      return 1 + standard_autoattack(epsilon_)->cost();
  }
  throw InternalError("a legacy attack of no kind");
}

std::int64_t NormspaceLegacy::backward_passes() const {
  switch (kind_) {
    case Kind::clamp:
      return 0;
    case Kind::fgsm:
      return 1;
    case Kind::pgd:
      return kSteps;
    case Kind::autoattack:
      return standard_autoattack(epsilon_)->backward_passes();
  }
  throw InternalError("a legacy attack of no kind");
}

}  // namespace vitrobust::attacks

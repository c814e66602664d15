#include "attacks/over_threads.h"

#include <torch/torch.h>

#include <utility>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

class OverThreads final : public Attack {
 public:
  explicit OverThreads(std::unique_ptr<Attack> attack) : attack_(std::move(attack)) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    const std::int64_t samples = input.images.size(0);
    const std::int64_t parts = classifier.threads();
    if (parts == 1 || samples < parts) return attack_->run(classifier, input, seed);
    check(input);
    std::vector<AttackOutput> found(static_cast<std::size_t>(parts));
    classifier.in_parallel(parts, [&](std::int64_t part) {
      const std::int64_t begin = part * samples / parts;
      const std::int64_t count = (part + 1) * samples / parts - begin;
      const AttackInput rows{
          input.images.narrow(0, begin, count), input.labels.narrow(0, begin, count),
          input.sample_ids.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count))};
      found[static_cast<std::size_t>(part)] = attack_->run(classifier, rows, seed);
    });
    return joined(found);
  }

  std::int64_t cost() const override { return attack_->cost(); }
  std::int64_t backward_passes() const override { return attack_->backward_passes(); }

 private:
  /// What cutting the input needs; the attack checks the rest.
  static void check(const AttackInput& input) {
    const std::int64_t samples = input.images.size(0);
    if (input.labels.dim() != 1 || input.labels.size(0) != samples ||
        std::cmp_not_equal(input.sample_ids.size(), samples))
      throw InternalError("an attack needs a label and a sample id per image");
  }

  static AttackOutput joined(const std::vector<AttackOutput>& parts) {
    std::vector<at::Tensor> adversarial, broken, queries;
    for (const AttackOutput& part : parts) {
      if (!part.components.empty()) throw InternalError("an attack of several pieces was cut into parts");
      adversarial.push_back(part.adversarial);
      broken.push_back(part.broken);
      queries.push_back(part.queries);
    }
    return {at::cat(adversarial), at::cat(broken), at::cat(queries)};
  }

  std::unique_ptr<Attack> attack_;
};

}  // namespace

std::unique_ptr<Attack> over_threads(std::unique_ptr<Attack> attack) {
  return std::make_unique<OverThreads>(std::move(attack));
}

}  // namespace vitrobust::attacks

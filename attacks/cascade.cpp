#include "attacks/cascade.h"

#include <torch/torch.h>

#include <limits>

#include "attacks/active_set.h"
#include "attacks/losses.h"

namespace vitrobust::attacks {
namespace {

class Cascade final : public Attack {
 public:
  explicit Cascade(std::vector<Component> components) : components_(std::move(components)) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    AttackOutput output = screened(classifier, input);
    at::Tensor best = at::full(input.labels.sizes(), -std::numeric_limits<double>::infinity(), at::kDouble);
    for (std::size_t i = 0; i < components_.size(); ++i) {
      const at::Tensor rows = output.broken.logical_not().nonzero().squeeze(1);
      if (rows.size(0) == 0) break;
      const std::vector<std::uint64_t> ids = select(input.sample_ids, rows);
      const AttackInput part{input.images.index_select(0, rows), input.labels.index_select(0, rows), ids};
      const AttackOutput found = components_[i].attack->run(classifier, part, seed);
      const at::Tensor strength =
          cw_margin(classifier.logits(found.adversarial), part.labels.unsqueeze(1)).to(at::kDouble);
      const at::Tensor better = found.broken.logical_or(strength.gt(best.index_select(0, rows)));
      const at::Tensor chosen = better.nonzero().squeeze(1);
      const at::Tensor chosen_rows = rows.index_select(0, chosen);
      output.adversarial.index_copy_(0, chosen_rows, found.adversarial.index_select(0, chosen));
      best.index_copy_(0, chosen_rows, strength.index_select(0, chosen));
      output.broken.index_copy_(0, rows, found.broken);
      output.queries.index_add_(0, rows, found.queries + 1);
      output.broken_by.index_fill_(0, rows.masked_select(found.broken), static_cast<std::int64_t>(i));
    }
    return output;
  }

  std::int64_t cost() const override {
    std::int64_t total = 1;
    for (const Component& component : components_) total += component.attack->cost() + 1;
    return total;
  }

  std::int64_t backward_passes() const override {
    std::int64_t total = 0;
    for (const Component& component : components_) total += component.attack->backward_passes();
    return total;
  }

 private:
  /// Nothing attacked yet: the samples that are wrong without an attack are broken, by no component.
  [[nodiscard]] AttackOutput screened(const models::Classifier& classifier, const AttackInput& input) const {
    ActiveSet active(input, classifier);
    active.screen(classifier.logits(input.images));
    AttackOutput output = std::move(active).finish();
    for (const Component& component : components_) output.components.push_back(component.name);
    output.broken_by = at::full_like(output.queries, -1);
    return output;
  }

  static std::vector<std::uint64_t> select(std::span<const std::uint64_t> ids, const at::Tensor& rows) {
    std::vector<std::uint64_t> result;
    for (std::int64_t i = 0; i < rows.size(0); ++i)
      result.push_back(ids[static_cast<std::size_t>(rows[i].item<std::int64_t>())]);
    return result;
  }

  std::vector<Component> components_;
};

}  // namespace

std::unique_ptr<Attack> make_cascade(std::vector<Component> components) {
  return std::make_unique<Cascade>(std::move(components));
}

}  // namespace vitrobust::attacks

// APGD in plain loops, from the papers' algorithms and the published description of the schedule.
#include <algorithm>
#include <cmath>

#include "reference.h"

namespace vitrobust::attacks::reference {
namespace {

using Vector = std::vector<double>;

Vector plus(const Vector& x, double factor, const Vector& direction) {
  Vector result = x;
  for (std::size_t i = 0; i < x.size(); ++i) result[i] += factor * direction[i];
  return result;
}

double count_changed(const Vector& x, std::span<const double> clean) {
  double count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) count += std::abs(x[i] - clean[i]) > 1e-7 ? 1 : 0;
  return count;
}

/// sign(g) or g/‖g‖.
Vector dense_direction(const Vector& gradient, Norm norm) {
  Vector result = gradient;
  const double length = norm_of(gradient, Norm::l2) + 1e-12;
  for (double& value : result) value = norm == Norm::linf ? sign(value) : value / length;
  return result;
}

/// Signs of the largest values, as many as the density says, divided by their number.
Vector sparse_direction(const Vector& gradient, double density) {
  Vector sorted = gradient;
  for (double& value : sorted) value = std::abs(value);
  std::sort(sorted.begin(), sorted.end());
  const auto values = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::clamp((1 - density) * values, 0.0, values - 1));
  Vector result = gradient;
  for (double& value : result) value = std::abs(value) >= sorted[rank] ? sign(value) : 0;
  const double length = norm_of(result, Norm::l1) + 1e-10;
  for (double& value : result) value /= length;
  return result;
}

class Run {
 public:
  Run(const Reference& model, std::span<const double> clean, const Goal& goal, const Vector& start,
      const ApgdRun& run)
      : model_(model), clean_(clean), goal_(goal), run_(run), x_(start), previous_(start) {
    step_ = (run.norm == Norm::l1 ? 1 : 2) * run.epsilon;
    changed_ = count_changed(start, clean);
    density_ = changed_ / static_cast<double>(start.size()) / 1.5;
    const Pass pass = look();
    gradient_ = best_gradient_ = pass.gradient;
    best_ = start;
    best_loss_ = best_loss_then_ = pass.loss;
    losses_.assign(static_cast<std::size_t>(run.steps), 0.0);
  }

  ApgdFound finish() {
    std::int64_t interval = part(run_.norm == Norm::l1 ? 0.04 : 0.22);
    std::int64_t since = 0;
    for (std::int64_t i = 0; i < run_.steps && !done(); ++i) {
      const Vector next = propose(i == 0);
      previous_ = x_;
      x_ = next;
      const Pass pass = look();
      gradient_ = pass.gradient;
      losses_[static_cast<std::size_t>(i)] = pass.loss;
      if (pass.loss > best_loss_) {
        best_loss_ = pass.loss;
        best_ = x_;
        best_gradient_ = gradient_;
      }
      if (++since == interval) {
        run_.norm == Norm::l1 ? check_l1() : check(i, interval);
        since = 0;
        if (run_.norm != Norm::l1) interval = std::max(interval - part(0.03), part(0.06));
      }
    }
    return {adversarial_, best_, best_loss_, queries_};
  }

 private:
  [[nodiscard]] std::int64_t part(double share) const {
    return std::max<std::int64_t>(static_cast<std::int64_t>(share * static_cast<double>(run_.steps)), 1);
  }
  [[nodiscard]] bool done() const { return run_.stops_at_success && adversarial_; }

  Pass look() {
    ++queries_;
    const Pass pass = model_.pass(x_, goal_);
    if (pass.wrong) adversarial_ = x_;
    return pass;
  }

  Vector propose(bool is_first) {
    if (run_.norm == Norm::l1)
      return into_ball(clean_, plus(x_, step_, sparse_direction(gradient_, density_)), Norm::l1,
                       run_.epsilon);
    const Vector up =
        into_ball(clean_, plus(x_, step_, dense_direction(gradient_, run_.norm)), run_.norm, run_.epsilon);
    const double a = is_first ? 1 : 0.75;
    Vector mixed = x_;
    for (std::size_t j = 0; j < mixed.size(); ++j)
      mixed[j] += a * (up[j] - x_[j]) + (1 - a) * (x_[j] - previous_[j]);
    return into_ball(clean_, mixed, run_.norm, run_.epsilon);
  }

  void check(std::int64_t i, std::int64_t interval) {
    int rises = 0;
    for (std::int64_t j = i - interval + 1; j <= i; ++j) {
      // Before the first entry stands the last, as in the reference.
      const std::int64_t before = j == 0 ? run_.steps - 1 : j - 1;
      rises += losses_[static_cast<std::size_t>(j)] > losses_[static_cast<std::size_t>(before)] ? 1 : 0;
    }
    const bool halve =
        rises <= 0.75 * static_cast<double>(interval) || (!halved_ && best_loss_then_ >= best_loss_);
    halved_ = halve;
    best_loss_then_ = best_loss_;
    if (!halve) return;
    step_ /= 2;
    x_ = best_;
    gradient_ = best_gradient_;
  }

  void check_l1() {
    const double changed = count_changed(best_, clean_);
    const bool sparser = changed / changed_ < 0.95;
    density_ = changed / static_cast<double>(x_.size()) / 1.5;
    changed_ = changed;
    step_ = std::clamp(sparser ? run_.epsilon : step_ / 1.5, run_.epsilon / 10, run_.epsilon);
    if (!sparser) return;
    x_ = best_;
    gradient_ = best_gradient_;
  }

  const Reference& model_;
  std::span<const double> clean_;
  Goal goal_;
  ApgdRun run_;
  Vector x_, previous_, gradient_, best_, best_gradient_;
  Vector losses_;
  double best_loss_, best_loss_then_, step_, changed_, density_;
  bool halved_ = true;
  std::optional<Vector> adversarial_;
  std::int64_t queries_ = 0;
};

}  // namespace

ApgdFound apgd(const Reference& model, std::span<const double> clean, const Goal& goal,
               const std::vector<double>& start, const ApgdRun& run) {
  return Run(model, clean, goal, start, run).finish();
}

}  // namespace vitrobust::attacks::reference

#include "square_reference.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace vitrobust::attacks::reference {
namespace {

using Values = std::vector<double>;

/// Random draws as the library's documents promise them: 64 signs from a word, lowest bit first.
class Draws {
 public:
  explicit Draws(const StreamKey& key) : source_(key) {}

  std::vector<int> signs(std::size_t count) {
    std::vector<int> result;
    while (result.size() < count) {
      std::uint64_t word = 0;
      source_.fill_words({&word, 1});
      for (int bit = 0; bit < 64 && result.size() < count; ++bit)
        result.push_back((word >> bit & 1) == 1 ? 1 : -1);
    }
    return result;
  }

  std::int64_t below(std::int64_t bound) { return source_.integer(static_cast<std::uint32_t>(bound)); }

 private:
  PhiloxSource source_;
};

class Run {
 public:
  Run(const models::Classifier& model, const at::Tensor& clean, std::int64_t label, const SquareRun& run,
      const StreamKey& key)
      : model_(model),
        clean_(clean.contiguous().const_data_ptr<double>(),
               clean.contiguous().const_data_ptr<double>() + clean.numel()),
        label_(label),
        run_(run),
        draws_(key),
        height_(clean.size(2)),
        width_(clean.size(3)) {}

  SquareFound attack() {
    SquareFound found{clean_, margin(clean_) < 0, 1};
    if (found.broken) return found;
    Values best = start();
    double best_margin = margin(best);
    ++found.queries;
    for (std::int64_t query = 0; query < run_.queries && best_margin >= 0; ++query) {
      const Values next = propose(best, query);
      ++found.queries;
      if (const double next_margin = margin(next); next_margin < best_margin) {
        best = next;
        best_margin = next_margin;
      }
    }
    found.adversarial = best;
    found.broken = best_margin < 0;
    return found;
  }

 private:
  [[nodiscard]] std::size_t at(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return static_cast<std::size_t>((channel * height_ + row) * width_ + column);
  }

  [[nodiscard]] double margin(const Values& x) const {
    const at::Tensor logits =
        model_.logits(at::tensor(x, at::kDouble).view({1, 3, height_, width_})).contiguous();
    const auto* z = logits.const_data_ptr<double>();
    double other = -INFINITY;
    for (std::int64_t i = 0; i < logits.size(1); ++i)
      if (i != label_) other = std::max(other, z[i]);
    return z[label_] - other;
  }

  [[nodiscard]] std::int64_t side(std::int64_t query) const {
    double p = run_.p;
    for (const int after : {10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000})
      if (query > after) p /= 2;
    return static_cast<std::int64_t>(std::nearbyint(std::sqrt(p * static_cast<double>(height_ * width_))));
  }

  Values start() {
    if (run_.norm == Norm::linf) {
      const std::vector<int> stripes = draws_.signs(static_cast<std::size_t>(3 * width_));
      Values x = clean_;
      for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t row = 0; row < height_; ++row)
          for (std::int64_t column = 0; column < width_; ++column)
            x[at(c, row, column)] += run_.epsilon * stripes[static_cast<std::size_t>(c * width_ + column)];
      return into_box(x);
    }
    Values change(clean_.size(), 0.0);
    const std::int64_t tile = std::max<std::int64_t>(1, std::min(height_, width_) / 5);
    const std::int64_t top = height_ % tile / 2;
    const std::int64_t left = width_ % tile / 2;
    for (std::int64_t row = top; row + tile <= height_; row += tile)
      for (std::int64_t column = left; column + tile <= width_; column += tile) {
        const Values pattern = bumps(tile);
        for (std::int64_t c = 0; c < 3; ++c) add(change, pattern, c, row, column, tile);
      }
    return into_ball(change);
  }

  Values propose(const Values& best, std::int64_t query) {
    return run_.norm == Norm::linf ? propose_linf(best, query) : propose_mass(best, query);
  }

  Values propose_linf(const Values& best, std::int64_t query) {
    const std::int64_t wanted = std::max<std::int64_t>(1, side(query));
    const std::int64_t rows = std::min(wanted, height_);
    const std::int64_t columns = std::min(wanted, width_);
    const std::int64_t top = draws_.below(height_ - rows + 1);
    const std::int64_t left = draws_.below(width_ - columns + 1);
    const std::vector<int> sign = draws_.signs(3);
    Values x = best;
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t row = top; row < top + rows; ++row)
        for (std::int64_t column = left; column < left + columns; ++column)
          x[at(c, row, column)] += 2 * run_.epsilon * sign[static_cast<std::size_t>(c)];
    return into_box(x);
  }

  Values propose_mass(const Values& best, std::int64_t query) {
    std::int64_t s = std::max<std::int64_t>(3, side(query));
    if (s % 2 == 0) ++s;
    s = std::min({s, height_, width_});
    const std::int64_t top = draws_.below(height_ - s + 1);
    const std::int64_t left = draws_.below(width_ - s + 1);
    const std::int64_t top2 = draws_.below(height_ - s + 1);
    const std::int64_t left2 = draws_.below(width_ - s + 1);
    const auto inside = [s](std::int64_t row, std::int64_t column, std::int64_t t, std::int64_t l) {
      return row >= t && row < t + s && column >= l && column < l + s;
    };
    Values change(clean_.size());
    Values windows(clean_.size(), 0.0);
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t row = 0; row < height_; ++row)
        for (std::int64_t column = 0; column < width_; ++column) {
          const std::size_t i = at(c, row, column);
          change[i] = best[i] - clean_[i];
          if (inside(row, column, top, left) || inside(row, column, top2, left2)) windows[i] = change[i];
        }
    const double used = size(change);
    const double held = size(windows);
    const double unused = run_.norm == Norm::l2 ? std::max(run_.epsilon * run_.epsilon - used * used, 0.0) / 3
                                                : std::max(run_.epsilon - used, 0.0);
    const double budget = run_.norm == Norm::l2 ? std::sqrt(unused + held * held) : unused + 3 * held;
    const Values pattern = bumps(s);
    Values next = change;
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t row = 0; row < height_; ++row)
        for (std::int64_t column = 0; column < width_; ++column)
          if (inside(row, column, top2, left2)) next[at(c, row, column)] = 0;
    for (std::int64_t c = 0; c < 3; ++c) {
      Values window;
      for (std::int64_t row = 0; row < s; ++row)
        for (std::int64_t column = 0; column < s; ++column)
          window.push_back(change[at(c, top + row, left + column)]);
      const double before = size(window);
      for (std::size_t i = 0; i < window.size(); ++i)
        window[i] = (before > 1e-12 ? window[i] / (before + 1e-12) : 0) +
                    pattern[static_cast<std::size_t>(c) * window.size() + i];
      const double after = size(window) + 1e-12;
      for (std::int64_t row = 0; row < s; ++row)
        for (std::int64_t column = 0; column < s; ++column)
          next[at(c, top + row, left + column)] =
              window[static_cast<std::size_t>(row * s + column)] / after * budget;
    }
    return into_ball(next);
  }

  /// Orientation, then a sign per channel: [3, s, s].
  Values bumps(std::int64_t s) {
    const bool lying = draws_.signs(1)[0] > 0;
    const std::vector<int> sign = draws_.signs(3);
    Values pattern(static_cast<std::size_t>(s * s), 0.0);
    const auto half = [&](std::int64_t first, std::int64_t rows, double weight) {
      Values part(static_cast<std::size_t>(rows * s), 0.0);
      double squares = 0;
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < s; ++c) {
          double& value = part[static_cast<std::size_t>(r * s + c)];
          // Growing rectangles around the centre, each adding 1/(k + 1)².
          for (std::int64_t k = 0; k <= std::max(rows / 2, s / 2); ++k)
            if (std::abs(r - rows / 2) <= k && std::abs(c - s / 2) <= k)
              value += 1.0 / static_cast<double>((k + 1) * (k + 1));
          squares += value * value;
        }
      for (std::size_t i = 0; i < part.size(); ++i)
        pattern[static_cast<std::size_t>(first * s) + i] = weight * part[i] / std::sqrt(squares);
    };
    half(0, s / 2, 1);
    half(s / 2, s - s / 2, -1);
    const double length = std::sqrt(std::max(1.0, s > 1 ? 2.0 : 1.0));
    Values result;
    for (int c = 0; c < 3; ++c)
      for (std::int64_t row = 0; row < s; ++row)
        for (std::int64_t column = 0; column < s; ++column)
          result.push_back(sign[static_cast<std::size_t>(c)] / length *
                           pattern[static_cast<std::size_t>(lying ? column * s + row : row * s + column)]);
    return result;
  }

  void add(Values& change, const Values& pattern, std::int64_t c, std::int64_t top, std::int64_t left,
           std::int64_t s) const {
    for (std::int64_t row = 0; row < s; ++row)
      for (std::int64_t column = 0; column < s; ++column)
        change[at(c, top + row, left + column)] +=
            pattern[static_cast<std::size_t>((c * s + row) * s + column)];
  }

  [[nodiscard]] double size(const Values& change) const {
    double total = 0;
    for (const double value : change) total += run_.norm == Norm::l2 ? value * value : std::abs(value);
    return run_.norm == Norm::l2 ? std::sqrt(total) : total;
  }

  [[nodiscard]] Values into_box(Values x) const {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::clamp(std::clamp(x[i], clean_[i] - run_.epsilon, clean_[i] + run_.epsilon), 0.0, 1.0);
    return x;
  }

  /// l2: scaled to epsilon, then cut to [0,1]. l1: every change shrinks by the λ that makes the sum right,
  /// by bisection, and is cut.
  [[nodiscard]] Values into_ball(const Values& change) const {
    Values x(change.size());
    if (run_.norm == Norm::l2) {
      const double factor = run_.epsilon / (size(change) + 1e-12);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::clamp(clean_[i] + change[i] * factor, 0.0, 1.0);
      return x;
    }
    const auto shrink = [&](double lambda) {
      double total = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double length = std::max(std::abs(change[i]) - lambda, 0.0);
        x[i] = std::clamp(clean_[i] + std::copysign(length, change[i]), 0.0, 1.0);
        total += std::abs(x[i] - clean_[i]);
      }
      return total;
    };
    double low = 0;
    double high = size(change);
    if (shrink(0) <= run_.epsilon) return x;
    for (int i = 0; i < 200; ++i) {
      const double middle = (low + high) / 2;
      (shrink(middle) > run_.epsilon ? low : high) = middle;
    }
    shrink(high);
    return x;
  }

  const models::Classifier& model_;
  Values clean_;
  std::int64_t label_;
  SquareRun run_;
  Draws draws_;
  std::int64_t height_, width_;
};

}  // namespace

SquareFound square(const models::Classifier& model, const at::Tensor& clean, std::int64_t label,
                   const SquareRun& run, const StreamKey& key) {
  return Run(model, clean, label, run, key).attack();
}

}  // namespace vitrobust::attacks::reference

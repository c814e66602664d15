#include "attacks/square_moves.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/rows.h"
#include "attacks/square_windows.h"

namespace vitrobust::attacks {
namespace {

/// Keeps quotients finite where a window holds no perturbation (the value of the reference implementation).
/// What is no larger counts as none: it is the rounding of a perturbation that was taken away.
constexpr double kNormGuard = 1e-12;
/// Tiles to a side at the start in L2 and L1.
constexpr std::int64_t kTiles = 5;
/// Smallest window in L2 and L1.
constexpr std::int64_t kSmallestWindow = 3;

struct Size {
  std::int64_t height, width;
};

Size size_of(const at::Tensor& images) {
  return {images.size(2), images.size(3)};
}

/// Upper left corners of windows, [N] each.
struct Corners {
  at::Tensor row, column;
};

Corners draw_corners(Size image, Size window, SampleStreams& streams) {
  const at::Tensor row = streams.integers(image.height - window.height + 1);
  return {row, streams.integers(image.width - window.width + 1)};
}

/// Offsets [N, 1, side·side] of the windows' pixels in a flattened channel.
at::Tensor pixels_of(const Corners& corners, std::int64_t side, std::int64_t width) {
  const at::Tensor steps = at::arange(side, at::kLong);
  const at::Tensor inside = (steps.view({-1, 1}) * width + steps).view({1, 1, -1});
  return inside + (corners.row * width + corners.column).view({-1, 1, 1});
}

/// Bumps with a random orientation per sample and a random sign per channel: [N, 3, side·side].
at::Tensor draw_bumps(std::int64_t side, SampleStreams& streams) {
  const at::Tensor bumps = square_bumps(side);
  const at::Tensor lying = streams.signs({1, 1}, at::kDouble).gt(0);
  const at::Tensor pattern = at::where(lying, bumps.t().reshape({1, 1, -1}), bumps.view({1, 1, -1}));
  return pattern * streams.signs({3, 1}, at::kDouble);
}

at::Tensor channel_norms(const at::Tensor& x, Norm norm) {
  return norm == Norm::l2 ? x.square().sum(2, true).sqrt() : x.abs().sum(2, true);
}

/// The point of the ball that a perturbation [N, 3, H, W] float64 stands for.
at::Tensor point(const Ball& ball, const at::Tensor& change) {
  const at::Tensor scaled =
      ball.norm() == Norm::l2
          ? change * per_row(ball.epsilon() / (row_norms(change, Norm::l2) + kNormGuard), change)
          : change;
  return ball.project(ball.clean().to(at::kDouble) + scaled);
}

/// What each channel [N, 1, 1] of the first window gets: the perturbation of both windows and the rest of the
/// radius. As in the reference implementation, and other than in the paper's algorithm 3, every channel gets
/// what the windows hold in all channels; the scaling of point() evens that out.
at::Tensor budget(const Ball& ball, const at::Tensor& change, const at::Tensor& windows) {
  const double epsilon = ball.epsilon();
  const auto channels = static_cast<double>(change.size(1));
  const at::Tensor used = row_norms(change, ball.norm()).view({-1, 1, 1});
  const at::Tensor held = row_norms(windows, ball.norm()).view({-1, 1, 1});
  if (ball.norm() == Norm::l2)
    return ((epsilon * epsilon - used.square()).clamp_min(0) / channels + held.square()).sqrt();
  return (epsilon - used).clamp_min(0) + held * channels;
}

Size window_of_linf(Size image, double share) {
  const std::int64_t side = square_side(share, image.height, image.width);
  return {std::min(side, image.height), std::min(side, image.width)};
}

/// The next odd number, as far as the image reaches: an even window holds bumps just as well.
std::int64_t window_of_mass(Size image, double share) {
  const std::int64_t wanted = std::max(square_side(share, image.height, image.width), kSmallestWindow) | 1;
  return std::min({wanted, image.height, image.width});
}

at::Tensor propose_linf(const Ball& ball, const at::Tensor& best, const SquareMove& move) {
  const Size image = size_of(best);
  const Size window = window_of_linf(image, move.share);
  const Corners corners{move.draws[0], move.draws[1]};
  const auto covered = [](const at::Tensor& first, std::int64_t count, std::int64_t size) {
    const at::Tensor offset = at::arange(size, at::kLong) - first.unsqueeze(1);
    return offset.ge(0).logical_and(offset.lt(count));
  };
  const at::Tensor rows = covered(corners.row, window.height, image.height).unsqueeze(2);
  const at::Tensor columns = covered(corners.column, window.width, image.width).unsqueeze(1);
  const at::Tensor mask = rows.logical_and(columns).unsqueeze(1);
  return ball.project(best + move.draws[2] * (2 * ball.epsilon()) * mask);
}

at::Tensor propose_mass(const Ball& ball, const at::Tensor& best, const SquareMove& move) {
  const Size image = size_of(best);
  const std::int64_t side = window_of_mass(image, move.share);
  const Corners first{move.draws[0], move.draws[1]};
  const Corners second{move.draws[2], move.draws[3]};
  const at::Tensor change = (best.to(at::kDouble) - ball.clean().to(at::kDouble)).flatten(2);
  const std::vector<std::int64_t> shape{change.size(0), change.size(1), side * side};
  const at::Tensor target = pixels_of(first, side, image.width).expand(shape);
  const at::Tensor source = pixels_of(second, side, image.width).expand(shape);

  const at::Tensor mask = at::zeros_like(change).scatter_(2, target, 1.0).scatter_(2, source, 1.0);
  const at::Tensor old = change.gather(2, target);
  const at::Tensor length = channel_norms(old, ball.norm());
  const at::Tensor shape_of_old = at::where(length.gt(kNormGuard), old / (length + kNormGuard), 0.0);
  const at::Tensor pattern = move.draws[4] + shape_of_old;
  const at::Tensor moved =
      pattern / (channel_norms(pattern, ball.norm()) + kNormGuard) * budget(ball, change, change * mask);
  const at::Tensor next = change.scatter(2, source, 0.0).scatter_(2, target, moved);
  return point(ball, next.view_as(best));
}

}  // namespace

at::Tensor square_start(const Ball& ball, SampleStreams& streams) {
  const at::Tensor& clean = ball.clean();
  const Size image = size_of(clean);
  if (ball.norm() == Norm::linf)
    return ball.project(clean + streams.signs({3, 1, image.width}, clean.scalar_type()) * ball.epsilon());
  const at::Tensor change = at::zeros(clean.sizes(), at::kDouble);
  const std::int64_t side = std::max<std::int64_t>(1, std::min(image.height, image.width) / kTiles);
  const Size tiles{image.height / side, image.width / side};
  const Size margin{(image.height - tiles.height * side) / 2, (image.width - tiles.width * side) / 2};
  for (std::int64_t row = 0; row < tiles.height; ++row)
    for (std::int64_t column = 0; column < tiles.width; ++column)
      change.narrow(2, margin.height + row * side, side)
          .narrow(3, margin.width + column * side, side)
          .copy_(draw_bumps(side, streams).view({-1, 3, side, side}));
  return point(ball, change);
}

SquareMove SquareMove::select(const at::Tensor& index) const {
  SquareMove chosen{.share = share, .draws = {}};
  for (const at::Tensor& rows : draws) chosen.draws.push_back(rows.index_select(0, index));
  return chosen;
}

SquareMove SquareMove::joined(const std::vector<SquareMove>& moves) {
  if (moves.size() == 1) return moves[0];
  SquareMove all{.share = moves.at(0).share, .draws = {}};
  for (std::size_t part = 0; part < moves[0].draws.size(); ++part) {
    std::vector<at::Tensor> rows;
    for (const SquareMove& move : moves) rows.push_back(move.draws[part]);
    all.draws.push_back(at::cat(rows));
  }
  return all;
}

SquareMove draw_square_move(const Ball& ball, double share, SampleStreams& streams) {
  const Size image = size_of(ball.clean());
  if (ball.norm() == Norm::linf) {
    const Corners corners = draw_corners(image, window_of_linf(image, share), streams);
    return {share, {corners.row, corners.column, streams.signs({3, 1, 1}, ball.clean().scalar_type())}};
  }
  const std::int64_t side = window_of_mass(image, share);
  const Corners first = draw_corners(image, {side, side}, streams);
  const Corners second = draw_corners(image, {side, side}, streams);
  return {share, {first.row, first.column, second.row, second.column, draw_bumps(side, streams)}};
}

at::Tensor square_proposal(const Ball& ball, const at::Tensor& best, const SquareMove& move) {
  return ball.norm() == Norm::linf ? propose_linf(ball, best, move) : propose_mass(ball, best, move);
}

}  // namespace vitrobust::attacks

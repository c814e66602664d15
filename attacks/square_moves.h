#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "attacks/ball.h"
#include "attacks/sample_streams.h"

namespace vitrobust::attacks {

// The points that Square tries (Andriushchenko et al., "Square attack", ECCV 2020; L1 after
// fra31/auto-attack, a392200), each in the ball. Every sample draws from its own stream: a position from {0,
// …, H − height} and one from {0, …, W − width} as in the paper's algorithms 2 and 3, then signs.

/// Where the search starts. linf: vertical stripes of ±eps, a sign per channel and column. l2 and l1: tiles
/// of bumps, five to a side or a few more where the size is no multiple of five, each with an orientation,
/// drawn first, and a sign per channel; scaled to eps (l2) or projected (l1).
at::Tensor square_start(const Ball& ball, SampleStreams& streams);

/// What a query draws. Nothing of it depends on the points found so far, so that queries can be drawn ahead.
struct SquareMove {
  double share = 0;               ///< of the pixels in the window
  std::vector<at::Tensor> draws;  ///< [N, …] each: corners of windows, then signs or bumps

  [[nodiscard]] SquareMove select(const at::Tensor& index) const;
  /// The rows of several moves of one share, one move after another.
  static SquareMove joined(const std::vector<SquareMove>& moves);
};
SquareMove draw_square_move(const Ball& ball, double share, SampleStreams& streams);

/// The next point to try. linf: ±2·eps, a sign per channel, in a square window. l2 and l1: the perturbation
/// of a second window is moved to the first, where bumps with an orientation and a sign per channel are
/// added; what the ball leaves unused is added too. Windows have odd sides of at least 3 then, as far as they
/// fit.
/// @param best  [N, 3, H, W]: the best points so far
at::Tensor square_proposal(const Ball& ball, const at::Tensor& best, const SquareMove& move);

}  // namespace vitrobust::attacks

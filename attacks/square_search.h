#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/sample_streams.h"
#include "attacks/square_moves.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

/// The best points of Square's active samples, all packed.
struct SquarePoints {
  Ball ball;
  at::Tensor best;    ///< [N, 3, H, W]
  at::Tensor margin;  ///< [N], of best
  at::Tensor logits;  ///< [N, classes] of some point that is not misclassified
};

/// Square's search: takes a point that is better than the best so far, one query after another.
///
/// Several queries of a sample can be tried at once: all from its best point of now, for most are rejected;
/// those after one that was accepted are tried again from there. What is found and what it costs is the same
/// as one after another, but few samples fill all lanes.
class SquareSearch {
 public:
  /// @param points  as they were packed before the last booking in `active`
  SquareSearch(const models::Classifier& classifier, ActiveSet& active, SquarePoints points);

  [[nodiscard]] const Ball& ball() const { return points_.ball; }

  /// Makes these queries of all active samples, and repacks the streams.
  /// @param moves  of one share
  void advance(const std::vector<SquareMove>& moves, SampleStreams& streams);

 private:
  /// The rows of one pass: query and packed sample of each, in the order of the queries.
  struct Attempts {
    std::vector<std::int64_t> queries, samples;
    at::Tensor images;
  };
  [[nodiscard]] Attempts attempts() const;
  void take(const Attempts& tried);
  void repack(SampleStreams& streams);

  const models::Classifier& classifier_;
  ActiveSet& active_;
  SquarePoints points_;
  SquareMove moves_;  ///< row q·N + i is the move of query q and packed sample i
  std::int64_t queries_ = 0;
  std::vector<std::int64_t> next_;  ///< of each packed sample, the next of the queries that are being made
};

}  // namespace vitrobust::attacks

#include "reports/pairing.h"

#include <fmt/format.h>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

void add(Pairing& pairing, const Outcome& first, const Outcome& second) {
  const Flip flip{.sample_id = first.sample_id,
                  .label = first.label,
                  .first = first.prediction,
                  .second = second.prediction};
  if (first.correct() && second.correct()) {
    ++pairing.counts.both_right;
  } else if (first.correct()) {
    ++pairing.counts.only_first;
    pairing.newly_broken.push_back(flip);
  } else if (second.correct()) {
    ++pairing.counts.only_second;
    pairing.newly_right.push_back(flip);
  } else {
    ++pairing.counts.both_wrong;
  }
}

}  // namespace

Pairing pair_outcomes(std::span<const Outcome> first, std::span<const Outcome> second,
                      const std::string& where) {
  Pairing pairing;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < first.size() && j < second.size()) {
    const Outcome& a = first[i];
    const Outcome& b = second[j];
    if (a.sample_id != b.sample_id) {
      ++(a.sample_id < b.sample_id ? i : j);
      ++pairing.left_out;
      continue;
    }
    ++i;
    ++j;
    if (!a.error.empty() || !b.error.empty()) {
      ++pairing.left_out;
      continue;
    }
    if (a.label != b.label)
      throw InputError({},
                       fmt::format("{}: sample {} is labelled {} in one run and {} in the other", where,
                                   a.sample_id, a.label, b.label),
                       "the runs are not of the same data");
    add(pairing, a, b);
  }
  pairing.left_out += (first.size() - i) + (second.size() - j);
  return pairing;
}

}  // namespace vitrobust::reports

#include "corruptions/weigh_lines.h"

#include "core/vectorize.h"
#include "corruptions/lanes.h"

namespace vitrobust::corruptions {

VITROBUST_VECTORIZE
void weigh_lines(double* out, std::size_t size, const double* const* lines, const double* weights,
                 std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    double sums[kLanes] = {};
    for (std::size_t k = 0; k < count; ++k) {
      const double* line = lines[k] + i;
      const double weight = weights[k];
      pin(line);
      for (std::size_t j = 0; j < kLanes; ++j) sums[j] += line[j] * weight;
    }
    for (std::size_t j = 0; j < kLanes; ++j) out[i + j] = sums[j];
  }
  for (; i < size; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += lines[k][i] * weights[k];
    out[i] = sum;
  }
}

}  // namespace vitrobust::corruptions

#include "fuzz/targets.h"

#include <cstdlib>
#include <set>

#include "core/error.h"

namespace vitrobust::fuzz {
namespace {

constexpr Target kTargets[] = {{"safetensors", run_safetensors},
                               {"pickle", run_pickle},
                               {"zip", run_zip},
                               {"npz", run_npz},
                               {"torch_legacy", run_torch_legacy}};

/// Above this a read would only slow the fuzzer down.
constexpr std::uint64_t kMostRead = std::uint64_t{1} << 20;

}  // namespace

std::span<const Target> targets() {
  return kTargets;
}

void require_sound(const models::TensorCatalogue& catalogue) {
  std::set<std::string> names;
  for (const models::TensorEntry& entry : catalogue.tensors) {
    if (!names.insert(entry.name).second) std::abort();
    if (entry.source >= catalogue.sources.size()) std::abort();
    const models::ByteSource& source = *catalogue.sources[entry.source];
    if (entry.bytes > source.size()) std::abort();
    if (entry.bytes != 0 && entry.offset > source.size() - entry.bytes) std::abort();
    if (!entry.strides.empty() && entry.strides.size() != entry.shape.size()) std::abort();
    for (const std::int64_t size : entry.shape)
      if (size < 0) std::abort();
    for (const std::int64_t stride : entry.strides)
      if (stride < 0) std::abort();
    if (entry.bytes == 0 || entry.bytes > kMostRead) continue;
    try {
      const auto bytes = source.read(entry.offset, entry.bytes);
      if (bytes.size() != entry.bytes) std::abort();
    } catch (const InputError&) {
      // A compressed member may turn out to be damaged only now.
      if (source.random_access()) std::abort();
    }
  }
}

}  // namespace vitrobust::fuzz

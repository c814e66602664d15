#include "core/error.h"
#include "fuzz/targets.h"
#include "models/checkpoint/pickle_machine.h"
#include "models/checkpoint/select_state_dict.h"
#include "models/checkpoint/torch_storages.h"

namespace vitrobust::fuzz {

/// The bytes are FOLDER/data.pkl of torch.save's; its storages are said to lie in them as well.
void run_pickle(std::span<const std::uint8_t> bytes) {
  using namespace models;
  const auto source = make_memory_source("fuzz", {bytes.begin(), bytes.end()});
  for (const bool use_ema : {false, true}) {
    try {
      PickleArena arena;
      PickleInput input(*source, 0, source->size());
      const PickleRef root =
          models::run_pickle(input, arena, [&](PickleRef id) { return load_storage(arena, input, id); });
      TensorCatalogue catalogue;
      catalogue.sources.push_back(source);
      const auto locate = [&](const PickleStorage& storage) -> std::uint64_t {
        if (storage.bytes > source->size()) throw InputError("fuzz", "has a storage that is not there whole");
        return source->size() - storage.bytes;
      };
      PickledTensors tensors(arena, locate, catalogue);
      select_state_dict(*root, {.use_ema = use_ema}, catalogue, tensors);
      require_sound(catalogue);
      strip_wrapper_prefixes(catalogue, "fuzz");
      require_sound(catalogue);
    } catch (const InputError&) {
      // The one way to refuse a file; anything else is a finding.
    }
  }
}

}  // namespace vitrobust::fuzz

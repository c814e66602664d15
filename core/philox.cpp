#include "core/philox.h"

#include "core/sha256.h"

namespace vitrobust {

PhiloxStreamState derive_stream(const StreamKey& key) {
  const auto digest = Sha256().update(key.condition).digest();
  const auto word = [&](std::size_t i) {
    return static_cast<std::uint32_t>(digest[i] | digest[i + 1] << 8 | digest[i + 2] << 16) |
           static_cast<std::uint32_t>(digest[i + 3]) << 24;
  };
  const PhiloxCounter identity =
      philox4x32_10({static_cast<std::uint32_t>(key.sample_id),
                     static_cast<std::uint32_t>(key.sample_id >> 32), word(0), word(4)},
                    {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
  return {.key = {identity[0], identity[1]}, .salt = {identity[2], identity[3]}, .restart = key.restart};
}

}  // namespace vitrobust

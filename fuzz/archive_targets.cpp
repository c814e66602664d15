#include "core/error.h"
#include "fuzz/targets.h"
#include "models/checkpoint/npz.h"
#include "models/checkpoint/torch_legacy.h"
#include "models/checkpoint/torch_zip.h"
#include "models/checkpoint/zip_directory.h"

namespace vitrobust::fuzz {
namespace {

template <typename Open>
void run(std::span<const std::uint8_t> bytes, Open open) {
  try {
    require_sound(open(models::make_memory_source("fuzz", {bytes.begin(), bytes.end()})));
  } catch (const InputError&) {
    // The one way to refuse a file; anything else is a finding.
  }
}

}  // namespace

void run_zip(std::span<const std::uint8_t> bytes) {
  run(bytes, [](const auto& source) {
    const models::ZipDirectory directory(*source);
    if (!models::looks_like_torch_zip(directory)) return models::TensorCatalogue{};
    return models::open_torch_zip(source, directory, {});
  });
}

void run_npz(std::span<const std::uint8_t> bytes) {
  run(bytes, [](const auto& source) { return models::open_npz(source, models::ZipDirectory(*source)); });
}

void run_torch_legacy(std::span<const std::uint8_t> bytes) {
  run(bytes, [](const auto& source) { return models::open_torch_legacy(source, {}); });
}

}  // namespace vitrobust::fuzz

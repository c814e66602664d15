#include "eval/cli/corruption_settings.h"

#include "core/error.h"
#include "corruptions/frost_textures.h"

namespace vitrobust::eval {

std::shared_ptr<const corruptions::FrostTextures> read_frost(const CorruptionOptions& options) {
  if (options.frost_dir.empty()) return nullptr;
  return std::make_shared<const corruptions::FrostTextures>(options.frost_dir);
}

CorruptionSettings corruption_settings(const CorruptionOptions& options, std::int64_t height,
                                       std::int64_t width,
                                       std::shared_ptr<const corruptions::FrostTextures> frost) {
  const auto flavour = corruptions::find_flavour(options.flavour);
  if (!flavour) throw InternalError("flavour " + options.flavour);
  CorruptionSettings settings;
  settings.flavour = *flavour;
  // The imagecorruptions package has ImageNet's parameters at every size.
  if (options.params != "auto")
    settings.parameter_set = corruptions::find_parameter_set(options.params).value();
  else if (*flavour == corruptions::Flavour::hendrycks)
    settings.parameter_set =
        corruptions::parameter_set_for(static_cast<int>(height), static_cast<int>(width));
  settings.frost = std::move(frost);
  settings.protocol = options.protocol == "published" ? Protocol::published : Protocol::memory;
  settings.random = options.rng == "numpy" ? RandomKind::numpy : RandomKind::philox;
  return settings;
}

}  // namespace vitrobust::eval

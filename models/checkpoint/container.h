#pragma once

#include <string>

namespace vitrobust::models {

/// What kind of file the weights are in, told by its bytes, whatever its name.
enum class Container { safetensors, torch_zip, torchscript, torch_legacy, npz, npy, hdf5, unknown };

/// Looks at the first bytes, and for a zip at its directory. No code of the file is run.
/// @throws InputError when there is no such file or it cannot be read
Container detect_container(const std::string& path);

/// @throws InputError that says what the file looks like, and how to convert it, unless it may be safetensors
void require_safetensors(const std::string& path);

}  // namespace vitrobust::models

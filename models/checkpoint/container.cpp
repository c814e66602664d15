#include "models/checkpoint/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/error.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

/// A zip ends with its directory, where the names of its records are.
constexpr std::uintmax_t kZipTailBytes = std::uintmax_t{1} << 16;

std::string read_range(std::ifstream& stream, std::uintmax_t offset, std::uintmax_t count,
                       const std::string& path) {
  std::string bytes(count, '\0');
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(count)))
    throw InputError(path, "cannot be read");
  return bytes;
}

Container detect_zip(std::ifstream& stream, std::uintmax_t file_bytes, const std::string& path) {
  const std::uintmax_t count = std::min(file_bytes, kZipTailBytes);
  const std::string tail = read_range(stream, file_bytes - count, count, path);
  if (tail.find("constants.pkl") != std::string::npos) return Container::torchscript;
  if (tail.find("data.pkl") != std::string::npos || tail.find("/version") != std::string::npos)
    return Container::torch_zip;
  return tail.find(".npy") != std::string::npos ? Container::npz : Container::unknown;
}

constexpr const char* kTorchHint =
    "convert it once, on a machine with PyTorch: python3 -c \"import torch, safetensors.torch as s; "
    "d = torch.load('{}', map_location='cpu', weights_only=True); "
    "s.save_file(d.get('model', d.get('state_dict', d)), 'model.safetensors')\"";

}  // namespace

Container detect_container(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file");
  if (!fs::is_regular_file(status)) throw InputError(path, "is not a regular file");
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  if (!stream) throw InputError(path, "cannot be opened for reading");
  const auto file_bytes = static_cast<std::uintmax_t>(stream.tellg());
  const std::string start = read_range(stream, 0, std::min<std::uintmax_t>(file_bytes, 16), path);

  if (start.starts_with("PK\x03\x04"sv)) return detect_zip(stream, file_bytes, path);
  // Protocol 2 and a long of ten bytes: the magic number that torch.save put before its pickles until 1.5.
  if (start.starts_with("\x80\x02\x8a\x0a"sv)) return Container::torch_legacy;
  if (start.starts_with("\x93NUMPY"sv)) return Container::npy;
  if (start.starts_with("\x89HDF\r\n"sv)) return Container::hdf5;
  const bool named = fs::path(path).extension() == ".safetensors";
  return named || (start.size() > 8 && start[8] == '{') ? Container::safetensors : Container::unknown;
}

void require_safetensors(const std::string& path) {
  const std::string convert = fmt::format(fmt::runtime(kTorchHint), path);
  const auto refuse = [&](std::string_view what, const std::string& hint) {
    throw InputError(path, fmt::format("looks like {}; this version reads safetensors", what), hint);
  };
  switch (detect_container(path)) {
    case Container::safetensors:
      return;
    case Container::torch_zip:
      refuse("a PyTorch checkpoint (zip)", convert);
      return;
    case Container::torch_legacy:
      refuse("a PyTorch checkpoint of the time before version 1.6", convert);
      return;
    case Container::torchscript:
      refuse("a TorchScript file", "save the model's state_dict() with safetensors.torch.save_file()");
      return;
    case Container::npz:
    case Container::npy:
      refuse("a NumPy file, as JAX checkpoints are",
             "load it in timm, which reads them, and save it from there");
      return;
    case Container::hdf5:
      refuse("an HDF5 file, as Keras checkpoints are", "timm publishes most of these models as safetensors");
      return;
    case Container::unknown:
      refuse("no checkpoint that is known", "give a .safetensors file, or a folder with model.safetensors");
      return;
  }
}

}  // namespace vitrobust::models

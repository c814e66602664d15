#include "models/checkpoint/torch_zip.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "models/checkpoint/pickle_machine.h"
#include "models/checkpoint/select_state_dict.h"
#include "models/checkpoint/torch_storages.h"

namespace vitrobust::models {
namespace {

constexpr std::string_view kPickle = "/data.pkl";

/// The folder of the member FOLDER/`name`, the folder being one level deep; empty when there is none.
std::string folder_of(const ZipDirectory& directory, std::string_view name) {
  for (const ZipMember& member : directory.members())
    if (member.name.ends_with(name) && member.name.find('/') == member.name.size() - name.size())
      return member.name.substr(0, member.name.size() - name.size());
  return {};
}

void refuse_programs(const ByteSource& archive, const ZipDirectory& directory) {
  if (!folder_of(directory, "/constants.pkl").empty())
    throw InputError(archive.name(), "is a TorchScript file: a program, whose code would run",
                     "if you trust it, say so with --format torchscript");
  if (!folder_of(directory, "/archive_format").empty())
    throw InputError(archive.name(), "is a program of torch.export, which is not read",
                     "save the state_dict() of the model: torch.save(model.state_dict(), FILE)");
}

void check_byte_order(const ByteSource& archive, const ZipMember* member) {
  if (!member) return;  // before 2.1 there was none, and only little-endian machines mattered
  const auto bytes = archive.read(member->offset, std::min<std::uint64_t>(member->bytes, 16));
  const std::string order(bytes.begin(), bytes.end());
  if (order == "little") return;
  if (order == "big")
    throw InputError(archive.name(), "was written by a big-endian machine, whose numbers are not read",
                     "load and save it once on a little-endian machine");
  throw InputError(archive.name(),
                   fmt::format("has the byte order '{}', expected 'little'", printable_name(order)));
}

}  // namespace

bool looks_like_torch_zip(const ZipDirectory& directory) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{kPickle, "/constants.pkl", "/archive_format"},
      [&](std::string_view name) { return !folder_of(directory, name).empty(); });
}

TensorCatalogue open_torch_zip(const std::shared_ptr<const ByteSource>& archive,
                               const ZipDirectory& directory, const CatalogueOptions& options) {
  refuse_programs(*archive, directory);
  for (const ZipMember& member : directory.members())
    if (member.deflated)
      throw InputError(
          archive->name(),
          fmt::format("member '{}' is compressed, which torch.save never does", printable_name(member.name)),
          "unpack the archive and pack it again without compression (zip -0)");
  const std::string folder = folder_of(directory, kPickle);
  check_byte_order(*archive, directory.find(folder + "/byteorder"));
  const ZipMember& pickle = *directory.find(folder + std::string(kPickle));

  PickleArena arena;
  PickleInput input(*archive, pickle.offset, pickle.offset + pickle.bytes);
  const PickleRef root =
      run_pickle(input, arena, [&](PickleRef id) { return load_storage(arena, input, id); });
  const auto locate = [&](const PickleStorage& storage) {
    const ZipMember* member = directory.find(folder + "/data/" + storage.key);
    if (!member)
      throw InputError(archive->name(), fmt::format("has no storage '{}'", printable_name(storage.key)));
    if (member->bytes != storage.bytes)
      throw InputError(archive->name(),
                       fmt::format("storage '{}' has {} bytes, its pickle says {}",
                                   printable_name(storage.key), member->bytes, storage.bytes));
    return member->offset;
  };
  TensorCatalogue catalogue;
  catalogue.container = "torch";
  catalogue.sources.push_back(archive);
  PickledTensors tensors(arena, locate, catalogue);
  select_state_dict(*root, options, catalogue, tensors);
  return catalogue;
}

}  // namespace vitrobust::models

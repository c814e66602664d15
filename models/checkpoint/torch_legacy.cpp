#include "models/checkpoint/torch_legacy.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "models/checkpoint/pickle_machine.h"
#include "models/checkpoint/select_state_dict.h"
#include "models/checkpoint/torch_storages.h"

namespace vitrobust::models {
namespace {

using namespace std::string_view_literals;

/// 0x1950a86a20f9469cfc6c, little-endian.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::int64_t kProtocol = 1001;
constexpr std::uint64_t kCountBytes = 8;

/// storage -> its first byte.
using Places = std::unordered_map<std::string, std::uint64_t>;

class LegacyReader {
 public:
  explicit LegacyReader(const ByteSource& file) : file_(file), input_(file, 0, file.size()) {}

  PickleRef read_objects() {
    const PickleRef magic = read_plain();
    if (!magic->get<PickleBytes>() || magic->get<PickleBytes>()->bytes != kMagic)
      throw InputError(file_.name(), "is a pickle, but not one of torch.save's",
                       "save the weights with torch.save or safetensors");
    if (integer_of(read_plain()) != kProtocol)
      throw InputError(file_.name(), "is of a version of PyTorch's old format that is not known");
    const PickleRef little_endian = dict_find(read_plain(), "little_endian");
    if (!little_endian || !little_endian->get<bool>())
      throw InputError(file_.name(), "does not say which byte order it was written in");
    if (!*little_endian->get<bool>())
      throw InputError(file_.name(), "was written by a big-endian machine, whose numbers are not read",
                       "load and save it once on a little-endian machine");
    return run_pickle(input_, arena_, [&](PickleRef id) { return load_storage(arena_, input_, id); });
  }

  /// The storages follow in the order of their keys, and nothing follows them.
  Places read_places() {
    const auto* keys = sequence_items(read_plain());
    if (!keys) throw InputError(file_.name(), "has no list of storages");
    Places places;
    std::uint64_t at = input_.position();
    for (const PickleRef item : *keys) {
      const auto key = text_of(item);
      if (!key) throw InputError(file_.name(), "has a storage whose key is no text");
      at = add_place(places, std::string(*key), at);
    }
    if (at != file_.size())
      throw InputError(file_.name(),
                       fmt::format("the last {} bytes of the file belong to no storage", file_.size() - at));
    return places;
  }

  [[nodiscard]] const PickleArena& arena() const { return arena_; }

 private:
  /// A pickle that has no business with storages.
  PickleRef read_plain() {
    return run_pickle(input_, arena_,
                      [&](PickleRef) -> PickleRef { input_.fail("has a storage out of place"); });
  }

  /// @return where the next storage begins
  std::uint64_t add_place(Places& places, const std::string& key, std::uint64_t at) const {
    const std::string label = fmt::format("storage '{}'", printable_name(key));
    const auto known = arena_.storage_of_key.find(key);
    if (known == arena_.storage_of_key.end())
      throw InputError(file_.name(), label + " belongs to no tensor, so its length is not known");
    const PickleStorage& storage = arena_.storages[known->second];
    const std::uint64_t begin = at + kCountBytes;
    if (at > file_.size() || kCountBytes > file_.size() - at || storage.bytes > file_.size() - begin)
      throw InputError(file_.name(),
                       fmt::format("is truncated: {} of {} bytes is not there whole", label, storage.bytes),
                       "the file is damaged or was cut short: fetch it again");
    std::uint64_t elements = 0;
    const auto count = file_.read(at, kCountBytes);
    for (std::size_t i = kCountBytes; i-- > 0;) elements = elements << 8 | count[i];
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(elements, storage.width, &bytes) || bytes != storage.bytes)
      throw InputError(file_.name(), fmt::format("{} has {} elements of {} bytes, its pickle says {} bytes",
                                                 label, elements, storage.width, storage.bytes));
    if (!places.emplace(key, begin).second) throw InputError(file_.name(), label + " is there twice");
    return begin + bytes;
  }

  const ByteSource& file_;
  PickleArena arena_;
  PickleInput input_;
};

}  // namespace

bool looks_like_pickle(const ByteSource& source) {
  if (source.size() < 2) return false;
  const auto start = source.read(0, 2);
  return start[0] == 0x80 && start[1] >= 2 && start[1] <= 5;
}

TensorCatalogue open_torch_legacy(const std::shared_ptr<const ByteSource>& file,
                                  const CatalogueOptions& options) {
  LegacyReader reader(*file);
  const PickleRef root = reader.read_objects();
  const Places places = reader.read_places();
  const auto locate = [&](const PickleStorage& storage) {
    const auto place = places.find(storage.key);
    if (place == places.end())
      throw InputError(file->name(), fmt::format("has no storage '{}'", printable_name(storage.key)));
    return place->second;
  };
  TensorCatalogue catalogue;
  catalogue.container = "torch-legacy";
  catalogue.sources.push_back(file);
  PickledTensors tensors(reader.arena(), locate, catalogue);
  select_state_dict(*root, options, catalogue, tensors);
  return catalogue;
}

}  // namespace vitrobust::models

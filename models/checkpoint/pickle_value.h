#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "models/checkpoint/element_types.h"

namespace vitrobust::models {

struct PickleValue;
/// Values live in a PickleArena and refer to each other as Python's do: shared, and in circles if they like.
using PickleRef = PickleValue*;

struct PickleNone {};
struct PickleText {
  std::string_view text;
};
/// bytes, bytearray, and integers of more than 64 bits (which only a legacy file's magic number is).
struct PickleBytes {
  std::string_view bytes;
};
/// A tuple, list, set or frozenset.
struct PickleSequence {
  std::vector<PickleRef> items;
};
/// In the order of insertion; a key that stands twice is found by its last value.
struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> items;
};
/// A class or function, by its name; nothing is imported.
struct PickleGlobal {
  std::string_view module, name;
};
/// A range of one of the storages of a file.
struct PickleStorageView {
  std::size_t storage = 0;   ///< index into PickleArena::storages
  std::uint64_t offset = 0;  ///< in bytes
  std::uint64_t bytes = 0;
  const ElementType* type = nullptr;  ///< of a typed storage
};
/// The call that rebuilds a tensor, not looked into before the tensor is wanted.
struct PickleTensor {
  PickleRef arguments;
  bool names_dtype = false;  ///< as the seventh argument (_rebuild_tensor_v3)
};
struct PickleNumpyType {
  std::string_view descr;  ///< without the byte order
  char order = '|';
};
/// A numpy array: numpy's own state of it, not looked into before the array is wanted.
struct PickleArray {
  PickleRef state =
      nullptr;  ///< (version, shape, type, Fortran order, data), or without version; null: not built yet
};
/// An inert stand-in for an object of any other class: what was to be called, with what, and the state it was
/// given.
struct PickleObject {
  PickleRef callable, arguments, state;
};

struct PickleValue {
  std::variant<PickleNone, bool, std::int64_t, double, PickleText, PickleBytes, PickleSequence, PickleDict,
               PickleGlobal, PickleStorageView, PickleTensor, PickleNumpyType, PickleArray, PickleObject>
      data;

  template <typename T>
  [[nodiscard]] const T* get() const {
    return std::get_if<T>(&data);
  }
  template <typename T>
  [[nodiscard]] T* get() {
    return std::get_if<T>(&data);
  }
};

/// One of the stretches of bytes beside the pickle, under the key by which the pickle calls it.
struct PickleStorage {
  std::string key;
  std::uint64_t bytes = 0;
  std::uint64_t width = 1;  ///< bytes of an element
};

/// Owns the values of pickles that belong together.
struct PickleArena {
  std::deque<PickleValue> values;
  std::vector<PickleStorage> storages;
  std::unordered_map<std::string, std::size_t> storage_of_key;
  /// Text turned into bytes, by the text's place, so that repeating it takes no memory.
  std::unordered_map<const char*, std::string> decoded;

  /// @throws InputError(source, …) beyond 2^23 values, far above what any checkpoint has
  template <typename T>
  PickleRef make(T value, const std::string& source) {
    spend(1, source);
    values.push_back({std::move(value)});
    return &values.back();
  }
  /// Counts values that are copied, so that copies of copies end in an error instead of in all memory.
  void spend(std::size_t count, const std::string& source);

 private:
  std::size_t spent_ = 0;
};

/// The value under a key that is text, or nullptr when there is none or `value` is no dict.
PickleRef dict_find(const PickleValue* value, std::string_view key);

/// The items of a tuple or list, or nullptr.
const std::vector<PickleRef>* sequence_items(const PickleValue* value);

std::optional<std::int64_t> integer_of(const PickleValue* value);
std::optional<std::string_view> text_of(const PickleValue* value);

/// "torch.nn.modules.linear.Linear", fit for a message, of a global or of an object made by one; "?" of
/// others.
std::string class_name(const PickleValue* value);

}  // namespace vitrobust::models

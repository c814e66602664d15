#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vitrobust {

/// JSON with the order of its keys kept, so that reports read as they were written.
using Json = nlohmann::ordered_json;

/// Parses strictly: no comments, no duplicate keys, no trailing text, nesting of at most 64.
/// @param source named in the error, usually the path
/// @throws InputError with line and column
Json parse_json(std::string_view text, const std::string& source);

/// Reads and parses a file of at most `max_bytes`. @throws InputError
Json read_json(const std::string& path, std::size_t max_bytes = std::size_t{256} << 20);

/// Writes JSON with two-space indentation and a final newline, doubles in their shortest exact form.
/// @throws InternalError when a number is NaN or infinite, which JSON cannot say (the library would write
/// null)
std::string dump_json(const Json& json);

/// The member `key` of an object, converted to T.
/// @param where named in the error, e.g. "config.json: pretrained_cfg"
/// @throws InputError when it is missing or of another type
template <typename T>
T json_get(const Json& object, const std::string& key, const std::string& where);

/// The member `key`, or `fallback` when it is missing or null. @throws InputError when it is of another type
template <typename T>
T json_get_or(const Json& object, const std::string& key, T fallback, const std::string& where);

/// "an object", "a number", …: what a value is, in words for error messages.
std::string json_type_name(const Json& value);

/// Whether the value is a T as written: the library would also turn 3.7 into 3, -1 into 2^64 - 1 and true
/// into 1.
template <typename T>
bool json_holds(const Json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value.is_boolean();
  } else if constexpr (std::is_integral_v<T>) {
    if (value.is_number_unsigned()) return std::in_range<T>(value.get<std::uint64_t>());
    return value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
  } else if constexpr (std::is_floating_point_v<T>) {
    return value.is_number();
  } else if constexpr (requires(T list) { list.push_back(typename T::value_type{}); } &&
                       !std::is_same_v<T, Json> && !std::is_same_v<T, std::string>) {
    return value.is_array() && std::all_of(value.begin(), value.end(), json_holds<typename T::value_type>);
  } else {
    return true;
  }
}

[[noreturn]] void throw_json_type(const std::string& where, const std::string& key,
                                  const std::string& problem);

template <typename T>
T json_get(const Json& object, const std::string& key, const std::string& where) {
  if (!object.is_object()) throw_json_type(where, {}, "expected an object, got " + json_type_name(object));
  const auto found = object.find(key);
  if (found == object.end()) throw_json_type(where, key, "is missing");
  if (!json_holds<T>(*found)) throw_json_type(where, key, "has the wrong type: " + json_type_name(*found));
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception&) {
    throw_json_type(where, key, "has the wrong type: " + json_type_name(*found));
  }
}

template <typename T>
T json_get_or(const Json& object, const std::string& key, T fallback, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return fallback;
  return json_get<T>(object, key, where);
}

}  // namespace vitrobust

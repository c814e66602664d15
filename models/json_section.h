#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace vitrobust::models {

/// An object of the document that knows where it stands, for messages.
class JsonSection {
 public:
  JsonSection(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw InputError(where_, "expected an object, got " + json_type_name(object_));
  }

  /// The member, or nullptr when it is missing or null.
  [[nodiscard]] const Json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  [[nodiscard]] std::optional<JsonSection> section(const char* name) const {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    return JsonSection(*value, where_ + ": " + name);
  }

  /// The member as a T, without the JSON library's silent conversions between numbers and truth values.
  template <typename T>
  [[nodiscard]] std::optional<T> get(const char* name) const {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if constexpr (std::is_same_v<T, bool>) {
      if (!value->is_boolean()) fail(name, *value, "true or false");
    } else if constexpr (std::is_integral_v<T>) {
      if (!is_size(*value)) fail(name, *value, "an integer from 0 to 2^31 - 1");
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!value->is_number()) fail(name, *value, "a number");
    } else {
      if (!value->is_string()) fail(name, *value, "a string");
    }
    return value->get<T>();
  }

  /// A name looked up in one of our tables. @throws InputError with the table's hint
  template <typename Parse>
  [[nodiscard]] auto get_named(const char* name, Parse parse) const
      -> std::optional<std::invoke_result_t<Parse, const std::string&>> {
    const auto text = get<std::string>(name);
    if (!text) return std::nullopt;
    try {
      return parse(*text);
    } catch (const UsageError& error) {
      throw InputError(where_, fmt::format("'{}': {}", name, error.what()), error.hint());
    }
  }

  /// `count` non-negative integers.
  [[nodiscard]] std::vector<std::int64_t> get_sizes(const char* name, std::size_t count) const {
    const Json* value = find(name);
    if (!value) return {};
    const bool good =
        value->is_array() && value->size() == count && std::all_of(value->begin(), value->end(), is_size);
    if (!good) fail(name, *value, fmt::format("{} integers", count));
    return value->get<std::vector<std::int64_t>>();
  }

  /// Three numbers, or the one of grey images.
  [[nodiscard]] std::optional<std::array<double, 3>> get_rgb(const char* name) const {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    const bool good = value->is_array() && (value->size() == 3 || value->size() == 1) &&
                      std::all_of(value->begin(), value->end(), [](const Json& v) { return v.is_number(); });
    if (!good) fail(name, *value, "three numbers");
    const double first = value->front().get<double>();
    if (value->size() == 1) return std::array{first, first, first};
    return value->get<std::array<double, 3>>();
  }

  /// timm's size: one integer for both sides, or [height, width].
  [[nodiscard]] std::optional<std::array<std::int64_t, 2>> get_side_or_sides(const char* name) const {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (!value->is_array()) {
      const auto side = *get<std::int64_t>(name);
      return std::array{side, side};
    }
    const auto sides = get_sizes(name, 2);
    return std::array{sides[0], sides[1]};
  }

  [[noreturn]] void refuse(const char* name, const std::string& problem) const {
    throw InputError(where_, fmt::format("'{}' {}", name, problem));
  }

 private:
  static bool is_size(const Json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() < (std::uint64_t{1} << 31);
  }

  [[noreturn]] void fail(const char* name, const Json& value, const std::string& expected) const {
    const std::string got = value.is_primitive() && !value.is_string() ? value.dump() : json_type_name(value);
    refuse(name, fmt::format("is {}, expected {}", got, expected));
  }

  const Json& object_;
  std::string where_;
};

}  // namespace vitrobust::models

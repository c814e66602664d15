#include "core/json_differences.h"

#include <fmt/format.h>

#include <utility>

namespace vitrobust {
namespace {

/// A value in a sentence: a long one, such as the names of a thousand classes, is cut.
std::string shown(const Json& value) {
  constexpr std::size_t kMost = 80;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMost) {
    // Not in the middle of a character.
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "…";
  }
  return text;
}

class Collector {
 public:
  explicit Collector(const JsonSides& sides) : sides_(sides) {}

  void collect(const Json& first, const Json& second, const std::string& path) {
    if (first.is_object() && second.is_object()) return collect_members(first, second, path);
    if (first == second) return;
    if (!first.is_array() || !second.is_array())
      found_.push_back(
          fmt::format("{}: {} {}, {} {}", path, shown(first), sides_.first, shown(second), sides_.second));
    else if (first.size() != second.size())
      found_.push_back(fmt::format("{}: {} entries {}, {} {}", path, first.size(), sides_.first,
                                   second.size(), sides_.second));
    else
      for (std::size_t i = 0; i < first.size(); ++i)
        collect(first[i], second[i], fmt::format("{}[{}]", path, i));
  }

  [[nodiscard]] std::vector<std::string> take() { return std::move(found_); }

 private:
  void collect_members(const Json& first, const Json& second, const std::string& path) {
    const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : first.items()) {
      if (second.contains(key))
        collect(value, second.at(key), below(key));
      else
        found_.push_back(
            fmt::format("{}: {} {}, absent {}", below(key), shown(value), sides_.first, sides_.second));
    }
    for (const auto& [key, value] : second.items())
      if (!first.contains(key))
        found_.push_back(
            fmt::format("{}: absent {}, {} {}", below(key), sides_.first, shown(value), sides_.second));
  }

  const JsonSides& sides_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> json_differences(const Json& first, const Json& second, const JsonSides& sides) {
  Collector collector(sides);
  collector.collect(first, second, {});
  return collector.take();
}

}  // namespace vitrobust

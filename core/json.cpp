#include "core/json.h"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/files.h"

namespace vitrobust {
namespace {

constexpr std::size_t kMaxDepth = 64;

/// Builds the document like the library's own reader, but refuses duplicate keys and deep nesting.
class StrictReader {
 public:
  explicit StrictReader(std::string source) : source_(std::move(source)) {}

  bool operator()(int depth, nlohmann::json::parse_event_t event, Json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (static_cast<std::size_t>(depth) >= kMaxDepth)
        throw InputError(source_, fmt::format("JSON is nested deeper than {} levels", kMaxDepth));
      if (event == Event::object_start) keys_.emplace_back();
    } else if (event == Event::object_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      const auto key = parsed.get<std::string>();
      if (!keys_.back().insert(key).second)
        throw InputError(source_, fmt::format("duplicate JSON key '{}'", key));
    }
    return true;
  }

 private:
  std::string source_;
  std::vector<std::set<std::string>> keys_;
};

void require_finite(const Json& value, const std::string& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    throw InternalError("a number that is not finite would be written to JSON at " +
                        (path.empty() ? "/" : path));
  if (value.is_structured()) {
    for (const auto& [key, child] : value.items()) require_finite(child, path + "/" + key);
  }
}

/// "line 3, column 7" of a byte offset, both counted from 1.
std::string position(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
  try {
    // The callback is copied by the parser, so its state is shared by reference.
    StrictReader reader(source);
    return Json::parse(text, std::ref(reader));
  } catch (const nlohmann::json::parse_error& error) {
    throw InputError(source, fmt::format("not valid JSON at {}", position(text, error.byte)));
  } catch (const nlohmann::json::exception&) {
    throw InputError(source, "not valid JSON: a number is out of range");
  }
}

Json read_json(const std::string& path, std::size_t max_bytes) {
  return parse_json(read_file(path, max_bytes), path);
}

std::string dump_json(const Json& json) {
  require_finite(json, {});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string json_type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "an integer";
    case Json::value_t::number_float:
      return "a number";
    default:
      return "something unknown";
  }
}

void throw_json_type(const std::string& where, const std::string& key, const std::string& problem) {
  throw InputError(where, key.empty() ? problem : fmt::format("'{}' {}", key, problem));
}

}  // namespace vitrobust

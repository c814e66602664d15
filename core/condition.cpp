#include "core/condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace vitrobust {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ConditionSpec condition() {
    ConditionSpec spec;
    spec.stages.push_back(stage());
    while (accept('+')) spec.stages.push_back(stage());
    if (at_ < text_.size()) fail("expected ':', '+' or the end");
    return spec;
  }

 private:
  Stage stage() {
    Stage result{name("the name of a corruption or an attack"), {}};
    if (!accept(':')) return result;
    do {
      const std::size_t start = at_;
      std::string key = name("a parameter's name");
      if (!accept('=')) fail(fmt::format("expected '=' after '{}'", key));
      const bool repeated = std::any_of(result.parameters.begin(), result.parameters.end(),
                                        [&](const auto& pair) { return pair.first == key; });
      if (repeated) {
        at_ = start;
        fail(fmt::format("parameter '{}' is given twice", key));
      }
      result.parameters.emplace_back(std::move(key), value());
    } while (accept(','));
    return result;
  }

  std::string name(const std::string& what) {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    if (at_ == start) fail("expected " + what);
    return std::string(text_.substr(start, at_ - start));
  }

  std::string value() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '=' &&
           (text_[at_] != '+' || is_exponent_sign()))
      ++at_;
    if (at_ == start) fail("expected a value");
    return std::string(text_.substr(start, at_ - start));
  }

  /// Whether the '+' here belongs to a number such as 1e+3.
  [[nodiscard]] bool is_exponent_sign() const {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return at_ >= 2 && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') &&
           (digit(text_[at_ - 2]) || text_[at_ - 2] == '.') && at_ + 1 < text_.size() &&
           digit(text_[at_ + 1]);
  }

  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw UsageError(fmt::format("condition '{}': {} at character {}", text_, problem, at_ + 1),
                     "a condition reads like clean, fog:severity=3 or pgd:eps=8/255,steps=20");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string ConditionSpec::text() const {
  std::string result;
  for (const Stage& stage : stages) {
    if (!result.empty()) result += '+';
    result += stage.name;
    char separator = ':';
    for (const auto& [key, value] : stage.parameters) {
      result += separator + key + '=' + value;
      separator = ',';
    }
  }
  return result;
}

ConditionSpec parse_condition(std::string_view text) {
  return Parser(text).condition();
}

}  // namespace vitrobust

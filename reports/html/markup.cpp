#include "reports/html/markup.h"

#include <fmt/format.h>

#include <cmath>

#include "core/terminal.h"
#include "reports/table.h"

namespace vitrobust::reports::html {
namespace {

constexpr std::size_t kColours = 8;
constexpr std::size_t kShapes = 4;

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char character : printable(text)) {
    switch (character) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = (group << 8U) | (i < here ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= here ? kDigits[(group >> (18U - 6U * i)) & 63U] : '=';
  }
  return text;
}

std::string base64(std::string_view bytes) {
  return base64(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

std::string percent(std::optional<double> value) {
  return value ? figure_text(*value) + " %" : "–";
}

std::string percent_with_interval(std::optional<double> value, const std::optional<Interval>& interval) {
  if (!value || !interval) return percent(value);
  return fmt::format("{} [{}, {}]", percent(value), figure_text(interval->low), figure_text(interval->high));
}

std::string points(double difference) {
  const std::string size = figure_text(std::abs(difference));
  if (size == "0.0") return size;
  return (difference < 0 ? "−" : "+") + size;
}

std::string model_class(std::size_t model) {
  return fmt::format("m{}", model % kColours);
}

std::string marker(std::size_t model, double x, double y) {
  switch (model % kShapes) {
    case 0:
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", x, y);
    case 1:
      return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"5.4\" height=\"5.4\"/>", x - 2.7, y - 2.7);
    case 2:
      return fmt::format("<path d=\"M{:.1f} {:.1f}l3.6 6.2h-7.2z\"/>", x, y - 3.9);
    default:
      return fmt::format("<path d=\"M{:.1f} {:.1f}l3.7 3.7l-3.7 3.7l-3.7-3.7z\"/>", x, y - 3.7);
  }
}

}  // namespace vitrobust::reports::html

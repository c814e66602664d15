#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reports/statistics.h"

namespace vitrobust::reports::html {

/// Any text as HTML that shows it and does nothing else, in text and in quoted attributes; control characters
/// become '?'.
std::string escape(std::string_view text);

/// RFC 4648, with padding.
std::string base64(std::span<const std::uint8_t> bytes);
std::string base64(std::string_view bytes);

/// "96.0 %"; "–" for nothing.
std::string percent(std::optional<double> value);
/// "96.0 % [90.2, 98.4]".
std::string percent_with_interval(std::optional<double> value, const std::optional<Interval>& interval);
/// "+1.8", "−0.3", "0.0": percentage points with a true minus sign.
std::string points(double difference);

/// The class that gives a model its colour and, beyond the colours, the shape of its marker.
std::string model_class(std::size_t model);
/// A model's marker as SVG, centred on (x, y).
std::string marker(std::size_t model, double x, double y);

}  // namespace vitrobust::reports::html

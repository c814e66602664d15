#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::reports {

/// One record of RFC 4180 with its CRLF; fields are quoted where they need it.
std::string csv_record(const std::vector<std::string>& fields);

/// Text that came from a file, as a field: control characters become '?', and text that a spreadsheet would
/// take for a formula (= + - @ at its beginning) gets an apostrophe before it.
std::string csv_text(std::string_view text);

/// The shortest text that reads back as the same number, '.' as the decimal point; empty for nothing.
std::string csv_number(std::optional<double> value);

}  // namespace vitrobust::reports

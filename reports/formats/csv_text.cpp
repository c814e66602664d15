#include "reports/formats/csv_text.h"

#include <fmt/format.h>

#include "core/terminal.h"

namespace vitrobust::reports {

std::string csv_record(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      record += fields[i];
      continue;
    }
    record += '"';
    for (const char character : fields[i]) record.append(character == '"' ? 2 : 1, character);
    record += '"';
  }
  return record + "\r\n";
}

std::string csv_text(std::string_view text) {
  const std::string safe = printable(text);
  const bool formula = !safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos;
  return formula ? "'" + safe : safe;
}

std::string csv_number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : std::string();
}

}  // namespace vitrobust::reports

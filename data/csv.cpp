#include "data/csv.h"

#include <fmt/format.h>

#include "core/error.h"

namespace vitrobust::data {
namespace {

/// Reads record by record; `line_` counts line breaks, within quotes too.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& source) : rest_(text), source_(source) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  [[nodiscard]] std::size_t line() const { return line_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::vector<std::string> record() {
    std::vector<std::string> fields{field()};
    while (take(',')) fields.push_back(field());
    end_of_line();
    return fields;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string field() { return take('"') ? quoted() : plain(); }

  std::string plain() {
    const std::size_t end = rest_.find_first_of(",\r\n");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(text.size());
    return std::string(text);
  }

  std::string quoted() {
    const std::size_t opened = line_;
    std::string text;
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos)
        throw InputError(source_, fmt::format("line {}: a quoted field is never closed", opened));
      for (const char c : rest_.substr(0, quote)) line_ += c == '\n' ? 1 : 0;
      text += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!take('"')) return text;
      text += '"';
    }
  }

  void end_of_line() {
    take('\r');
    if (!at_end() && !take('\n'))
      throw InputError(source_,
                       fmt::format("line {}: expected a comma or the end of the line behind a field", line_));
    ++line_;
  }

  std::string_view rest_;
  const std::string& source_;
  std::size_t line_ = 1;
};

bool is_empty_line(const std::vector<std::string>& fields) {
  return fields.size() == 1 && fields[0].empty();
}

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& source) {
  CsvReader reader(text, source);
  CsvTable table;
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    std::vector<std::string> fields = reader.record();
    if (is_empty_line(fields)) continue;
    if (table.header.empty()) {
      table.header = std::move(fields);
      continue;
    }
    if (fields.size() != table.header.size())
      throw InputError(source, fmt::format("line {}: has {} fields, the header has {}", line, fields.size(),
                                           table.header.size()));
    table.rows.push_back(std::move(fields));
    table.lines.push_back(line);
  }
  return table;
}

}  // namespace vitrobust::data

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::data {

/// A CSV file with a header line.
struct CsvTable {
  std::vector<std::string> header;
  /// Each as long as the header.
  std::vector<std::vector<std::string>> rows;
  /// Line in the file at which each row begins, from 1.
  std::vector<std::size_t> lines;
};

/// Parses comma-separated values (RFC 4180: quoted fields may hold commas, line breaks and doubled quotes);
/// LF and CRLF end lines, a UTF-8 byte order mark and empty lines are skipped.
/// @param source named in errors, usually the path
/// @throws InputError with the line for an open quote, text behind a closing quote, or a row of another
/// length
CsvTable parse_csv(std::string_view text, const std::string& source);

}  // namespace vitrobust::data

#include "reports/read_report.h"

#include <cstddef>

#include "core/error.h"
#include "core/files.h"
#include "reports/view.h"

namespace vitrobust::reports {
namespace {

/// A row takes about 600 bytes, and 20 named failures a few thousand more: room for tens of thousands of
/// rows.
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

/// Said in plain words, for a copy or a disk that broke off is what happens most often.
void check_whole(const std::string& text, const std::string& path) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) throw InputError(path, "is empty, expected a report");
  if (text[first] == '{' && text[text.find_last_not_of(" \t\r\n")] != '}')
    throw InputError(path, "is truncated: a report ends with '}'",
                     "repeat the command that wrote it; finished cells are not evaluated again");
}

}  // namespace

Json read_report(const std::string& path) {
  const std::string text = read_file(path, kMaxBytes);
  check_whole(text, path);
  Json report = parse_json(text, path);
  view_report(report, path);
  return report;
}

}  // namespace vitrobust::reports

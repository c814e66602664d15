#include "tests/reports/approvals.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/files.h"

namespace vitrobust::tests {
namespace {

/// The first line in which the texts differ, with its number.
std::string first_difference(const std::string& approved, const std::string& received) {
  std::size_t at = 0;
  while (at < approved.size() && at < received.size() && approved[at] == received[at]) ++at;
  const auto line =
      std::count(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  const auto line_at = [at](const std::string& text) {
    const std::size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  return "line " + std::to_string(line) + "\n  approved: " + line_at(approved) +
         "\n  received: " + line_at(received);
}

}  // namespace

void expect_approved(const std::string& name, const std::string& rendered) {
  const std::string approved_path = VITROBUST_SOURCE_DIR "/tests/approvals/" + name;
  std::string approved;
  if (std::filesystem::exists(approved_path)) approved = read_file(approved_path, std::size_t{1} << 20);
  if (approved == rendered) return;
  std::string received_name = name;
  received_name.replace(received_name.find("approved"), 8, "received");
  const std::string folder = VITROBUST_BINARY_DIR "/approvals";
  std::filesystem::create_directories(folder);
  const std::string received_path = folder + "/" + received_name;
  write_file_atomically(received_path, rendered);
  ADD_FAILURE() << name << " differs in " << first_difference(approved, rendered) << "\nif it should: cp "
                << received_path << " " << approved_path;
}

}  // namespace vitrobust::tests

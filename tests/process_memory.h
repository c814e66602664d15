#pragma once

#include <fstream>
#include <string>

namespace vitrobust::tests {

/// A line of /proc/self/status, in bytes: "VmRSS" is the memory in use, "VmHWM" its peak.
inline double status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) return 1024 * std::stod(line.substr(key.size() + 1));
  }
  return 0;
}

/// Lets the peak begin anew at the memory in use. @return whether this system can
inline bool reset_peak() {
  std::ofstream peak("/proc/self/clear_refs");
  peak << 5;
  peak.close();
  return !peak.fail();
}

}  // namespace vitrobust::tests

#pragma once

#include <cstdio>
#include <string>

namespace vitrobust::tests {

/// A terminal that a test writes to and reads from, of the given width.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(unsigned short columns);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  [[nodiscard]] std::FILE* stream() const { return stream_; }
  /// What has been written so far, at most 4 KiB.
  [[nodiscard]] std::string shown() const;

 private:
  int controller_ = -1;
  std::FILE* stream_ = nullptr;
};

/// Sets or, with nullptr, unsets an environment variable for the length of a test.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value);
  ~EnvironmentVariable();
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  std::string name_;
  bool was_set_;
  std::string before_;
};

}  // namespace vitrobust::tests

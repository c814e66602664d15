#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace vitrobust {

struct Terminal;

/// Exit codes of every vitrobust executable; documented as API in docs/command-line.md.
enum class ExitCode : int {
  ok = 0,
  gate_failed = 1,
  usage = 2,
  bad_input = 3,
  cells_failed = 4,
  nothing_evaluated = 5,
  internal = 70,
  interrupted = 130,
};

/// What a user is told: one line that says what is wrong, and optionally one hint that says what to do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message, std::string hint = {})
      : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string hint_;
};

/// The command line is wrong (exit code 2).
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message, std::string hint = {})
      : Error(ExitCode::usage, message, std::move(hint)) {}
};

/// A file or folder that the user named is not what it should be (exit code 3).
class InputError : public Error {
 public:
  /// @param path    the file or folder, as the user named it
  /// @param problem what is wrong, where in the file, expected and got: one line
  InputError(const std::string& path, const std::string& problem, std::string hint = {})
      : Error(ExitCode::bad_input, path.empty() ? problem : path + ": " + problem, std::move(hint)) {}
};

/// A bug of ours (exit code 70).
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message)
      : Error(ExitCode::internal, message,
              "this is a bug in vitrobust: please report it with the command line") {}
};

/// Thrown at the next safe point after Ctrl-C or SIGTERM (exit code 130); what was committed stays.
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& message, std::string hint = {})
      : Error(ExitCode::interrupted, message, std::move(hint)) {}
};

/// "error: …" and, if there is a hint, "\nhint: …"; no trailing newline; control characters become '?'.
std::string format_error(const Error& error);
/// The same, its labels coloured where the terminal has colour.
std::string format_error(const Error& error, const Terminal& terminal);

}  // namespace vitrobust

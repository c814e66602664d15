#include "tests/core/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace vitrobust::tests {
namespace {

void set(const char* name, const char* value) {
  if (value == nullptr)
    ::unsetenv(name);
  else
    ::setenv(name, value, 1);
}

}  // namespace

PseudoTerminal::PseudoTerminal(unsigned short columns) : controller_(::posix_openpt(O_RDWR | O_NOCTTY)) {
  if (controller_ < 0 || ::grantpt(controller_) != 0 || ::unlockpt(controller_) != 0)
    throw std::runtime_error("no pseudo-terminal");
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  const int terminal = ::open(::ptsname(controller_), O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::ioctl(terminal, TIOCSWINSZ, &size) != 0)
    throw std::runtime_error("no pseudo-terminal");
  stream_ = ::fdopen(terminal, "w");
}

PseudoTerminal::~PseudoTerminal() {
  std::fclose(stream_);
  ::close(controller_);
}

std::string PseudoTerminal::shown() const {
  std::string text(4096, '\0');
  pollfd ready{.fd = controller_, .events = POLLIN, .revents = 0};
  const ssize_t n = ::poll(&ready, 1, 0) > 0 ? ::read(controller_, text.data(), text.size()) : 0;
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

EnvironmentVariable::EnvironmentVariable(const char* name, const char* value) : name_(name) {
  const char* before = std::getenv(name);
  was_set_ = before != nullptr;
  if (was_set_) before_ = before;
  set(name, value);
}

EnvironmentVariable::~EnvironmentVariable() {
  set(name_.c_str(), was_set_ ? before_.c_str() : nullptr);
}

}  // namespace vitrobust::tests

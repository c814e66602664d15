#include "core/error.h"

#include "core/terminal.h"

namespace vitrobust {

std::string format_error(const Error& error) {
  return format_error(error, Terminal{});
}

std::string format_error(const Error& error, const Terminal& terminal) {
  std::string text = styled(terminal, Style::red, "error:") + " " + printable(error.what());
  if (!error.hint().empty())
    text += "\n" + styled(terminal, Style::yellow, "hint:") + " " + printable(error.hint());
  return text;
}

}  // namespace vitrobust

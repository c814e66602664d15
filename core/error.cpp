#include "core/error.h"

#include "core/terminal.h"

namespace vitrobust {

std::string format_error(const Error& error) {
  std::string text = "error: " + printable(error.what());
  if (!error.hint().empty()) text += "\nhint: " + printable(error.hint());
  return text;
}

}  // namespace vitrobust

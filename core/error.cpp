#include "core/error.h"

namespace vitrobust {

std::string format_error(const Error& error) {
  std::string text = std::string("error: ") + error.what();
  if (!error.hint().empty()) text += "\nhint: " + error.hint();
  return text;
}

}  // namespace vitrobust

// Apart from the rest, because it is compiled again whenever anything else was.
#include <torch/version.h>

#include <opencv2/core/version.hpp>

#include "core/git_version.h"
#include "core/version.h"
#include "eval/run_config.h"

namespace vitrobust::eval {

Json make_tool_block() {
  return {{"name", "vitrobust"},         {"version", VITROBUST_VERSION},
          {"git", VITROBUST_GIT_COMMIT}, {"build_type", VITROBUST_BUILD_TYPE},
          {"libtorch", TORCH_VERSION},   {"opencv", CV_VERSION}};
}

}  // namespace vitrobust::eval

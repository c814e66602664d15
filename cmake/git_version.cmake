# Writes the commit of SOURCE_DIR (with "-dirty" when the tree differs from it) and BUILD_TYPE into the header OUTPUT.
find_package(Git QUIET)
set(commit "unknown")
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${described})
  endif()
endif()
set(text "#pragma once\n\n#define VITROBUST_GIT_COMMIT \"${commit}\"\n#define VITROBUST_BUILD_TYPE \"${BUILD_TYPE}\"\n")
file(WRITE ${OUTPUT} "${text}")

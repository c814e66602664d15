# OpenCV's modules that are in use. Debian keeps OpenCVConfig.cmake in libopencv-dev, which depends on every module and,
# through them, on VTK, Qt and FFmpeg; without it, the targets are made from the modules' own packages.
set(VITROBUST_OPENCV_MODULES core imgproc imgcodecs)

find_package(OpenCV 4.5 QUIET COMPONENTS ${VITROBUST_OPENCV_MODULES})
if(OpenCV_FOUND)
  return()
endif()

find_path(OPENCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
foreach(module IN LISTS VITROBUST_OPENCV_MODULES)
  find_library(OPENCV_${module}_LIBRARY opencv_${module})
  find_path(OPENCV_${module}_INCLUDE_DIR opencv2/${module}.hpp PATH_SUFFIXES opencv4)
  if(NOT OPENCV_INCLUDE_DIR OR NOT OPENCV_${module}_LIBRARY OR NOT OPENCV_${module}_INCLUDE_DIR)
    message(FATAL_ERROR "OpenCV's module ${module} is missing (Debian: libopencv-${module}-dev); "
                        "scripts/setup installs it")
  endif()
  add_library(opencv_${module} SHARED IMPORTED)
  set_target_properties(opencv_${module} PROPERTIES
    IMPORTED_LOCATION ${OPENCV_${module}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${OPENCV_${module}_INCLUDE_DIR})
endforeach()

file(STRINGS ${OPENCV_INCLUDE_DIR}/opencv2/core/version.hpp version_lines
     REGEX "#define CV_VERSION_(MAJOR|MINOR|REVISION)")
string(REGEX REPLACE "[^0-9;]" "" version_lines "${version_lines}")
string(REPLACE ";" "." OpenCV_VERSION "${version_lines}")

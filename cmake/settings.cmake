# Compiler settings shared by every target of ours, and the two helpers that declare one.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# A compiler that reads LibTorch's headers takes more than 1 GB: no more of them at once than the memory holds.
cmake_host_system_information(RESULT torch_jobs QUERY NUMBER_OF_LOGICAL_CORES)
cmake_host_system_information(RESULT memory_mib QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR torch_jobs_in_memory "${memory_mib} / 2048")
if(torch_jobs_in_memory LESS torch_jobs)
  set(torch_jobs ${torch_jobs_in_memory})
endif()
if(torch_jobs LESS 1)
  set(torch_jobs 1)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS torch_compile=${torch_jobs})

add_library(vitrobust_settings INTERFACE)
target_compile_options(vitrobust_settings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion
  # g++ 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # The same for libraries and executables, so that they can share one precompiled header.
  -fPIC
  $<$<BOOL:${VITROBUST_WERROR}>:-Werror>
  # Fused multiply-add would make pixels depend on the processor.
  -ffp-contract=off)
if(VITROBUST_SANITIZE)
  target_compile_options(vitrobust_settings INTERFACE
    -fsanitize=${VITROBUST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(vitrobust_settings INTERFACE -fsanitize=${VITROBUST_SANITIZE})
endif()
target_include_directories(vitrobust_settings INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

# vitrobust_library(name SOURCES a.cpp … LINK lib …): a static library of ours with an alias vitrobust::name.
function(vitrobust_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(vitrobust_${name} STATIC ${ARG_SOURCES})
  add_library(vitrobust::${name} ALIAS vitrobust_${name})
  target_link_libraries(vitrobust_${name} PUBLIC ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:vitrobust_settings>)
  target_include_directories(vitrobust_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                             $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>)
  set_target_properties(vitrobust_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY VITROBUST_LIBRARIES vitrobust_${name})
endfunction()

# vitrobust_use_torch(target): links LibTorch and takes <torch/torch.h> precompiled: 14 s per file otherwise, and 40 s
# for the precompiled header, so all targets share the one of vitrobust_torch_pch. Most of what is left is templates that
# every file instantiates anew, which VITROBUST_UNITY does once for several files; names in their anonymous namespaces
# must differ then.
function(vitrobust_use_torch target)
  target_link_libraries(${target} PUBLIC vitrobust_torch)
  if(NOT TARGET vitrobust_torch_pch)
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/torch_pch.cpp CONTENT "")
    add_library(vitrobust_torch_pch STATIC ${PROJECT_BINARY_DIR}/generated/torch_pch.cpp)
    target_link_libraries(vitrobust_torch_pch PRIVATE vitrobust_torch vitrobust_settings)
    target_precompile_headers(vitrobust_torch_pch PRIVATE <torch/torch.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM vitrobust_torch_pch)
  set_target_properties(${target} PROPERTIES JOB_POOL_COMPILE torch_compile UNITY_BUILD ${VITROBUST_UNITY}
                                             UNITY_BUILD_BATCH_SIZE 8)
endfunction()

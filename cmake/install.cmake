# What `cmake --install` copies: the executables, the shipped checkpoints, and the libraries with their headers and a
# CMake package, so that find_package(vitrobust) gives vitrobust::core … vitrobust::eval.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The executables look for assets/ beside themselves, which is here in every build folder.
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/assets ${PROJECT_BINARY_DIR}/assets SYMBOLIC)
install(DIRECTORY assets DESTINATION ${CMAKE_INSTALL_DATADIR}/vitrobust)

foreach(program vitrobust vitrobust-eval vitrobust-train)
  if(TARGET ${program})
    # LibTorch is not copied: the installed program finds it where the build did.
    set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
    install(TARGETS ${program})
  endif()
endforeach()

get_property(libraries GLOBAL PROPERTY VITROBUST_LIBRARIES)
if(VITROBUST_WITH_TORCH)
  list(APPEND libraries vitrobust_torch)
  set_target_properties(vitrobust_torch PROPERTIES EXPORT_NAME torch)
endif()
install(TARGETS ${libraries} EXPORT vitrobust-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vitrobust)

foreach(folder core data corruptions models attacks reports eval)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vitrobust FILES_MATCHING PATTERN "*.h")
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/core DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vitrobust)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/vitrobust)
install(EXPORT vitrobust-targets NAMESPACE vitrobust:: DESTINATION ${package_folder})
configure_package_config_file(cmake/vitrobustConfig.cmake.in ${PROJECT_BINARY_DIR}/generated/vitrobustConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/vitrobustConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/vitrobustConfig.cmake
              ${PROJECT_BINARY_DIR}/generated/vitrobustConfigVersion.cmake cmake/opencv.cmake
        DESTINATION ${package_folder})

# Installs what users need: two archives, the headers, files for CMake and pkg-config, the command.
#
# A user links hyperactor::hyperactor, and hyperactor::testing in tests. Each is one archive, made
# from the objects of the layers, so that nobody outside has to know the layers or their order.
# Nothing in the files says where they were built or installed: the folder may be moved.
#
# Components: 'development', and 'command' for bin/hyperactor.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(hyperactor_add_install_rules)
  include("${PROJECT_SOURCE_DIR}/packaging/dependencies.cmake")
  get_property(layers GLOBAL PROPERTY HYPERACTOR_LAYER_TARGETS)
  list(REMOVE_ITEM layers hyperactor_testing)
  _hyperactor_add_archive(hyperactor ${layers})
  _hyperactor_add_archive(testing hyperactor_testing)
  target_link_libraries(hyperactor_testing_archive PUBLIC hyperactor_archive)

  _hyperactor_refuse_to_install_what_users_cannot_link()
  install(TARGETS hyperactor_archive hyperactor_testing_archive
          EXPORT hyperactor-targets
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
          FILES_MATCHING PATTERN "*.hpp")
  _hyperactor_install_cmake_package()
  _hyperactor_install_pkg_config(hyperactor)
  _hyperactor_install_pkg_config(hyperactor-testing)
  install(PROGRAMS "${PROJECT_SOURCE_DIR}/tools/lint_await"
          DESTINATION "${CMAKE_INSTALL_DATADIR}/hyperactor" COMPONENT development)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/examples"
          DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development
          FILES_MATCHING PATTERN "*.cpp" PATTERN "*.hpp")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
          DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT development)
  if(TARGET hyperactor_program)
    install(TARGETS hyperactor_program
            RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
  endif()
endfunction()

# See packaging/dependencies.cmake.
function(hyperactor_dependency target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PACKAGE;PKG_CONFIG;FLAGS;DEBIAN")
  foreach(word IN ITEMS PACKAGE PKG_CONFIG FLAGS DEBIAN)
    set_property(GLOBAL PROPERTY HYPERACTOR_${word}_OF_${target} "${arg_${word}}")
  endforeach()
endfunction()

# Makes the archive that is exported as hyperactor::<name>, from the objects of the layers.
function(_hyperactor_add_archive name)
  set(file hyperactor)
  if(NOT name STREQUAL "hyperactor")
    set(file hyperactor_${name})
  endif()
  set(target ${file}_archive)
  add_library(${target} STATIC)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    OUTPUT_NAME ${file}
    ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
    LINKER_LANGUAGE CXX)
  target_compile_features(${target} INTERFACE cxx_std_23)

  set(linked "")
  foreach(layer IN LISTS ARGN)
    get_target_property(type ${layer} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:${layer}>)
    endif()
    get_target_property(definitions ${layer} INTERFACE_COMPILE_DEFINITIONS)
    if(definitions)
      target_compile_definitions(${target} INTERFACE ${definitions})
    endif()
    get_target_property(libraries ${layer} INTERFACE_LINK_LIBRARIES)
    list(FILTER libraries EXCLUDE REGEX "^(\\$<LINK_ONLY:)?hyperactor_|NOTFOUND$")
    foreach(library IN LISTS libraries)
      _hyperactor_note_dependency(${layer} "${library}")
    endforeach()
    list(APPEND linked ${libraries})
  endforeach()

  # What one layer links in public needs no $<LINK_ONLY:...> because of another.
  list(REMOVE_DUPLICATES linked)
  foreach(library IN LISTS linked)
    if(NOT library MATCHES "^\\$<LINK_ONLY:(.*)>$" OR NOT CMAKE_MATCH_1 IN_LIST linked)
      target_link_libraries(${target} PUBLIC ${library})
    endif()
  endforeach()
endfunction()

function(_hyperactor_note_dependency layer library)
  string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" library "${library}")
  get_property(package GLOBAL PROPERTY HYPERACTOR_PACKAGE_OF_${library})
  if(NOT package)
    message(FATAL_ERROR "${layer} links ${library}, which users of an installed package must find "
                        "too: list it in packaging/dependencies.cmake.")
  endif()
  get_property(known GLOBAL PROPERTY HYPERACTOR_DEPENDENCIES)
  if(NOT library IN_LIST known)
    set_property(GLOBAL APPEND PROPERTY HYPERACTOR_DEPENDENCIES ${library})
  endif()
endfunction()

# Sets `result` to what all dependencies have under `word`, as a list.
function(hyperactor_dependencies_as word result)
  get_property(dependencies GLOBAL PROPERTY HYPERACTOR_DEPENDENCIES)
  set(all "")
  foreach(library IN LISTS dependencies)
    get_property(one GLOBAL PROPERTY HYPERACTOR_${word}_OF_${library})
    list(APPEND all ${one})
  endforeach()
  set(${result} "${all}" PARENT_SCOPE)
endfunction()

# Archives of such a build would fail in the user's link, or in his program: say it now.
function(_hyperactor_refuse_to_install_what_users_cannot_link)
  set(why "")
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION OR CMAKE_CXX_FLAGS MATCHES "-flto")
    set(why "its archives hold LTO bitcode, which only the same compiler can read")
  elseif(HYPERACTOR_SANITIZE)
    set(why "its archives need the sanitizers '${HYPERACTOR_SANITIZE}' in every program")
  endif()
  if(why)
    install(CODE "message(FATAL_ERROR \"hyperactor: this build is not for installing: ${why}. \"
                                      \"Install what the preset 'release' builds.\")"
            ALL_COMPONENTS)
  endif()
endfunction()

function(_hyperactor_install_cmake_package)
  set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/hyperactor")
  set(made "${PROJECT_BINARY_DIR}/packaging")
  get_property(dependencies GLOBAL PROPERTY HYPERACTOR_DEPENDENCIES)
  set(find_dependencies "")
  foreach(library IN LISTS dependencies)
    get_property(package GLOBAL PROPERTY HYPERACTOR_PACKAGE_OF_${library})
    get_property(debian GLOBAL PROPERTY HYPERACTOR_DEBIAN_OF_${library})
    list(GET package 0 name)
    string(REGEX REPLACE ";.*| .*" "" debian "${debian}")
    list(JOIN package " " package)
    string(APPEND find_dependencies "_hyperactor_find(${library} \"${debian}\" ${package})\n")
  endforeach()
  string(STRIP "${find_dependencies}" find_dependencies)

  configure_package_config_file("${PROJECT_SOURCE_DIR}/packaging/hyperactor-config.cmake.in"
                                "${made}/hyperactor-config.cmake"
                                INSTALL_DESTINATION "${folder}"
                                PATH_VARS CMAKE_INSTALL_DATADIR
                                NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # Before 1.0 a minor version may change any interface.
  write_basic_package_version_file("${made}/hyperactor-config-version.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES "${made}/hyperactor-config.cmake"
                "${made}/hyperactor-config-version.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/compilers.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/await_self_test.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/await_forms.cpp"
          DESTINATION "${folder}" COMPONENT development)
  install(EXPORT hyperactor-targets NAMESPACE hyperactor::
          DESTINATION "${folder}" COMPONENT development)
endfunction()

# `module` is hyperactor or hyperactor-testing, and packaging/<module>.pc.in its template.
function(_hyperactor_install_pkg_config module)
  hyperactor_dependencies_as(PKG_CONFIG requires)
  hyperactor_dependencies_as(FLAGS flags)
  list(JOIN requires ", " requires)
  list(JOIN flags " " flags)

  # From the folder of the .pc file to the prefix, unless a packager chose folders outside of it.
  set(folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  set(includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  set(libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(prefix "${CMAKE_INSTALL_PREFIX}")
    set(includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
    set(libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
  else()
    file(RELATIVE_PATH up "/${folder}" "/")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(prefix "\${pcfiledir}/${up}")
  endif()

  set(made "${PROJECT_BINARY_DIR}/packaging/${module}.pc")
  configure_file("${PROJECT_SOURCE_DIR}/packaging/${module}.pc.in" "${made}.in" @ONLY)
  file(GENERATE OUTPUT "${made}" INPUT "${made}.in" TARGET hyperactor_archive)
  install(FILES "${made}" DESTINATION "${folder}" COMPONENT development)
endfunction()

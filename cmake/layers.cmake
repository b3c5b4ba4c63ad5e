# Defines the libraries: one per folder, each on the level that tools/levels.txt gives it.
#
#   hyperactor_add_layer(<name> LEVEL <n>
#                        [DEPENDS <lower layer>...]        what headers or sources include
#                        [SOURCES <file>...]               relative to src/<name>; none: header-only
#                        [LIBRARIES <target>...]           foreign, part of the public headers
#                        [PRIVATE_LIBRARIES <target>...])  foreign, in .cpp files only
#
# makes hyperactor_<name>, alias hyperactor::<name>. An upward or sideways edge stops CMake.

# Reads tools/levels.txt into HYPERACTOR_LAYERS (lowest first) and HYPERACTOR_LEVEL_<name>.
macro(_hyperactor_read_levels)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               "${PROJECT_SOURCE_DIR}/tools/levels.txt")
  file(STRINGS "${PROJECT_SOURCE_DIR}/tools/levels.txt" _lines REGEX "^ *[0-9]")
  set(HYPERACTOR_LAYERS "")
  foreach(_line IN LISTS _lines)
    string(REGEX REPLACE "#.*" "" _line "${_line}")
    string(REGEX MATCHALL "[A-Za-z0-9_]+" _words "${_line}")
    list(POP_FRONT _words _level)
    foreach(_name IN LISTS _words)
      set(HYPERACTOR_LEVEL_${_name} ${_level})
    endforeach()
    list(PREPEND HYPERACTOR_LAYERS ${_words})
  endforeach()
endmacro()
_hyperactor_read_levels()

# Stops unless `name` may depend on `other`.
function(_hyperactor_check_edge name other)
  if(NOT DEFINED HYPERACTOR_LEVEL_${other})
    message(FATAL_ERROR "hyperactor_add_layer(${name}): DEPENDS names '${other}', which "
                        "tools/levels.txt does not list.")
  endif()
  set(from ${HYPERACTOR_LEVEL_${name}})
  set(to ${HYPERACTOR_LEVEL_${other}})
  if(to GREATER from)
    message(FATAL_ERROR "hyperactor_add_layer(${name}): '${name}' (level ${from}) may not depend on "
                        "'${other}' (level ${to}): a layer uses strictly lower levels only.")
  elseif(to EQUAL from)
    message(FATAL_ERROR "hyperactor_add_layer(${name}): '${name}' may not depend on '${other}': both "
                        "are on level ${from}, and layers of one level never include each other.")
  elseif(NOT TARGET hyperactor_${other})
    message(FATAL_ERROR "hyperactor_add_layer(${name}): DEPENDS names '${other}', which has no "
                        "src/${other}/CMakeLists.txt.")
  endif()
endfunction()

function(hyperactor_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LEVEL" "DEPENDS;SOURCES;LIBRARIES;PRIVATE_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hyperactor_add_layer(${name}): what is '${arg_UNPARSED_ARGUMENTS}'? Known "
                        "words are LEVEL, DEPENDS, SOURCES, LIBRARIES, PRIVATE_LIBRARIES.")
  endif()
  if(NOT DEFINED HYPERACTOR_LEVEL_${name})
    message(FATAL_ERROR "hyperactor_add_layer(${name}): tools/levels.txt does not list '${name}'.")
  endif()
  if(NOT "${arg_LEVEL}" STREQUAL "${HYPERACTOR_LEVEL_${name}}")
    message(FATAL_ERROR "hyperactor_add_layer(${name}): LEVEL says '${arg_LEVEL}', "
                        "tools/levels.txt says ${HYPERACTOR_LEVEL_${name}}.")
  endif()

  set(depends "")
  foreach(other IN LISTS arg_DEPENDS)
    _hyperactor_check_edge(${name} ${other})
    list(APPEND depends hyperactor_${other})
  endforeach()

  set(target hyperactor_${name})
  set(scope PUBLIC)
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src/${name}")
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE_LIBRARIES})
    hyperactor_set_warnings(${target})
    hyperactor_set_source_names(${target})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(hyperactor::${name} ALIAS ${target})
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/include")
  target_compile_features(${target} ${scope} cxx_std_23)
  target_link_libraries(${target} ${scope} ${depends} ${arg_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY HYPERACTOR_LAYER_TARGETS ${target})
endfunction()

# Makes hyperactor::hyperactor, which links every layer that exists but testing: tests name that.
function(hyperactor_add_umbrella)
  get_property(targets GLOBAL PROPERTY HYPERACTOR_LAYER_TARGETS)
  list(REMOVE_ITEM targets hyperactor_testing)
  add_library(hyperactor INTERFACE)
  add_library(hyperactor::hyperactor ALIAS hyperactor)
  target_include_directories(hyperactor INTERFACE "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(hyperactor INTERFACE ${targets})
endfunction()

# Adds every subfolder that has a CMakeLists.txt, in alphabetical order.
macro(hyperactor_add_subfolders)
  file(GLOB _found CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}"
       "${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt")
  foreach(_file IN LISTS _found)
    get_filename_component(_folder "${_file}" DIRECTORY)
    add_subdirectory(${_folder})
  endforeach()
endmacro()

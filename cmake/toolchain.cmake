# Sets what every target shares: language level, warnings, sanitizers, linker, cache, output folder.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

include(compilers)
hyperactor_compiler_problem(problem)
if(problem)
  message(FATAL_ERROR "${problem} Configure with the preset 'release' (Clang 19, which `make deps` "
                      "installs) or 'gcc' (GCC 12).")
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# Adds the warnings of the house to one target of ours; never to what a user compiles.
function(hyperactor_set_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
    $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
    # GCC 12 sees an overlapping copy in `"literal" + std::string` at -O2 (its bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<BOOL:${HYPERACTOR_WERROR}>:-Werror>)
endfunction()

# Names the sources in texts of the program as they are in the repository, wherever that lies.
function(hyperactor_set_source_names target)
  target_compile_options(${target} PRIVATE "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
endfunction()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(HYPERACTOR_SANITIZE)
  add_compile_options(-fsanitize=${HYPERACTOR_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HYPERACTOR_SANITIZE})
  if(HYPERACTOR_SANITIZE MATCHES "address")
    add_compile_definitions(HYPERACTOR_POOL_POISON=1)
  endif()
  if(HYPERACTOR_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  include(CheckLinkerFlag)
  check_linker_flag(CXX "-fuse-ld=lld" HYPERACTOR_HAVE_LLD)
  if(HYPERACTOR_HAVE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
  # Precompiled headers without a time stamp, so that a compiler cache may use them.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

find_program(HYPERACTOR_CCACHE ccache)
mark_as_advanced(HYPERACTOR_CCACHE)
if(HYPERACTOR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_SLOPPINESS=pch_defines,time_macros ${HYPERACTOR_CCACHE})
endif()

# Tells a user whose compiler gets forms of co_await wrong, once per build folder.
#
# Sets HYPERACTOR_AWAIT_FORMS_RIGHT (cached): whether every form in await_forms.cpp is right.
# HYPERACTOR_AWAIT_SELF_TEST=OFF leaves the test out. Also part of the installed package.

if(DEFINED HYPERACTOR_AWAIT_FORMS_RIGHT)
  return()
elseif(DEFINED HYPERACTOR_AWAIT_SELF_TEST AND NOT HYPERACTOR_AWAIT_SELF_TEST)
  return()
elseif(CMAKE_CROSSCOMPILING)
  message(STATUS "await forms: not run, because this build is for another machine")
  return()
endif()

message(STATUS "await forms: testing ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
try_run(HYPERACTOR_AWAIT_EXIT HYPERACTOR_AWAIT_COMPILED
  "${CMAKE_BINARY_DIR}/CMakeFiles/await_forms" "${CMAKE_CURRENT_LIST_DIR}/await_forms.cpp"
  CXX_STANDARD 23 CXX_STANDARD_REQUIRED ON
  COMPILE_OUTPUT_VARIABLE _await_messages
  RUN_OUTPUT_VARIABLE _await_table)

if(NOT HYPERACTOR_AWAIT_COMPILED)
  message(FATAL_ERROR "This compiler cannot compile await_forms.cpp, which uses nothing but "
                      "C++23 and POSIX:\n${_await_messages}")
elseif(HYPERACTOR_AWAIT_EXIT EQUAL 0)
  message(STATUS "await forms: all right")
  set(HYPERACTOR_AWAIT_FORMS_RIGHT ON CACHE INTERNAL "every form of co_await is compiled right")
elseif(HYPERACTOR_AWAIT_EXIT EQUAL 1)
  string(REGEX MATCHALL "[AB][0-9]+ +risky +WRONG" _await_wrong "${_await_table}")
  list(TRANSFORM _await_wrong REPLACE " .*" "")
  list(JOIN _await_wrong " " _await_wrong)
  # In the repository, or where an installed package has it.
  cmake_path(SET _await_lint NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../tools/lint_await")
  if(NOT EXISTS "${_await_lint}")
    set(_await_lint "${HYPERACTOR_DATA_DIR}/lint_await")
  endif()
  message(NOTICE
    "\n"
    "  NOTICE: ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines, "
    "without a warning. In your own code:\n"
    "    A  never put T{...}, {...} or a capturing lambda into a statement with co_await:\n"
    "       write `co_await ref.ask<T>(fields...)`, or name the object in a statement before;\n"
    "    B  never put co_await into the condition of an if, while, do, for or switch:\n"
    "       write `bool yes = co_await f();` and test that.\n"
    "  This finds both: ${_await_lint} <files>\n"
    "  Handlers that are plain functions are not affected, nor is Clang 19. "
    "Forms that failed: ${_await_wrong}\n")
  set(HYPERACTOR_AWAIT_FORMS_RIGHT OFF CACHE INTERNAL "every form of co_await is compiled right")
else()
  message(FATAL_ERROR "This compiler gets forms of co_await wrong for which there is no way round "
                      "(exit ${HYPERACTOR_AWAIT_EXIT}). Use Clang 19 or GCC 12.2.\n"
                      "${_await_table}")
endif()

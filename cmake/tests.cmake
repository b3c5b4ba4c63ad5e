# Defines how a test is added: one GoogleTest binary per call, at most thirty in the project.
#
#   hyperactor_add_test(NAME <name>
#                       SOURCES <file>...
#                       [DEPENDS <layer>...]       'hyperactor' links all of them
#                       [LABELS <label>...]        default: the tier, which is the folder of tests/
#                       [LIBRARIES <target>...]    foreign
#                       [TIMEOUT <seconds>]        for each test; default: the test preset's
#                       [SERIAL])                  wants the machine for itself
#
# A test may include the private headers of a layer by folder: "runtime/activation.hpp".

include(GoogleTest)

# The precompiled <gtest/gtest.h> that all test binaries share.
function(hyperactor_add_test_pch)
  add_library(hyperactor_test_pch OBJECT "${PROJECT_SOURCE_DIR}/tests/support/pch.cpp")
  target_precompile_headers(hyperactor_test_pch PRIVATE
    <gtest/gtest.h> <chrono> <cstdint> <expected> <functional> <memory> <string> <string_view>
    <thread> <utility> <vector>)
  target_link_libraries(hyperactor_test_pch PRIVATE hyperactor_base GTest::gtest)
  hyperactor_set_warnings(hyperactor_test_pch)
endfunction()

function(hyperactor_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;TIMEOUT" "SOURCES;DEPENDS;LABELS;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "hyperactor_add_test(NAME '${arg_NAME}'): NAME and SOURCES are needed, and "
                        "'${arg_UNPARSED_ARGUMENTS}' is not understood.")
  endif()
  _hyperactor_count_test_binary(${arg_NAME})

  set(libraries "")
  foreach(layer IN LISTS arg_DEPENDS)
    if(NOT TARGET hyperactor::${layer})
      message(FATAL_ERROR "hyperactor_add_test(NAME ${arg_NAME}): there is no layer '${layer}'.")
    endif()
    list(APPEND libraries hyperactor::${layer})
  endforeach()

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                                 "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${arg_NAME} PRIVATE
    hyperactor_base ${libraries} ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_precompile_headers(${arg_NAME} REUSE_FROM hyperactor_test_pch)
  hyperactor_set_warnings(${arg_NAME})

  if(NOT arg_LABELS)
    file(RELATIVE_PATH tier "${PROJECT_SOURCE_DIR}/tests" "${CMAKE_CURRENT_SOURCE_DIR}")
    string(REGEX REPLACE "/.*" "" arg_LABELS "${tier}")
  endif()
  set(properties "")
  if(arg_TIMEOUT)
    list(APPEND properties TIMEOUT ${arg_TIMEOUT})
  endif()
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${arg_NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES ${properties})

  # gtest_discover_tests takes lists apart, so the labels are set where its result is known.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_labels.cmake")
  file(WRITE "${labels_file}"
       "set_tests_properties(\${${arg_NAME}_TESTS} PROPERTIES LABELS \"${arg_LABELS}\")\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

# Linking costs CI more than compiling, so the number of test binaries is bounded.
function(_hyperactor_count_test_binary name)
  set(limit 30)
  get_property(count GLOBAL PROPERTY HYPERACTOR_TEST_BINARIES)
  math(EXPR count "${count} + 1")
  set_property(GLOBAL PROPERTY HYPERACTOR_TEST_BINARIES ${count})
  if(count GREATER limit)
    message(FATAL_ERROR "hyperactor_add_test(NAME ${name}): this is test binary ${count}, and the "
                        "limit is ${limit}. Add the sources to an existing binary instead.")
  endif()
endfunction()

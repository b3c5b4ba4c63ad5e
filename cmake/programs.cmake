# Defines how programs are added: the command, benchmarks, and examples that are tests.
#
#   hyperactor_add_program(<target>
#                          SOURCES <file>...
#                          [OUTPUT <name>]            file name in bin/; default: the target's
#                          [DEPENDS <layer>...]       default: all of them
#                          [LIBRARIES <target>...])   foreign
#
#   hyperactor_add_example(<name>
#                          SOURCES <file>...
#                          [DEPENDS <layer>...]       as above
#                          [ARGS <argument>...]       for the test
#                          [EXPECT <regex>])          what its output must match
#
# An example is built as bin/example_<name>, run by the test example.<name> with the label
# 'examples', must exit with 0, and each of its sources stays below 120 lines.

function(hyperactor_add_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT" "SOURCES;DEPENDS;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "hyperactor_add_program(${target}): SOURCES are needed, and "
                        "'${arg_UNPARSED_ARGUMENTS}' is not understood.")
  endif()
  if(NOT arg_DEPENDS)
    set(arg_DEPENDS hyperactor)
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND hyperactor::)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS} ${arg_LIBRARIES})
  hyperactor_set_warnings(${target})
  hyperactor_set_source_names(${target})
  if(arg_OUTPUT)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${arg_OUTPUT})
  endif()
endfunction()

function(hyperactor_add_example name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXPECT" "SOURCES;DEPENDS;ARGS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hyperactor_add_example(${name}): '${arg_UNPARSED_ARGUMENTS}' is not "
                        "understood.")
  endif()
  foreach(source IN LISTS arg_SOURCES)
    file(READ "${source}" text)
    string(REGEX MATCHALL "\n" lines "${text}")
    list(LENGTH lines length)
    if(length GREATER_EQUAL 120)
      message(FATAL_ERROR "hyperactor_add_example(${name}): ${source} has ${length} lines; "
                          "an example has less than 120.")
    endif()
  endforeach()

  hyperactor_add_program(example_${name} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS})
  if(HYPERACTOR_BUILD_TESTS)
    add_test(NAME example.${name}
             COMMAND ${CMAKE_COMMAND} "-DEXPECT=${arg_EXPECT}"
                     -P "${PROJECT_SOURCE_DIR}/cmake/run_example.cmake"
                     $<TARGET_FILE:example_${name}> ${arg_ARGS})
    set_tests_properties(example.${name} PROPERTIES LABELS examples)
  endif()
endfunction()

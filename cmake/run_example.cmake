# Runs the program named after -P with its arguments: it must exit with 0 and print what EXPECT says.

set(command "")
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(script_seen)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "${CMAKE_SCRIPT_MODE_FILE}")
    set(script_seen ON)
  endif()
endforeach()

execute_process(COMMAND ${command} OUTPUT_VARIABLE output ERROR_VARIABLE errors
                RESULT_VARIABLE result)
message("${output}${errors}")
if(NOT result EQUAL 0)
  message(FATAL_ERROR "It ended with ${result} instead of 0.")
elseif(EXPECT AND NOT output MATCHES "${EXPECT}")
  message(FATAL_ERROR "It did not print what matches: ${EXPECT}")
endif()

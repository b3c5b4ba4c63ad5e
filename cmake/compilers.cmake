# Says what is wrong with a compiler that is too old, here and for users of an installed package.

# Sets `result` to a sentence, or to nothing if the compiler will do.
function(hyperactor_compiler_problem result)
  set(oldest_GNU 12.2)
  set(oldest_Clang 19)
  set(oldest "${oldest_${CMAKE_CXX_COMPILER_ID}}")
  set(problem "")
  if(NOT CMAKE_CXX_COMPILER_LOADED)
    set(problem "hyperactor needs the language CXX: write project(<name> LANGUAGES CXX).")
  elseif(oldest AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest)
    set(problem "hyperactor needs Clang ${oldest_Clang} or GCC ${oldest_GNU}, or newer; "
                "${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}.")
    string(CONCAT problem ${problem})
  endif()
  set(${result} "${problem}" PARENT_SCOPE)
endfunction()

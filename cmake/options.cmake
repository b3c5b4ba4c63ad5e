# Declares every option a user of the build may set.

option(HYPERACTOR_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_BUILD_APPS "Build the command line program" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_BUILD_BENCH "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_INSTALL "Make rules for `cmake --install`" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_AWAIT_SELF_TEST "Try once what the compiler makes of co_await" ON)
option(HYPERACTOR_WERROR "Treat compiler warnings in this project as errors" ${PROJECT_IS_TOP_LEVEL})
option(HYPERACTOR_DCHECKS "Compile HYPERACTOR_DCHECK in; every user of the libraries must agree" OFF)

set(HYPERACTOR_SANITIZE "" CACHE STRING
    "Sanitizers, as for -fsanitize=: empty, 'address,undefined' or 'thread'")
set(HYPERACTOR_TEST_TIERS "unit;property;model;sim;system;soak;compile_fail;tools" CACHE STRING
    "Folders of tests/ to configure")

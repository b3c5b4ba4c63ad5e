// apps/demo.hpp - `hyperactor demo`.
#pragma once

#include "command_line.hpp"

namespace hyperactor::app {

/// Lets philosophers dine on threads and in simulation. Returns the exit code.
int demo(const Demo& wanted);

}  // namespace hyperactor::app

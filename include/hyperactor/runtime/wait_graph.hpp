// runtime/wait_graph.hpp - who waits for whom, as text.
#pragma once

#include <string>

namespace hyperactor::runtime {

class Scheduler;

/// Every wait of the strands of `scheduler`, a line each: who, for what, of whom, since when.
/// Only while nothing runs (simulation between steps, or after the workers have stopped).
std::string describe_waits(Scheduler& scheduler);

}  // namespace hyperactor::runtime

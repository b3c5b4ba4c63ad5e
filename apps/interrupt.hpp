// apps/interrupt.hpp - Ctrl-C as a question one may ask.
#pragma once

namespace hyperactor::app {

/// From now on the first Ctrl-C only sets a flag; a second one ends the process.
void watch_for_interrupt();

[[nodiscard]] bool interrupted() noexcept;

}  // namespace hyperactor::app

// telemetry/process_state.hpp - owns what telemetry has one of in each process.
#pragma once

#include "hyperactor/telemetry/evidence.hpp"

#include "name_table.hpp"
#include "unit_store.hpp"

namespace hyperactor::telemetry {

/// Made on first use and never destroyed, because threads may store in it until the process is
/// gone. Removes the evidence file at exit.
///
/// Fork     EV-7  A fork at any time, also while another thread is in here for the first time,
///                gives the child a whole state and free locks. So there is no function-local
///                static: a child would wait for ever for the thread that was making it.
/// Locks          In this order: making, a shard of the names, the units.
struct ProcessState {
  static ProcessState& get();

  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;
  ~ProcessState() = delete;

  UnitStore units;
  NameTable names{units};
  Evidence evidence{units};

 private:
  ProcessState() = default;
  static ProcessState& make();
};

}  // namespace hyperactor::telemetry

// tests/soak/balance.hpp - what must be true of the counts when the run is over.
#pragma once

#include "ledger.hpp"

#include <string>
#include <vector>

namespace hyperactor::soak {

/// A sentence for each count that is not as it must be; empty: all is well.
[[nodiscard]] std::vector<std::string> broken_balances(const Totals& totals);

/// A table of what was sent, and what became of it.
[[nodiscard]] std::string table_of(const Totals& totals);

}  // namespace hyperactor::soak

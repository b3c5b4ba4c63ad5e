// runtime/wait_graph.cpp - walks all strands of a runtime and prints what they wait for.
#include "hyperactor/runtime/wait_graph.hpp"

#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/slot_table.hpp"
#include "hyperactor/runtime/wait.hpp"
#include "hyperactor/telemetry/names.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace hyperactor::runtime {

std::string describe_waits(Scheduler& scheduler) {
  constexpr std::size_t kLinesMax = 32;
  std::vector<std::string> lines;
  std::size_t waits = 0;
  SlotTable& table = SlotTable::process();
  table.for_each([&](Strand& strand) {
    if (&strand.scheduler() != &scheduler) return;
    for (const Wait* wait = strand.waits_head; wait != nullptr; wait = wait->next) {
      ++waits;
      if (lines.size() >= kLinesMax) continue;
      std::string line = fmt::format("{} waits in {}", strand.label(), wait->what);
      if (wait->type != 0) line += fmt::format(" {}", telemetry::name_text(wait->type));
      if (wait->target) {
        Strand* const target = table.acquire(wait->target);
        line += fmt::format(" for {}",
                            target == nullptr ? "an actor that is gone" : target->label());
        if (target != nullptr) target->drop_reference();
      }
      const auto waited = scheduler.scale().to_ns(scheduler.now_ticks() - wait->since);
      line += fmt::format(", since {} ms", waited / 1'000'000);
      lines.push_back(std::move(line));
    }
  });
  if (waits == 0) return "nobody waits for anybody";
  std::ranges::sort(lines);
  std::string text = fmt::format("{} waits:", waits);
  for (const auto& line : lines) text += "\n  " + line;
  if (waits > lines.size()) text += fmt::format("\n  and {} more", waits - lines.size());
  return text;
}

}  // namespace hyperactor::runtime

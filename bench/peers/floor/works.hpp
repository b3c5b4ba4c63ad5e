// bench/peers/floor/works.hpp - the works that the floor does, each in the file of its name.
#pragma once

#include <cstddef>

namespace hyperactor::floor {

double ping_pong(std::size_t workers);
double one_way(std::size_t workers);
double fan_in(std::size_t workers);
double external(std::size_t workers);
double bounded_pipeline(std::size_t workers);
double ring(std::size_t workers);
double spawn(std::size_t workers);
double skynet(std::size_t workers);
double idle_memory(std::size_t workers);
double ask(std::size_t workers);
double timer(std::size_t workers);

}  // namespace hyperactor::floor

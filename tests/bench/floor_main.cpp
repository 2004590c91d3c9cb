// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_main.hpp"
#include "tests/bench/floor_fleet.hpp"

int main(int argc, char** argv)
{
    causeway::bench::FloorFleet fleet;
    return causeway::bench::benchMain(argc, argv, fleet);
}

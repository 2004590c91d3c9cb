// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_main.hpp"
#include "tests/bench/stack_fleet.hpp"

int main(int argc, char** argv)
{
    causeway::bench::StackFleet fleet;
    return causeway::bench::benchMain(argc, argv, fleet);
}

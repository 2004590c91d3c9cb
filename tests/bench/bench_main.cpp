// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_main.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "tests/bench/measurement.hpp"

namespace causeway::bench {

int benchMain(int argc, char** argv, Fleet& fleet)
{
    if (argc != 3 && argc != 5) {
        std::fprintf(stderr, "usage: %s SERVER COUNT [READS NOTIFIES]\n", argv[0]);
        return 2;
    }
    try {
        raiseDescriptorLimit();
        Plan plan;
        plan.serverProgram = argv[1];
        plan.count = std::stoul(argv[2]);
        if (argc == 5) {
            plan.reads = std::stoul(argv[3]);
            plan.notifies = std::stoul(argv[4]);
        }
        Measurement(plan, fleet).run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return 1;
    }
}

} // namespace causeway::bench

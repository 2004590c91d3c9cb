// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/store/corrupted_store.hpp"

// Ten thousand databases that are damaged, mixed with another gateway's or another gateway's: how
// many credentials came out of them that nobody had kept for that device? One that crashes ends
// the program.
int main(int argc, char** argv)
{
    if (argc != 2 && argc != 3) {
        std::fprintf(stderr, "usage: %s DATABASES [SEED]\n", argv[0]);
        return 2;
    }
    const int rounds = std::atoi(argv[1]); // NOLINT(cert-err34-c): 0 asks for nothing
    const std::uint64_t seed = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1;
    causeway::tests::CorruptedStore corrupted(seed);
    corrupted.run(rounds);
    const auto& tally = corrupted.tally();
    std::printf("{\"databases\": %d, \"refused\": %d, \"locked\": %d, \"right\": %d, "
                "\"none\": %d, \"wrong\": %d}\n",
                tally.rounds,
                tally.refused,
                tally.locked,
                tally.right,
                tally.none,
                tally.wrong);
    return tally.wrong == 0 ? 0 : 1;
}

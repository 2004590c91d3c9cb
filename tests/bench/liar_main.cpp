// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

#include "tests/unit/modbus/write_liar.hpp"

// A million answers that are late, short, foreign, damaged or of another unit, on RTU and on TCP,
// in a time that a fake scheduler moves: how many of them became a value?

namespace causeway::bench {

namespace {

template <bool isTcp>
bool measure(const char* kind, int lies)
{
    bridges::modbus::Liar<isTcp> liar;
    constexpr int atATime = 1000;
    int asked = 0;
    while (liar.lies < lies) {
        liar.run(atATime);
        asked += atATime;
    }
    std::printf("{\"kind\": \"%s\", \"asked\": %d, \"lies\": %d, \"right\": %d, \"wrong\": %d, "
                "\"unended\": %d}\n",
                kind,
                asked,
                liar.lies,
                liar.right,
                liar.wrong,
                asked - liar.ended);
    return liar.wrong == 0;
}

/// A write that is told as done without the device's word is wrong, and one that reaches it twice.
template <bool isTcp>
bool measureWrites(const char* kind, int lies)
{
    bridges::modbus::WriteLiar<isTcp> liar;
    constexpr int atATime = 1000;
    int asked = 0;
    while (liar.lies < lies) {
        liar.runWrites(atATime);
        asked += atATime;
    }
    const int wrong = liar.wrong + liar.twice;
    std::printf("{\"kind\": \"writes, %s\", \"asked\": %d, \"lies\": %d, \"right\": %d, "
                "\"wrong\": %d, \"unended\": %d}\n",
                kind,
                asked,
                liar.lies,
                liar.right,
                wrong,
                asked - liar.ended);
    return wrong == 0;
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s LIES\n", argv[0]);
        return 2;
    }
    const int lies = std::atoi(argv[1]); // NOLINT(cert-err34-c): 0 asks for nothing
    const bool isRtuTrue = causeway::bench::measure<false>("rtu", lies);
    const bool isTcpTrue = causeway::bench::measure<true>("tcp", lies);
    const bool isRtuDone = causeway::bench::measureWrites<false>("rtu", lies);
    const bool isTcpDone = causeway::bench::measureWrites<true>("tcp", lies);
    return isRtuTrue && isTcpTrue && isRtuDone && isTcpDone ? 0 : 1;
}

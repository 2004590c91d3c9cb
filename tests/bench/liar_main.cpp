// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

#include "tests/unit/modbus/crowd.hpp"

// A million answers that are late, short, foreign, damaged or of another unit, on RTU and on TCP,
// in a time that a fake scheduler moves: how many of them became a value? The same with several
// requests under way at once, and for writes.

namespace causeway::bench {

namespace {

using namespace bridges::modbus;

constexpr int atATime = 1000;

struct Result
{
    int asked = 0;
    int wrong = 0;
};

template <typename AnyLiar>
bool show(const char* kind, const AnyLiar& liar, const Result& result)
{
    std::printf("{\"kind\": \"%s\", \"asked\": %d, \"lies\": %d, \"right\": %d, \"wrong\": %d, "
                "\"unended\": %d}\n",
                kind,
                result.asked,
                liar.lies,
                liar.right,
                result.wrong,
                result.asked - liar.ended);
    std::fflush(stdout);
    return result.wrong == 0;
}

/// Who has nothing under way beside this request.
template <bool isTcp>
bool measure(const char* kind, int lies)
{
    Liar<isTcp> liar;
    Result result;
    for (; liar.lies < lies; result.asked += atATime)
        liar.run(atATime);
    result.wrong = liar.wrong;
    return show(kind, liar, result);
}

/// A write that is told as done without the device's word is wrong, and one that reaches it twice.
template <bool isTcp>
bool measureWrites(const char* kind, int lies)
{
    WriteLiar<isTcp> liar;
    Result result;
    for (; liar.lies < lies; result.asked += atATime)
        liar.runWrites(atATime);
    result.wrong = liar.wrong + liar.twice;
    return show(kind, liar, result);
}

/// Up to four requests under way.
bool measureCrowd(int lies)
{
    Crowd<Liar<true>> liar;
    Result result;
    for (; liar.lies < lies; result.asked += atATime)
        liar.runTogether(atATime, [&](std::uint8_t unitId) { liar.ask(unitId); });
    result.wrong = liar.wrong;
    return show("tcp, several under way", liar, result);
}

/// Writes to up to four units under way.
bool measureCrowdedWrites(int lies)
{
    Crowd<WriteLiar<true>> liar;
    Result result;
    for (; liar.lies < lies; result.asked += atATime) {
        liar.runTogether(atATime, [&](std::uint8_t unitId) { liar.askToWrite(unitId); });
        liar.writes.clear(); // all have ended
    }
    result.wrong = liar.wrong + liar.twice;
    return show("writes, tcp, several under way", liar, result);
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
    bool isGood = causeway::bench::measure<false>("rtu", lies);
    isGood &= causeway::bench::measure<true>("tcp", lies);
    isGood &= causeway::bench::measureCrowd(lies);
    isGood &= causeway::bench::measureWrites<false>("writes, rtu", lies);
    isGood &= causeway::bench::measureWrites<true>("writes, tcp", lies);
    isGood &= causeway::bench::measureCrowdedWrites(lies);
    return isGood ? 0 : 1;
}

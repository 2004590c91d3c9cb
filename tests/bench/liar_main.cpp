// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
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

/// So many lies, in the order that follows from this number.
struct Task
{
    int lies = 0;
    std::uint32_t seed = 0;
};

struct Result
{
    std::uint32_t seed = 0;
    int asked = 0;
    int wrong = 0;
};

template <typename AnyLiar>
bool show(const char* kind, const AnyLiar& liar, const Result& result)
{
    std::printf("{\"kind\": \"%s\", \"seed\": %u, \"asked\": %d, \"lies\": %d, \"right\": %d, "
                "\"wrong\": %d, "
                "\"unended\": %d}\n",
                kind,
                result.seed,
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
bool measure(const char* kind, const Task& task)
{
    Liar<isTcp> liar;
    liar.random.seed(task.seed);
    Result result{task.seed};
    for (; liar.lies < task.lies; result.asked += atATime)
        liar.run(atATime);
    result.wrong = liar.wrong;
    return show(kind, liar, result);
}

/// A write that is told as done without the device's word is wrong, and one that reaches it twice.
template <bool isTcp>
bool measureWrites(const char* kind, const Task& task)
{
    WriteLiar<isTcp> liar;
    liar.random.seed(task.seed);
    Result result{task.seed};
    for (; liar.lies < task.lies; result.asked += atATime)
        liar.runWrites(atATime);
    result.wrong = liar.wrong + liar.twice;
    return show(kind, liar, result);
}

/// Up to four requests under way.
bool measureCrowd(const Task& task)
{
    Crowd<Liar<true>> liar;
    liar.random.seed(task.seed);
    Result result{task.seed};
    for (; liar.lies < task.lies; result.asked += atATime)
        liar.runTogether(atATime, [&](std::uint8_t unitId) { liar.ask(unitId); });
    result.wrong = liar.wrong;
    return show("tcp, several under way", liar, result);
}

/// Writes to up to four units under way.
bool measureCrowdedWrites(const Task& task)
{
    Crowd<WriteLiar<true>> liar;
    liar.random.seed(task.seed);
    Result result{task.seed};
    for (; liar.lies < task.lies; result.asked += atATime) {
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
    if (argc != 2 && argc != 3) {
        std::fprintf(stderr, "usage: %s LIES [SEED]\n", argv[0]);
        return 2;
    }
    causeway::bench::Task task;
    task.lies = std::atoi(argv[1]); // NOLINT(cert-err34-c): 0 asks for nothing
    task.seed = argc == 3 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10))
                          : causeway::bridges::modbus::usualSeed;
    bool isGood = causeway::bench::measure<false>("rtu", task);
    isGood &= causeway::bench::measure<true>("tcp", task);
    isGood &= causeway::bench::measureCrowd(task);
    isGood &= causeway::bench::measureWrites<false>("writes, rtu", task);
    isGood &= causeway::bench::measureWrites<true>("writes, tcp", task);
    isGood &= causeway::bench::measureCrowdedWrites(task);
    return isGood ? 0 : 1;
}

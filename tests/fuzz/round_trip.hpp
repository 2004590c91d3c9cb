// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <tuple>
#include <vector>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::fuzz {

inline const model::Definitions& definitions()
{
    static const model::Definitions all = model::builtInDefinitions();
    return all;
}

/// What a format has names for.
enum class Names : std::uint8_t {
    All,
    Values ///< an instance without any is not told
};

/// The first octet chooses the target, the rest is the payload. What can be decoded can be encoded
/// again, and means the same then.
inline void roundTrip(api::ContentFormat format,
                      std::span<const model::Path> targets,
                      base::ByteView input,
                      Names names = Names::All)
{
    if (input.empty())
        return;
    const model::Path target = targets[input.front() % targets.size()];
    auto first = lwm2m::decode(format, target, input.subspan(1), definitions());
    if (!first)
        return;
    const auto payload = lwm2m::encode(format, target, *first, definitions());
    if (!payload)
        std::abort();
    if (names == Names::Values)
        std::erase_if(*first, [](const lwm2m::Record& record) { return !record.value; });
    const auto second = lwm2m::decode(format, target, *payload, definitions());
    if (!second || *second != *first)
        std::abort();
}

/// Records as Send and stored notifications have them: with times, which decode() passes by, and
/// a path several times, which no Write may have.
inline void timedRoundTrip(api::ContentFormat format,
                           std::span<const model::Path> targets,
                           base::ByteView input)
{
    if (input.empty())
        return;
    const model::Path target = targets[input.front() % targets.size()];
    auto records = lwm2m::decode(format, target, input.subspan(1), definitions());
    if (!records)
        return;
    std::erase_if(*records, [](const lwm2m::Record& record) { return !record.value; });
    auto timed = *records;
    for (std::size_t i = 0; i < timed.size(); ++i) // before and after 2^28 s, with parts of seconds
        timed[i].takenAt = base::WallTime(std::chrono::milliseconds(
            1'700'000'000'000 + std::int64_t{input[i % input.size()]} * 86'400'123));
    const auto payload = lwm2m::encode(format, target, timed, definitions());
    if (!payload || lwm2m::decode(format, target, *payload, definitions()) != *records)
        std::abort();
    std::vector<lwm2m::Record> history;
    for (const auto& record : timed) {
        history.push_back(record);
        history.push_back(record);
        *history.back().takenAt += std::chrono::seconds(input.back());
    }
    const auto whole = lwm2m::encode(format, target, history, definitions());
    if (!whole)
        std::abort();
    std::ignore = lwm2m::decode(format, target, *whole, definitions());
}

/// The same for a composite's names: they must only not break anything.
inline void readNames(api::ContentFormat format, base::ByteView input)
{
    const auto paths = lwm2m::decodePaths(format, input);
    if (paths && paths->size() > lwm2m::mostRecords)
        std::abort();
}

/// Single values of every type: one to write for each of the first ones, then structures.
inline constexpr model::Path single[] = {
    {3, 0, 15},      // String
    {3, 0, 9},       // Integer
    {0, 0, 13},      // Unsigned Integer
    {3303, 0, 5700}, // Float
    {1, 0, 6},       // Boolean
    {5, 0, 0},       // Opaque
    {3, 0, 13},      // Time
    {0, 0, 17},      // Objlnk
    {3, 0, 11, 0},   // Resource Instance
    // The test Object has all of them, without ranges, single and multiple. New ones go to the end:
    // the corpus chooses by number.
    // clang-format off
    {3442, 0, 110}, {3442, 0, 120}, {3442, 0, 125}, {3442, 0, 130}, {3442, 0, 140},
    {3442, 0, 150}, {3442, 0, 160}, {3442, 0, 170}, {3442, 0, 180},
    {3442, 0, 1110, 0}, {3442, 0, 1120, 1}, {3442, 0, 1125, 2}, {3442, 0, 1130, 3}, {3442, 0, 1140, 4},
    {3442, 0, 1150, 5}, {3442, 0, 1160, 6}, {3442, 0, 1170, 7}, {3442, 0, 1180, 65534},
    // clang-format on
};

// clang-format off
inline constexpr model::Path structures[] = {
    {0}, {3}, {3303}, {2}, {0, 0}, {1, 0}, {3, 0}, {10242, 0}, {3, 0, 9}, {3, 0, 11}, {3, 0, 11, 0}, {},
    {3442}, {3442, 0},
    {3442, 0, 110}, {3442, 0, 120}, {3442, 0, 125}, {3442, 0, 130}, {3442, 0, 140},
    {3442, 0, 150}, {3442, 0, 160}, {3442, 0, 170}, {3442, 0, 180},
    {3442, 0, 1110}, {3442, 0, 1120}, {3442, 0, 1125}, {3442, 0, 1130}, {3442, 0, 1140},
    {3442, 0, 1150}, {3442, 0, 1160}, {3442, 0, 1170}, {3442, 0, 1180}, {3442, 0, 1180, 0},
};

// clang-format on

} // namespace causeway::fuzz

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
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
};

// clang-format off
inline constexpr model::Path structures[] = {
    {0}, {3}, {3303}, {2}, {0, 0}, {1, 0}, {3, 0}, {10242, 0}, {3, 0, 9}, {3, 0, 11}, {3, 0, 11, 0}, {},
};

// clang-format on

} // namespace causeway::fuzz

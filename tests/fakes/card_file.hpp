// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::fakes {

inline std::uint8_t highOctet(std::size_t number)
{
    return static_cast<std::uint8_t>(number / 256);
}

inline std::uint8_t lowOctet(std::size_t number)
{
    return static_cast<std::uint8_t>(number % 256);
}

/// One Object of EF LwM2M_Bootstrap, its version implicit.
inline base::Bytes cardObject(model::Id object, base::ByteView instances)
{
    const auto size = instances.size();
    base::Bytes octets{highOctet(object), lowOctet(object), 0, highOctet(size), lowOctet(size)};
    std::ranges::copy(instances, std::back_inserter(octets));
    return octets;
}

/// EF LwM2M_Bootstrap of these Objects.
inline base::Bytes cardFile(const std::vector<base::Bytes>& objects)
{
    std::size_t size = 0;
    for (const auto& object : objects)
        size += object.size();
    const auto count = objects.size();
    base::Bytes file{highOctet(count), lowOctet(count), highOctet(size), lowOctet(size)};
    for (const auto& object : objects)
        std::ranges::copy(object, std::back_inserter(file));
    return file;
}

inline base::Bytes instancesOf(model::Id object,
                               const std::vector<lwm2m::Record>& records,
                               const model::Definitions& definitions)
{
    return lwm2m::encode(lwm2m::tlvFormat, {object}, records, definitions).value();
}

/// /0/`instance`
inline std::vector<lwm2m::Record>
cardSecurity(model::Id instance, const std::string& uri, bool isBootstrap = false)
{
    const model::Path path{0, instance};
    using model::Value;
    std::vector<lwm2m::Record> records{{path.child(0), Value(uri), {}},
                                       {path.child(1), Value(isBootstrap), {}},
                                       {path.child(2), Value(std::int64_t{0}), {}},
                                       {path.child(3), Value(base::toBytes("card")), {}},
                                       {path.child(5), Value(base::Bytes(16, 0x5A)), {}},
                                       {path.child(10), Value(std::int64_t{101}), {}}};
    if (isBootstrap)
        records.pop_back();
    return records;
}

/// /1/0
inline std::vector<lwm2m::Record> cardServer()
{
    const model::Path path{1, 0};
    using model::Value;
    return {{path.child(0), Value(std::int64_t{101}), {}},
            {path.child(1), Value(std::int64_t{300}), {}},
            {path.child(6), Value(true), {}},
            {path.child(7), Value(std::string("U")), {}}};
}

/// A card with one server account, of Short Server ID 101.
inline base::Bytes goodCard(const std::string& uri, const model::Definitions& definitions)
{
    return cardFile({cardObject(0, instancesOf(0, cardSecurity(0, uri), definitions)),
                     cardObject(1, instancesOf(1, cardServer(), definitions))});
}

} // namespace causeway::fakes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::fakes {

inline void appendHalfWord(base::Bytes& file, std::size_t number)
{
    file.push_back(static_cast<std::uint8_t>(number / 256));
    file.push_back(static_cast<std::uint8_t>(number % 256));
}

/// One Object of EF LwM2M_Bootstrap, its version implicit.
inline base::Bytes cardObject(model::Id object, base::ByteView instances)
{
    base::Bytes octets;
    appendHalfWord(octets, object);
    octets.push_back(0);
    appendHalfWord(octets, instances.size());
    octets.insert(octets.end(), instances.begin(), instances.end());
    return octets;
}

/// EF LwM2M_Bootstrap of these Objects.
inline base::Bytes cardFile(const std::vector<base::Bytes>& objects)
{
    base::Bytes collection;
    for (const auto& object : objects)
        collection.insert(collection.end(), object.begin(), object.end());
    base::Bytes file;
    appendHalfWord(file, objects.size());
    appendHalfWord(file, collection.size());
    file.insert(file.end(), collection.begin(), collection.end());
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

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#if __has_include(<sdbus-c++/VTableItems.h>)
#define CAUSEWAY_SDBUS_2 1
#else
#define CAUSEWAY_SDBUS_2 0
#endif

/// Where sdbus-c++ 1.2 (Debian 12) and 2.x (Debian 13) differ: names that are plain strings in one
/// and types of their own in the other, and functions that were renamed. Nothing else in the tree
/// asks for the version, except for proxies made by hand (registerProxy).
namespace causeway::bus {

#if CAUSEWAY_SDBUS_2

using sdbus::InterfaceName;
using sdbus::PropertyName;
using sdbus::ServiceName;
using sdbus::SignalName;
using ErrorName = sdbus::Error::Name;
/// What the callback of an asynchronous call takes first.
using MaybeError = std::optional<sdbus::Error>;

inline std::string sender(const sdbus::IObject& object)
{
    return object.getCurrentlyProcessedMessage().getSender();
}

inline bool processOne(sdbus::IConnection& connection)
{
    return connection.processPendingEvent();
}

inline int eventDescriptor(const sdbus::IConnection::PollData& poll)
{
    return poll.eventFd;
}

inline void registerProxy(sdbus::IProxy&) {}

template <typename Callback>
decltype(auto) withMessage(const sdbus::IObject& object, Callback callback)
{
    return callback(object.getCurrentlyProcessedMessage());
}

/// As long as the Slot lives. The callback takes any message by reference.
template <typename Callback>
sdbus::Slot addMatch(sdbus::IConnection& connection, const std::string& rule, Callback callback)
{
    return connection.addMatch(
        rule,
        [callback = std::move(callback)](sdbus::Message message) { callback(message); },
        sdbus::return_slot);
}

#else

using InterfaceName = std::string;
using PropertyName = std::string;
using ServiceName = std::string;
using SignalName = std::string;
using ErrorName = std::string;
// Exactly this type: 1.2 recognises a callback that wants the error by it.
using MaybeError = const sdbus::Error*;

inline std::string sender(const sdbus::IObject& object)
{
    return object.getCurrentlyProcessedMessage()->getSender();
}

inline bool processOne(sdbus::IConnection& connection)
{
    return connection.processPendingRequest();
}

inline int eventDescriptor(const sdbus::IConnection::PollData&)
{
    return -1;
}

inline void registerProxy(sdbus::IProxy& proxy)
{
    proxy.finishRegistration();
}

template <typename Callback>
decltype(auto) withMessage(const sdbus::IObject& object, Callback callback)
{
    return callback(*object.getCurrentlyProcessedMessage());
}

template <typename Callback>
auto addMatch(sdbus::IConnection& connection, const std::string& rule, Callback callback)
{
    return connection.addMatch(
        rule, [callback = std::move(callback)](sdbus::Message& message) { callback(message); });
}

#endif

/// An empty address means the system bus.
inline std::unique_ptr<sdbus::IConnection> connect(const std::string& address)
{
    return address.empty() ? sdbus::createSystemBusConnection()
                           : sdbus::createSessionBusConnectionWithAddress(address);
}

} // namespace causeway::bus

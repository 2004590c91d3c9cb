// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_requests.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace causeway::bridges::ble {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::Retry;
using base::UniqueFd;

namespace {

struct Meaning
{
    std::string_view name;
    ErrorKind kind;
    Retry retry;
};

/// device-api.txt and gatt-api.txt of BlueZ 5.66; whatever else it is, nobody answered.
constexpr std::array meanings{
    Meaning{"org.bluez.Error.NotPermitted", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.NotAuthorized", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.NotSupported", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.InvalidArguments", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.InvalidValueLength", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.InvalidOffset", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.ImproperlyConfigured", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.AuthenticationFailed", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.AuthenticationRejected", ErrorKind::Refused, Retry::Never},
    Meaning{"org.bluez.Error.AuthenticationTimeout", ErrorKind::Timeout, Retry::Later},
    Meaning{"org.bluez.Error.AuthenticationCanceled", ErrorKind::Unreachable, Retry::Later},
    Meaning{"org.bluez.Error.InProgress", ErrorKind::LimitExceeded, Retry::Later},
    Meaning{"org.freedesktop.DBus.Error.NoReply", ErrorKind::Timeout, Retry::AfterReconnect},
    Meaning{"org.freedesktop.DBus.Error.Timeout", ErrorKind::Timeout, Retry::AfterReconnect},
    Meaning{"System.Error.ETIMEDOUT", ErrorKind::Timeout, Retry::AfterReconnect},
};

/// A request to notify outlives the connection it was made in: bluetoothd renews it by itself, and
/// answers the same again by success, or by this while it renews it (src/gatt-client.c of 5.66).
bool isNotifyingAlready(const sdbus::Error& error)
{
    return std::string_view(error.getName()) == "org.bluez.Error.InProgress";
}

bool isBondedAlready(const sdbus::Error& error)
{
    return std::string_view(error.getName()) == "org.bluez.Error.AlreadyExists";
}

bool isConnectedAlready(const sdbus::Error& error)
{
    return std::string_view(error.getName()) == "org.bluez.Error.AlreadyConnected";
}

/// What is wanted may be so already, which bluetoothd calls an error.
Expected<void> resultOf(bus::MaybeError error, bool (*isSoAlready)(const sdbus::Error&))
{
    if (!error || isSoAlready(*error))
        return {};
    return tl::unexpected(errorOf(*error));
}

Expected<void> resultOf(bus::MaybeError error)
{
    return resultOf(error, [](const sdbus::Error&) { return false; });
}

/// Later, from the loop: who is told may let the proxy go, which must not happen inside its own
/// callback.
template <typename Done, typename Result>
void answer(base::Scheduler& scheduler, Done& done, Result result)
{
    scheduler.post([done = std::exchange(done, nullptr), result = std::move(result)]() mutable {
        if (done)
            done(std::move(result));
    });
}

/// Sends it; a bus that has gone, which nobody may have told yet, is the answer of who waits.
template <typename Result, typename Done, typename Call>
void ask(base::Scheduler& scheduler, Done& done, Call call)
{
    try {
        call();
    } catch (const sdbus::Error& error) {
        answer(scheduler,
               done,
               Expected<Result>(tl::unexpected(errorOf(error).in("bluetoothd cannot be asked"))));
    }
}

} // namespace

base::Error errorOf(const sdbus::Error& error)
{
    const std::string_view name = error.getName();
    const std::string& text = error.getMessage();
    // What create_gatt_dbus_error (src/gatt-client.c of 5.66) makes of Insufficient Authentication
    // and Insufficient Encryption.
    if (name == "org.bluez.Error.NotPermitted" && text == "Not paired")
        return {ErrorKind::NotAuthorized, "it wants to be bonded first", Retry::Never};
    // Of each characteristic there is one socket, which one program has; nobody is told by signals
    // meanwhile. And see NotificationPace.
    if (name == "org.bluez.Error.NotPermitted" && text == "Notify acquired")
        return {ErrorKind::LimitExceeded,
                "its notifications are in use by another program of this machine; if there is "
                "none, bluetoothd has lost them, and gives them back when it is restarted",
                Retry::Later};
    const auto found = std::ranges::find(meanings, name, &Meaning::name);
    if (found != meanings.end())
        return {found->kind, text, found->retry};
    // The peripheral answered by the Attribute Protocol, and the answer was no.
    if (text.find("ATT error") != std::string::npos)
        return {ErrorKind::Refused, text, Retry::Never};
    // What att_connect_cb (src/device.c of 5.66) makes of every connection that fails.
    if (text == "le-connection-abort-by-local")
        return {ErrorKind::Unreachable,
                "it did not answer: out of reach, asleep, or the adapter has no room for another "
                "connection",
                Retry::AfterReconnect};
    if (text == "le-connection-concurrent-connection-limit")
        return {ErrorKind::LimitExceeded, text, Retry::Later};
    return {ErrorKind::Unreachable, text, Retry::AfterReconnect};
}

BluezConnection::BluezConnection(sdbus::IConnection& connection,
                                 base::Scheduler& scheduler,
                                 const std::string& path)
    : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{path})
    , scheduler_(scheduler)
{
    registerProxy();
}

BluezConnection::~BluezConnection()
{
    unregisterProxy();
}

void BluezConnection::connect(GattRadio::Done done)
{
    connectDone_ = std::move(done);
    ask<void>(scheduler_, connectDone_, [this] { Connect(); });
}

void BluezConnection::bond(GattRadio::Done done)
{
    bondDone_ = std::move(done);
    ask<void>(scheduler_, bondDone_, [this] { Pair(); });
}

void BluezConnection::disconnect()
{
    connectDone_ = nullptr;
    bondDone_ = nullptr;
    // Without a bus there is no connection either.
    GattRadio::Done nobody;
    ask<void>(scheduler_, nobody, [this] { Disconnect(); });
}

void BluezConnection::onConnectReply(bus::MaybeError error)
{
    answer(scheduler_, connectDone_, resultOf(error, isConnectedAlready));
}

void BluezConnection::onPairReply(bus::MaybeError error)
{
    answer(scheduler_, bondDone_, resultOf(error, isBondedAlready));
}

BluezRequest::BluezRequest(sdbus::IConnection& connection,
                           base::Scheduler& scheduler,
                           const std::string& path)
    : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{path})
    , scheduler_(scheduler)
{
    registerProxy();
}

BluezRequest::~BluezRequest()
{
    unregisterProxy();
}

void BluezRequest::read(GattRadio::ReadDone done)
{
    readDone_ = std::move(done);
    ask<Bytes>(scheduler_, readDone_, [this] { ReadValue({}); });
}

void BluezRequest::write(const Bytes& octets, WriteKind kind, GattRadio::Done done)
{
    done_ = std::move(done);
    const std::string type = kind == WriteKind::Command ? "command" : "request";
    ask<void>(scheduler_, done_, [&] { WriteValue(octets, {{"type", sdbus::Variant(type)}}); });
}

void BluezRequest::startNotify(GattRadio::Done done)
{
    done_ = std::move(done);
    ask<void>(scheduler_, done_, [this] { StartNotify(); });
}

void BluezRequest::changeToSocket(SocketDone done)
{
    socketDone_ = std::move(done);
    ask<UniqueFd>(scheduler_, socketDone_, [this] { StopNotify(); });
}

void BluezRequest::returnToSignals()
{
    ask<UniqueFd>(scheduler_, socketDone_, [this] { StartNotify(); });
}

void BluezRequest::onReadValueReply(const Bytes& value, bus::MaybeError error)
{
    answer(scheduler_,
           readDone_,
           error ? Expected<Bytes>(tl::unexpected(errorOf(*error))) : Expected<Bytes>(value));
}

void BluezRequest::onWriteValueReply(bus::MaybeError error)
{
    answer(scheduler_, done_, resultOf(error));
}

void BluezRequest::onStartNotifyReply(bus::MaybeError error)
{
    const auto told = resultOf(error, isNotifyingAlready);
    if (!socketDone_)
        return answer(scheduler_, done_, told);
    answer(scheduler_,
           socketDone_,
           told ? Expected<UniqueFd>(UniqueFd()) : tl::unexpected(told.error()));
}

/// A program has either signals or a socket; what could not be stopped is not there to be stopped.
void BluezRequest::onStopNotifyReply(bus::MaybeError)
{
    ask<UniqueFd>(scheduler_, socketDone_, [this] { AcquireNotify({}); });
}

void BluezRequest::onAcquireNotifyReply(const sdbus::UnixFd& socket,
                                        const std::uint16_t&,
                                        bus::MaybeError error)
{
    if (error)
        return returnToSignals();
    // sdbus-c++ closes its own one.
    UniqueFd ours(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    if (!ours.isOpen())
        return returnToSignals(); // no descriptor is left for it
    answer(scheduler_, socketDone_, Expected<UniqueFd>(std::move(ours)));
}

} // namespace causeway::bridges::ble

// SPDX-License-Identifier: Apache-2.0
#include "agent/base/bus.hpp"

#include <regex>

#include <fcntl.h>
#include <systemd/sd-bus.h>

#include "agent/base/bus_compat.hpp"
#include "agent/base/log.hpp"

namespace causeway::base {

namespace {

// So that a flood of messages cannot keep sockets and timers from their turn.
constexpr int mostMessagesPerRound = 64;

// sdbus-c++ has no function for the flag of interactive authorisation; the message has.
sd_bus_message* handleOf(const sdbus::Message& message)
{
    struct Opened : sdbus::Message
    {
        using Message::msg_;
    };

    return static_cast<sd_bus_message*>(message.*(&Opened::msg_));
}

// A bus daemon that restarts is another one to the guid in its address (D-Bus specification,
// "Server Addresses"), and must be found again all the same.
std::string withoutGuid(const std::string& address)
{
    static const std::regex guid(",guid=[^,;]*|guid=[^,;]*,");
    return std::regex_replace(address, guid, "");
}

} // namespace

Bus::Bus(EventLoop& loop, const std::string& address, Task onLost)
    : connection_(bus::connect(withoutGuid(address)))
    , onLost_(std::move(onLost))
    , timer_(loop, [this] { process(); })
    , loop_(loop)
    , beforeWait_(loop, [this] { prepare(); })
{
    const auto poll = connection_->getEventLoopPollData();
    events_ = static_cast<std::uint32_t>(poll.events);
    // sd-bus closes its descriptor when it loses the connection, and a Watch goes before its
    // descriptor does: ours is a duplicate.
    UniqueFd own(::fcntl(poll.fd, F_DUPFD_CLOEXEC, 0));
    const int fd = own.get();
    watch_ = loop.watch(fd, events_, [this, own = std::move(own)](std::uint32_t) { process(); });
    if (const int wakeUp = bus::eventDescriptor(poll); wakeUp >= 0)
        wakeWatch_ = loop.watch(wakeUp, EPOLLIN, [this](std::uint32_t) { process(); });
}

Bus::~Bus() = default;

void Bus::requestName(const std::string& name)
{
    connection_->requestName(bus::ServiceName{name});
}

void Bus::process()
{
    try {
        for (int i = 0; i < mostMessagesPerRound && !isPaused_; ++i) {
            if (!bus::processOne(*connection_))
                break;
        }
    } catch (const sdbus::Error& error) {
        lose(error.getMessage());
    } catch (const std::exception& error) {
        // It came through sd-bus, which is C and now in no state that anybody knows.
        lose(error.what());
    }
}

void Bus::prepare()
{
    if (isLost_)
        return;
    try {
        const auto poll = connection_->getEventLoopPollData();
        if (const auto events = static_cast<std::uint32_t>(poll.events); events != events_)
            watch_.setEvents(events_ = events);
        if (const int timeout = poll.getPollTimeout(); timeout >= 0)
            timer_.start(std::chrono::milliseconds(timeout));
        else
            timer_.stop();
    } catch (const sdbus::Error& error) {
        lose(error.getMessage());
    }
}

void Bus::lose(const std::string& reason)
{
    if (std::exchange(isLost_, true))
        return;
    log::warning("the connection to D-Bus is lost: {ERROR}", "ERROR", reason);
    watch_ = {};
    wakeWatch_ = {};
    timer_.stop();
    loop_.post(lifetime_.guard([this] {
        // From the stack, because it may destroy this.
        auto tell = std::move(onLost_);
        if (tell)
            tell();
    }));
}

bool allowsInteraction(const sdbus::Message& call)
{
    return sd_bus_message_get_allow_interactive_authorization(handleOf(call)) > 0;
}

void allowInteraction(sdbus::IConnection& connection)
{
    // Any message leads to the connection's own handle.
    const auto proxy = sdbus::createProxy(connection,
                                          bus::ServiceName{"org.freedesktop.DBus"},
                                          sdbus::ObjectPath{"/org/freedesktop/DBus"});
    const auto message = proxy->createMethodCall("org.freedesktop.DBus", "GetId");
    sd_bus_set_allow_interactive_authorization(sd_bus_message_get_bus(handleOf(message)), 1);
}

} // namespace causeway::base

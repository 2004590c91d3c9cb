// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/descriptor_link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "bridges/modbus/point.hpp"

namespace causeway::bridges::modbus {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

/// More than the longest requests that may be under way at once, of 260 octets (Modbus Messaging on
/// TCP/IP V1.0b §4.1), means that nothing leaves any more.
constexpr std::size_t mostOutgoing = std::size_t{mostOutstanding} * 260;

Error lost(const std::string& why)
{
    return {ErrorKind::Unreachable, why, Retry::AfterReconnect};
}

} // namespace

DescriptorLink::DescriptorLink(base::EventLoop& loop, const LineTuning& tuning)
    : loop_(loop)
    , tuning_(tuning)
    , pause_(tuning.firstReopen)
    , retry_(loop, [this] { tryOpen(); })
{}

DescriptorLink::~DescriptorLink() = default;

void DescriptorLink::open(LinkListener& listener)
{
    listener_ = &listener;
    retry_.start({});
}

void DescriptorLink::send(base::ByteView octets)
{
    outgoing_.insert(outgoing_.end(), octets.begin(), octets.end());
    if (outgoing_.size() > mostOutgoing)
        failLater("nothing can be sent");
    else
        writeSome();
}

void DescriptorLink::failLater(const std::string& why)
{
    outgoing_.clear();
    loop_.post(lifetime_.guard([this, why] {
        if (fd_.isOpen())
            failed(lost(why));
    }));
}

void DescriptorLink::reopen(const Error& reason)
{
    abandon();
    failed(reason);
}

void DescriptorLink::sleep()
{
    abandon();
    retry_.stop();
    close();
}

void DescriptorLink::came(base::UniqueFd fd)
{
    fd_ = std::move(fd);
    watch_ = loop_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t events) { onEvents(events); });
    pause_ = tuning_.firstReopen;
    listener_->onUp();
}

void DescriptorLink::failed(const Error& reason)
{
    close();
    retry_.start(pause_);
    pause_ = std::min<base::Duration>(pause_ * 2, tuning_.longestReopen);
    listener_->onDown(reason);
}

void DescriptorLink::close()
{
    if (fd_.isOpen())
        onClosing();
    watch_ = {};
    fd_.reset();
    outgoing_.clear();
}

void DescriptorLink::onEvents(std::uint32_t events)
{
    if ((events & EPOLLOUT) != 0)
        writeSome();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        readAll();
}

void DescriptorLink::readAll()
{
    // One read a round: level-triggered, and a babbling link must not keep the others waiting.
    std::array<std::uint8_t, 1024> buffer{};
    const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
    if (size > 0) {
        listener_->onOctets(base::ByteView(buffer).first(static_cast<std::size_t>(size)));
        return;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    // A pulled USB adapter reads as end of file or EIO.
    failed(lost(size == 0 ? "the other end closed it" : base::errnoText(errno)));
}

void DescriptorLink::writeSome()
{
    const ssize_t size = ::write(fd_.get(), outgoing_.data(), outgoing_.size());
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
        failLater(base::errnoText(errno));
        return;
    }
    if (size > 0)
        outgoing_.erase(outgoing_.begin(), outgoing_.begin() + size);
    watch_.setEvents(outgoing_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

} // namespace causeway::bridges::modbus

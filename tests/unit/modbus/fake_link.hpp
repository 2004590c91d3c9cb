// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bridges/modbus/link.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::bridges::modbus {

/// What a test sees of the wire, and what it says about it.
struct FakeWire
{
    /// Asked for every frame that is sent.
    std::function<void(const base::Bytes&)> onSent = [](const base::Bytes&) {
    };
    std::vector<base::Bytes> sent;
    std::vector<base::TimePoint> sentAt;
    std::vector<api::SerialMode> spoken; ///< before each frame
    std::optional<api::SerialMode> unspeakable;
    base::Duration gap{};
    std::optional<base::Error> unreachable; ///< why it cannot be opened
    int opened = 0;
    int reopened = 0;
    int slept = 0;
};

/// A wire that a test plays the other end of. What the test lets arrive, arrives after a delay.
class FakeLink final : public Link, public FakeWire
{
public:
    explicit FakeLink(fakes::FakeScheduler& scheduler)
        : scheduler_(scheduler)
    {}

    void open(LinkListener& listener) override
    {
        listener_ = &listener;
        ++opened;
        if (unreachable)
            scheduler_.post([this] { listener_->onDown(*unreachable); });
        else
            scheduler_.post([this] { listener_->onUp(); });
    }

    void send(base::ByteView octets) override
    {
        sent.emplace_back(octets.begin(), octets.end());
        sentAt.push_back(scheduler_.now());
        onSent(sent.back());
    }

    [[nodiscard]] base::Expected<void> speak(const api::SerialMode& mode) override
    {
        if (unspeakable && mode == *unspeakable)
            return base::fail(base::ErrorKind::Unreachable, "the port refuses it");
        spoken.push_back(mode);
        return {};
    }

    void reopen(const base::Error& reason) override
    {
        ++reopened;
        arrivals_.clear();
        const int before = opened;
        listener_->onDown(reason);
        if (opened == before) // else the listener has opened it
            scheduler_.post([this] { listener_->onUp(); });
    }

    [[nodiscard]] bool canSleep() const override { return true; }

    void sleep() override
    {
        ++slept;
        arrivals_.clear();
    }

    [[nodiscard]] base::Duration wireTime(std::size_t) const override { return {}; }

    [[nodiscard]] base::Duration silence() const override { return gap; }

    void arrive(base::Bytes octets, base::Duration delay = {})
    {
        auto timer = std::make_shared<base::Timer>(
            scheduler_, [this, octets = std::move(octets)] { listener_->onOctets(octets); });
        timer->start(delay);
        arrivals_.push_back(std::move(timer));
        while (arrivals_.size() > 64 && !arrivals_.front()->isRunning())
            arrivals_.pop_front();
    }

    void lose() { listener_->onDown({base::ErrorKind::Unreachable, "pulled", {}}); }

    void comeBack() { listener_->onUp(); }

private:
    fakes::FakeScheduler& scheduler_;
    LinkListener* listener_ = nullptr;
    std::deque<std::shared_ptr<base::Timer>> arrivals_;
};

} // namespace causeway::bridges::modbus

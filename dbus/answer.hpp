// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/log.hpp"
#include "dbus/deed.hpp"
#include "dbus/errors.hpp"
#include "dbus/open_calls.hpp"

namespace causeway::dbus {

/// The one answer that a D-Bus call waits for: given once, or when this goes before: Internal if an
/// exception is why it goes, else Cancelled. May outlive the connection; it then does nothing.
template <typename... Results>
class Answer
{
public:
    using Result = sdbus::Result<Results...>;

    Answer(OpenCalls& calls, const std::string& sender, Result&& result)
        : calls_(&calls)
        , result_(calls.open(sender, std::move(result)))
    {}

    ~Answer()
    {
        if (std::uncaught_exceptions() > 0)
            fail({base::ErrorKind::Internal, "a fault of the gateway, which its journal tells"});
        else
            fail({base::ErrorKind::Cancelled, "it went away before it was done"});
    }

    Answer(Answer&&) noexcept = default;
    Answer& operator=(Answer&&) = delete;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    /// The journal tells of this when the call is answered.
    void record(Deed deed) { deed_ = std::make_unique<Deed>(std::move(deed)); }

    /// What the deed is done to, where the object's path does not say it.
    void concerns(Kind kind, std::string name)
    {
        if (!deed_)
            return;
        deed_->kind = kind;
        deed_->name = std::move(name);
    }

    /// What the deed changes; see Deed. Never a secret.
    void changes(std::string before, std::string after)
    {
        if (!deed_)
            return;
        deed_->before = std::move(before);
        deed_->after = std::move(after);
    }

    void changes(const Dictionary& before, const Dictionary& after)
    {
        auto [was, is] = differences(before, after);
        changes(std::move(was), std::move(is));
    }

    void succeed(const Results&... results) noexcept
    {
        journal(nullptr);
        send([&](const Result& result) { result.returnResults(results...); });
    }

    void fail(const base::Error& error) noexcept
    {
        journal(&error);
        send([&](const Result& result) { result.returnError(toBusError(error)); });
    }

private:
    /// Also when the connection has gone meanwhile: it has been done all the same.
    void journal(const base::Error* failure) noexcept
    {
        if (const auto deed = std::exchange(deed_, {}))
            tellJournal(*deed, failure);
    }

    template <typename Sending>
    void send(Sending sending) noexcept
    {
        const auto result = std::exchange(result_, {}).lock();
        if (!result)
            return;
        try {
            sending(*result);
        } catch (const std::exception& error) {
            // The caller is told nothing; the connection's own failure is told by Bus.
            log::debug("a D-Bus answer was not sent: {ERROR}", "ERROR", error.what());
        }
        calls_->close(result.get());
    }

    OpenCalls* calls_; // lives as long as result_ does not expire
    std::weak_ptr<Result> result_;
    std::unique_ptr<Deed> deed_;
};

} // namespace causeway::dbus

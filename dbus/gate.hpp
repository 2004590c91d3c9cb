// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/bus.hpp"
#include "agent/base/door.hpp"
#include "dbus/answer.hpp"
#include "dbus/authority.hpp"

namespace causeway::dbus {

/// The door every asynchronous method goes through: few calls per caller, and permission first.
class Gate
{
public:
    explicit Gate(std::unique_ptr<Authority> authority)
        : authority_(std::move(authority))
    {}

    /// Runs `work` with the Answer once the caller of the method that `object` is processing may do
    /// this; else answers NotAuthorized, or LimitExceeded at once.
    template <typename... Results, typename Work>
    void admit(const sdbus::IObject& object,
               sdbus::Result<Results...>&& result,
               Action action,
               Work work)
    {
        const Caller caller{bus::sender(object), bus::withMessage(object, base::allowsInteraction)};
        if (calls_.isFull(caller.uniqueName)) {
            result.returnError(toBusError(tooMany()));
            return;
        }
        Answer<Results...> answer(calls_, caller.uniqueName, std::move(result));
        auto open = [work = std::move(work)](Answer<Results...> through) mutable {
            base::contain("a D-Bus method", [&] { work(std::move(through)); });
        };
        if (action == Action::Describe)
            return open(std::move(answer));
        authority_->check(caller,
                          action,
                          [answer = std::move(answer),
                           open = std::move(open)](const base::Expected<void>& verdict) mutable {
                              if (!verdict)
                                  return answer.fail(verdict.error());
                              open(std::move(answer));
                          });
    }

private:
    static base::Error tooMany()
    {
        return {base::ErrorKind::LimitExceeded,
                fmt::format("at most {} calls at a time", OpenCalls::mostPerSender),
                base::Retry::Later};
    }

    OpenCalls calls_;
    std::unique_ptr<Authority> authority_; // after calls_: what it still holds answers through it
};

} // namespace causeway::dbus

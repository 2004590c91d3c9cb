// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/bus.hpp"
#include "agent/base/door.hpp"
#include "dbus/answer.hpp"
#include "dbus/authority.hpp"
#include "dbus/callers.hpp"

namespace causeway::dbus {

/// The door every asynchronous method goes through: few calls per caller, permission first, and the
/// journal has what changes something, with who asked for it.
class Gate
{
public:
    Gate(sdbus::IConnection& connection, std::unique_ptr<Authority> authority)
        : callers_(connection)
        , authority_(std::move(authority))
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
        auto pass = [this, action, deed = deedOf(object, caller), open = std::move(open)](
                        Answer<Results...> through) mutable {
            if (action == Action::Read)
                open(std::move(through));
            else
                passRecorded(std::move(deed), std::move(through), std::move(open));
        };
        authority_->check(caller,
                          action,
                          [answer = std::move(answer),
                           pass = std::move(pass)](const base::Expected<void>& verdict) mutable {
                              if (!verdict)
                                  return answer.fail(verdict.error());
                              pass(std::move(answer));
                          });
    }

private:
    template <typename GivenAnswer, typename Open>
    void passRecorded(Deed deed, GivenAnswer answer, Open open)
    {
        const std::string caller = deed.caller;
        callers_.find(caller,
                      [deed = std::move(deed), answer = std::move(answer), open = std::move(open)](
                          std::optional<std::uint32_t> uid) mutable {
                          deed.uid = uid;
                          answer.record(std::move(deed));
                          open(std::move(answer));
                      });
    }

    static Deed deedOf(const sdbus::IObject& object, const Caller& caller)
    {
        Deed deed;
        deed.caller = caller.uniqueName;
        deed.operation = bus::withMessage(object, [](const sdbus::Message& call) {
            const std::string interface = call.getInterfaceName();
            return interface.substr(interface.rfind('.') + 1) + "." +
                   std::string(call.getMemberName());
        });
        for (const Kind kind : {Kind::Line, Kind::Server, Kind::Device}) {
            deed.name = nameIn(kind, object.getObjectPath());
            if (deed.name.empty())
                continue;
            deed.kind = kind;
            break;
        }
        return deed;
    }

    static base::Error tooMany()
    {
        return {base::ErrorKind::LimitExceeded,
                fmt::format("at most {} calls at a time", OpenCalls::mostPerSender),
                base::Retry::Later};
    }

    OpenCalls calls_;
    Callers callers_;                      // before authority_: its verdicts ask it
    std::unique_ptr<Authority> authority_; // after calls_: what it still holds answers through it
};

} // namespace causeway::dbus

// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/send_round.hpp"

#include <memory>
#include <utility>

namespace causeway::lwm2m {

namespace {

struct Sending
{
    std::size_t waiting = 0;
    base::Expected<void> result;
    Account::SendDone done;
};

void finish(base::Scheduler& scheduler, Sending& sending)
{
    scheduler.post([done = std::move(sending.done), result = sending.result]() mutable {
        done(std::move(result));
    });
}

} // namespace

void sendToAll(const std::vector<Account*>& receivers,
               const std::vector<model::Path>& paths,
               const SendRound& round,
               Account::SendDone done)
{
    // Shared by the callbacks of all servers, none of which is known to be the last.
    auto sending = std::make_shared<Sending>(Sending{receivers.size(), {}, std::move(done)});
    if (receivers.empty()) {
        sending->result = base::fail(base::ErrorKind::NotFound, "no such server account");
        finish(round.scheduler, *sending);
    }
    for (auto* account : receivers)
        account->send(paths,
                      round.lifetime.guard([&scheduler = round.scheduler,
                                            sending](const base::Expected<void>& sent) {
                          if (!sent && sending->result)
                              sending->result = sent;
                          if (--sending->waiting == 0)
                              finish(scheduler, *sending);
                      }));
}

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#include "agent/event_journal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/base/log_listener.hpp"
#include "agent/base/message_ids.hpp"

namespace causeway::agent {

namespace {

using lwm2m::LogClass;

struct Kept
{
    std::string_view messageId;
    LogClass of;
};

// clang-format off
constexpr std::array kept{
    Kept{log::deviceAnswersId,   LogClass::Event},
    Kept{log::deviceSilentId,    LogClass::Event},
    Kept{log::lineDownId,        LogClass::Event},
    Kept{log::lineUpId,          LogClass::Event},
    Kept{log::registeredId,      LogClass::System},
    Kept{log::notRegisteredId,   LogClass::System},
    Kept{log::keyStoreLockedId,  LogClass::Security},
    Kept{log::keyStoreOpenId,    LogClass::Security},
    Kept{log::certificateEndsId, LogClass::Security},
};

// clang-format on

} // namespace

EventJournal::EventJournal(base::Scheduler& scheduler)
    : scheduler_(scheduler)
{
    log::setListener(
        [this](log::Level, const std::string& text, const auto& fields) { hear(text, fields); });
}

EventJournal::~EventJournal()
{
    log::setListener({});
}

void EventJournal::hear(const std::string& text, const std::vector<log::Field>& fields)
{
    const auto id = std::ranges::find(fields, "MESSAGE_ID", &log::Field::name);
    if (id == fields.end())
        return;
    const auto known = std::ranges::find(kept, std::string_view(id->value), &Kept::messageId);
    if (known != kept.end() && collection_.add(known->of, scheduler_.wallNow(), text) && told_)
        told_();
}

} // namespace causeway::agent

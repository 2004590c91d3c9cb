// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/account_state.hpp"

#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/lwm2m/attributes_query.hpp"

namespace causeway::lwm2m {

using api::ClientState;
using model::Path;
using std::chrono::seconds;

namespace {

std::string keyOf(std::string_view server, std::string_view what)
{
    return fmt::format("server/{}/{}", server, what);
}

std::string keyOf(const ServerAccount& account, std::string_view what)
{
    return keyOf(account.settings.name, what);
}

std::string attributesPrefix(const ServerAccount& account)
{
    return keyOf(account, "attributes");
}

// "3600 over 86400": what a server wrote, and the operator's value that it replaced.
std::string overriding(std::optional<seconds> written, std::optional<seconds> given)
{
    if (written == given)
        return {};
    const auto count = [](std::optional<seconds> time) {
        return time ? time->count() : -1;
    };
    return fmt::format("{} over {}", count(written), count(given));
}

std::string overriding(std::uint32_t written, std::uint32_t given)
{
    return overriding(seconds(written), seconds(given));
}

std::optional<seconds>
overridden(const ClientState& state, const std::string& key, std::optional<seconds> given)
{
    const auto found = state.find(key);
    if (found == state.end())
        return given;
    const std::string_view text = found->second;
    std::int64_t written = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), written);
    if (error != std::errc() || overriding(seconds(written), given) != text)
        return given;
    return seconds(written);
}

void overrideWith(const ClientState& state, const std::string& key, seconds& value)
{
    value = overridden(state, key, value).value_or(value);
}

void overrideWith(const ClientState& state, const std::string& key, std::uint32_t& value)
{
    const auto written = overridden(state, key, seconds(value)).value_or(seconds(value)).count();
    if (std::in_range<std::uint32_t>(written))
        value = static_cast<std::uint32_t>(written);
}

std::optional<seconds> timeOf(const ClientState& state, const std::string& key)
{
    const auto found = state.find(key);
    std::int64_t time = 0;
    if (found == state.end())
        return std::nullopt;
    const char* const end = found->second.data() + found->second.size();
    const auto [stop, error] = std::from_chars(found->second.data(), end, time);
    return error == std::errc() && stop == end ? std::optional(seconds(time)) : std::nullopt;
}

// "1767225600 coaps://server.example 101": whoever that is.
std::string disabledText(const ServerAccount& account)
{
    if (!account.disabledUntil)
        return {};
    return fmt::format(
        "{} {} {}",
        std::chrono::ceil<seconds>(account.disabledUntil->time_since_epoch()).count(),
        account.settings.uri,
        account.settings.shortServerId);
}

/// In 2262. What is later, or before 1970, was not kept by us.
constexpr std::int64_t lastSecond =
    std::chrono::floor<seconds>(base::WallTime::max().time_since_epoch()).count();

std::optional<base::WallTime> disabledUntil(const ClientState& state, ServerAccount account)
{
    const auto found = state.find(keyOf(account, "disabled"));
    if (found == state.end())
        return std::nullopt;
    std::int64_t until = 0;
    const std::string& text = found->second;
    std::ignore = std::from_chars(text.data(), text.data() + text.size(), until);
    if (until < 0 || until > lastSecond)
        return std::nullopt;
    account.disabledUntil = base::WallTime(seconds(until));
    return disabledText(account) == text ? account.disabledUntil : std::nullopt;
}

// "false over true", for the same reason.
std::string flagText(bool written, bool given)
{
    return written == given ? std::string() : fmt::format("{} over {}", written, given);
}

bool flag(const ClientState& state, const std::string& key, bool given)
{
    const auto found = state.find(key);
    return found != state.end() && found->second == flagText(!given, given) ? !given : given;
}

// ";pmin=10;gt=5" back into "pmin=10", "gt=5".
std::vector<std::string> splitAttributes(std::string_view text)
{
    std::vector<std::string> query;
    while (!text.empty()) {
        text.remove_prefix(1);
        const auto end = std::min(text.find(';'), text.size());
        query.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return query;
}

} // namespace

ServerAccount makeAccount(api::DeviceAccount given)
{
    ServerAccount account;
    account.settings = std::move(given.settings);
    account.given = {account.settings.lifetime,
                     account.settings.defaultPmin,
                     account.settings.defaultPmax,
                     account.settings.disableTimeout,
                     account.settings.queueMode,
                     account.settings.initialDelay,
                     account.settings.retryCount,
                     account.settings.retryTimer,
                     account.settings.sequenceDelay,
                     account.settings.sequenceRetryCount};
    account.instance = given.serverInstance;
    account.securityInstance = given.securityInstance;
    account.storesNotifications = account.settings.storesNotifications;
    account.confirmsNotifications = account.settings.notifiesConfirmable;
    account.hasDisableTimeout = isUnusual(account.settings.disableTimeout);
    account.hasNotificationMode = account.settings.notifiesConfirmable;
    return account;
}

ClientState stateOf(const ServerAccount& account)
{
    const auto& now = account.settings;
    const auto& given = account.given;
    const ServerAccount fresh;
    return {
        {keyOf(account, "lifetime"), overriding(now.lifetime, given.lifetime)},
        {keyOf(account, "pmin"), overriding(now.defaultPmin, given.defaultPmin)},
        {keyOf(account, "pmax"), overriding(now.defaultPmax, given.defaultPmax)},
        {keyOf(account, "disable"), overriding(now.disableTimeout, given.disableTimeout)},
        {keyOf(account, "queue"), flagText(now.queueMode, given.queueMode)},
        {keyOf(account, "initial-delay"), overriding(now.initialDelay, given.initialDelay)},
        {keyOf(account, "retries"), overriding(now.retryCount, given.retryCount)},
        {keyOf(account, "retry-timer"), overriding(now.retryTimer, given.retryTimer)},
        {keyOf(account, "sequence-delay"), overriding(now.sequenceDelay, given.sequenceDelay)},
        {keyOf(account, "sequences"), overriding(now.sequenceRetryCount, given.sequenceRetryCount)},
        {keyOf(account, "storing"), flagText(account.storesNotifications, now.storesNotifications)},
        {keyOf(account, "mute"), flagText(account.mutesSend, account.givenMute)},
        {keyOf(account, "registered"), flagText(account.wasRegistered, fresh.wasRegistered)},
        {keyOf(account, "disabled"), disabledText(account)},
        {keyOf(account, "confirm"),
         flagText(account.confirmsNotifications, now.notifiesConfirmable)},
        {keyOf(account, "disable-there"),
         flagText(account.hasDisableTimeout, isUnusual(given.disableTimeout))},
        {keyOf(account, "confirm-there"),
         flagText(account.hasNotificationMode, now.notifiesConfirmable)},
    };
}

ClientState deliveredState(const std::string& server, bool mutesSend)
{
    return {{keyOf(server, "mute"), {}},
            {keyOf(server, "disabled"), {}},
            {keyOf(server, "given-mute"), flagText(mutesSend, ServerAccount().givenMute)}};
}

ClientState bootstrappedState(const std::string& server, std::optional<base::WallTime> at)
{
    const auto text = [](base::WallTime time) {
        return std::to_string(std::chrono::floor<seconds>(time.time_since_epoch()).count());
    };
    return {{keyOf(server, "bootstrapped"), at ? text(*at) : std::string()}};
}

ClientState
stateOf(const ServerAccount& account, const AttachedAttributes& attributes, const Path& path)
{
    return {{attributesPrefix(account) + path.toString(), formatAttributes(attributes.at(path))}};
}

void restore(const ClientState& state, ServerAccount& account, AttachedAttributes& attributes)
{
    auto& now = account.settings;
    const auto& given = account.given;
    const auto key = [&](std::string_view what) {
        return keyOf(account, what);
    };
    now.lifetime = overridden(state, key("lifetime"), given.lifetime).value_or(given.lifetime);
    now.defaultPmin = overridden(state, key("pmin"), given.defaultPmin);
    now.defaultPmax = overridden(state, key("pmax"), given.defaultPmax);
    now.disableTimeout =
        overridden(state, key("disable"), given.disableTimeout).value_or(given.disableTimeout);
    now.queueMode = flag(state, key("queue"), given.queueMode);
    overrideWith(state, key("initial-delay"), now.initialDelay);
    overrideWith(state, key("retries"), now.retryCount);
    overrideWith(state, key("retry-timer"), now.retryTimer);
    overrideWith(state, key("sequence-delay"), now.sequenceDelay);
    overrideWith(state, key("sequences"), now.sequenceRetryCount);
    account.disabledUntil = disabledUntil(state, account);
    account.bootstrappedAt = timeOf(state, key("bootstrapped"));
    account.storesNotifications = flag(state, key("storing"), account.storesNotifications);
    account.givenMute = flag(state, key("given-mute"), account.givenMute);
    account.mutesSend = flag(state, key("mute"), account.givenMute);
    account.wasRegistered = flag(state, key("registered"), account.wasRegistered);
    account.confirmsNotifications = flag(state, key("confirm"), account.confirmsNotifications);

    account.hasDisableTimeout = flag(state, key("disable-there"), account.hasDisableTimeout) ||
                                isUnusual(now.disableTimeout);
    account.hasNotificationMode = flag(state, key("confirm-there"), account.hasNotificationMode) ||
                                  account.confirmsNotifications;

    const std::string prefix = attributesPrefix(account) + "/";
    for (auto entry = state.lower_bound(prefix);
         entry != state.end() && entry->first.starts_with(prefix);
         ++entry) {
        const auto path = Path::parse(std::string_view(entry->first).substr(prefix.size() - 1));
        const auto attached = applyAttributesQuery({}, splitAttributes(entry->second));
        if (path && attached)
            attributes.set(*path, *attached);
    }
}

} // namespace causeway::lwm2m

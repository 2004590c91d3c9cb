// SPDX-License-Identifier: Apache-2.0
#include "dbus/deed.hpp"

#include <cstdio>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>

#include "agent/base/door.hpp"
#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"

namespace causeway::dbus {

namespace {

struct CloseFile
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Of the local users; getpwuid() may ask a directory server, and this thread waits for nobody.
std::string userName(std::uint32_t uid)
{
    const std::unique_ptr<std::FILE, CloseFile> users(std::fopen("/etc/passwd", "re"));
    while (users) {
        // The one thread that calls it is ours.
        const passwd* const user = ::fgetpwent(users.get()); // NOLINT(concurrency-mt-unsafe)
        if (user == nullptr)
            break;
        if (user->pw_uid == uid)
            return user->pw_name;
    }
    return "an unknown user";
}

std::string operatorOf(const Deed& deed)
{
    return deed.uid ? fmt::format("{} (uid {})", userName(*deed.uid), *deed.uid)
                    : "somebody who is gone";
}

const char* fieldOf(const Deed& deed)
{
    if (!deed.kind)
        return "OBJECT";
    if (*deed.kind == Kind::Line)
        return "LINE";
    return *deed.kind == Kind::Server ? "SERVER" : "DEVICE";
}

std::string sentenceOf(const Deed& deed, const base::Error* failure)
{
    std::string sentence = fmt::format("{{{}}}: {{OPERATION}} by {{OPERATOR}}", fieldOf(deed));
    if (!deed.before.empty())
        sentence += ", from {OLD} to {NEW}";
    else if (!deed.after.empty())
        sentence += ", {NEW}";
    if (failure != nullptr)
        sentence += ", which failed: {ERROR}";
    return sentence;
}

std::string textIn(const Dictionary& dictionary, const std::string& key)
{
    const auto found = dictionary.find(key);
    return found == dictionary.end() ? "none" : textOf(found->second);
}

void append(std::string& list, const std::string& key, const std::string& value)
{
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", key, value);
}

template <typename Value>
bool takes(const sdbus::Variant& value, std::string& text)
{
    if (!value.containsValueOfType<Value>())
        return false;
    text = fmt::format("{}", value.get<Value>());
    return true;
}

} // namespace

void tellJournal(const Deed& deed, const base::Error* failure) noexcept
{
    base::contain("the journal", [&] {
        log::notice(sentenceOf(deed, failure),
                    fieldOf(deed),
                    deed.kind ? deed.name : "gateway",
                    "OPERATION",
                    deed.operation,
                    "OPERATOR",
                    operatorOf(deed),
                    "OPERATOR_UID",
                    deed.uid ? std::to_string(*deed.uid) : "",
                    "CALLER",
                    deed.caller,
                    "OLD",
                    deed.before,
                    "NEW",
                    deed.after,
                    "ERROR",
                    failure == nullptr ? "" : failure->message,
                    "MESSAGE_ID",
                    log::operatorDeedId);
    });
}

std::pair<std::string, std::string> differences(const Dictionary& before, const Dictionary& after)
{
    std::set<std::string> keys;
    for (const auto* const dictionary : {&before, &after}) {
        for (const auto& entry : *dictionary)
            keys.insert(entry.first);
    }
    std::pair<std::string, std::string> texts;
    for (const auto& key : keys) {
        const std::string was = textIn(before, key);
        const std::string is = textIn(after, key);
        if (was == is)
            continue;
        append(texts.first, key, was);
        append(texts.second, key, is);
    }
    return texts;
}

std::string brief(std::string text)
{
    constexpr std::size_t mostOctets = 200; // a name, an address, a sentence; no file
    if (text.size() <= mostOctets)
        return text;
    const std::size_t whole = text.size();
    std::size_t end = mostOctets;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) // RFC 3629 §3
        --end;
    text.resize(end);
    return fmt::format("{}… ({} octets)", text, whole);
}

std::string textOf(const sdbus::Variant& value)
{
    std::string text;
    const bool isScalar = takes<std::string>(value, text) || takes<bool>(value, text) ||
                          takes<std::uint8_t>(value, text) || takes<std::uint16_t>(value, text) ||
                          takes<std::uint32_t>(value, text) || takes<std::int32_t>(value, text) ||
                          takes<std::uint64_t>(value, text) || takes<std::int64_t>(value, text) ||
                          takes<double>(value, text);
    if (isScalar)
        return text.empty() ? "none" : brief(std::move(text));
    if (value.containsValueOfType<std::vector<std::string>>())
        return brief(fmt::format("[{}]", fmt::join(value.get<std::vector<std::string>>(), ", ")));
    if (value.containsValueOfType<std::vector<std::uint8_t>>())
        return fmt::format("{} octets", value.get<std::vector<std::uint8_t>>().size());
    return fmt::format("a value of type {}", signatureOf(value));
}

} // namespace causeway::dbus

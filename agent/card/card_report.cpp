// SPDX-License-Identifier: Apache-2.0
#include "agent/card/card_report.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace causeway::card {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// Both programs come from one build: this catches another program in the place of ours.
constexpr std::array<std::uint8_t, 4> magic{'C', 'W', 'C', '1'};
constexpr std::size_t lengthSize = 2;

/// Takes fields off the front; nothing when there are fewer octets than claimed.
class Cursor
{
public:
    explicit Cursor(base::ByteView rest)
        : rest_(rest)
    {}

    std::optional<base::ByteView> take(std::size_t size)
    {
        if (size > rest_.size())
            return std::nullopt;
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::optional<base::ByteView> field(std::size_t longest)
    {
        const auto length = take(lengthSize);
        if (!length)
            return std::nullopt;
        const std::size_t size = ((*length)[0] * std::size_t{256}) + (*length)[1];
        return size <= longest ? take(size) : std::nullopt;
    }

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

private:
    base::ByteView rest_;
};

std::size_t put(std::span<std::uint8_t> target, std::size_t at, base::ByteView field)
{
    target[at] = static_cast<std::uint8_t>(field.size() / 256);
    target[at + 1] = static_cast<std::uint8_t>(field.size() % 256);
    std::ranges::copy(field, target.begin() + static_cast<std::ptrdiff_t>(at + lengthSize));
    return at + lengthSize + field.size();
}

} // namespace

std::string printable(std::string_view text)
{
    std::string line(text.substr(0, longestText));
    for (char& character : line) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet < 0x20 || octet > 0x7E)
            character = '?';
    }
    const auto end = line.find_last_not_of(' ');
    line.resize(end == std::string::npos ? 0 : end + 1);
    return line;
}

base::Secret encodeReport(const api::CardReport& report)
{
    const std::array texts{printable(report.label),
                           printable(report.serial),
                           printable(report.reason),
                           printable(report.digest)};
    std::size_t size = magic.size() + 1 + lengthSize + report.content.size();
    for (const auto& text : texts)
        size += lengthSize + text.size();
    base::Secret octets(size);
    const auto target = octets.mutableView();
    std::ranges::copy(magic, target.begin());
    target[magic.size()] = static_cast<std::uint8_t>(report.sighting);
    std::size_t at = magic.size() + 1;
    for (const auto& text : texts)
        at = put(target, at, base::asBytes(text));
    put(target, at, report.content.view());
    return octets;
}

Expected<api::CardReport> decodeReport(base::ByteView octets)
{
    const auto corrupt = [] {
        return fail(ErrorKind::Corrupt, "the program that reads smartcards has told nothing");
    };
    Cursor cursor(octets);
    const auto head = cursor.take(magic.size() + 1);
    if (!head || !std::ranges::equal(head->first(magic.size()), magic) ||
        head->back() > static_cast<std::uint8_t>(api::CardSighting::Information))
        return corrupt();
    api::CardReport report;
    report.sighting = static_cast<api::CardSighting>(head->back());
    for (auto* const text : {&report.label, &report.serial, &report.reason, &report.digest}) {
        const auto field = cursor.field(longestText);
        if (!field)
            return corrupt();
        *text = printable(base::asText(*field));
    }
    const auto content = cursor.field(longestContent);
    if (!content || !cursor.isAtEnd())
        return corrupt();
    report.content = base::Secret(*content);
    return report;
}

} // namespace causeway::card

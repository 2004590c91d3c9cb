// SPDX-License-Identifier: Apache-2.0
#include "dbus/credential_csv.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "agent/base/complaints.hpp"

namespace causeway::dbus {

using api::ListedCredential;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::size_t mostColumns = 64; // Cumulocity's full registration has below 40
constexpr std::size_t mostRows = 20000; // twice the devices of a gateway
constexpr std::string_view byteOrderMark = "\xef\xbb\xbf"; // spreadsheets begin with it

/// A field as it stands in the text, without the quotes around it: nothing is copied, so that no
/// key is left behind in memory.
struct Field
{
    std::string_view raw;

    /// A quote inside quotes is written twice (RFC 4180 §2.7).
    [[nodiscard]] std::string text() const
    {
        std::string plain;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            plain += raw[i];
            if (raw[i] == '"')
                ++i;
        }
        return plain;
    }
};

/// Takes one record after the other off the text.
class Records
{
public:
    Records(std::string_view text, char separator)
        : rest_(text)
        , separator_(separator)
    {}

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

    /// Where the next record begins; lines count from 1.
    [[nodiscard]] std::uint32_t line() const { return line_; }

    [[nodiscard]] Expected<std::vector<Field>> next()
    {
        std::vector<Field> fields;
        do {
            auto field = takeField();
            if (!field)
                return fail(field.error());
            if (fields.size() == mostColumns)
                return refuse(fmt::format("more than {} columns", mostColumns));
            fields.push_back(*field);
        } while (take(separator_));
        take('\r');
        if (!take('\n') && !rest_.empty())
            return refuse("something stands where the field should end");
        ++line_;
        return fields;
    }

private:
    [[nodiscard]] static tl::unexpected<base::Error> refuse(std::string sentence)
    {
        return fail(ErrorKind::InvalidArgument, std::move(sentence));
    }

    bool take(char wanted)
    {
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    Expected<Field> takeField()
    {
        if (take('"'))
            return takeQuoted();
        const std::array<char, 4> ends{separator_, '\r', '\n', '"'};
        const auto size = std::min(rest_.find_first_of({ends.data(), ends.size()}), rest_.size());
        if (rest_.substr(size).starts_with('"'))
            return refuse("a quote stands inside a field without quotes");
        const Field field{rest_.substr(0, size)};
        rest_.remove_prefix(size);
        return field;
    }

    Expected<Field> takeQuoted()
    {
        std::size_t end = 0;
        for (;; end += 2) {
            end = rest_.find('"', end);
            if (end == std::string_view::npos)
                return refuse("a quote is not closed");
            if (!rest_.substr(end + 1).starts_with('"'))
                break;
        }
        const Field field{rest_.substr(0, end)};
        line_ += static_cast<std::uint32_t>(std::ranges::count(field.raw, '\n'));
        rest_.remove_prefix(end + 1);
        return field;
    }

    std::string_view rest_;
    char separator_;
    std::uint32_t line_ = 1;
};

enum class Column : std::uint8_t { Device, Endpoint, Identity, IdentityHex, Key, Mode, Ignored };

struct Heading
{
    std::string_view text;
    Column column;
};

// clang-format off
constexpr std::array headings{
    Heading{"device",                             Column::Device},
    Heading{"endpoint",                           Column::Endpoint},
    Heading{"endpoint id",                        Column::Endpoint},
    Heading{"LWM2M_CLIENT_ENDPOINT",              Column::Endpoint},
    Heading{"identity",                           Column::Identity},
    Heading{"lwm2m psk_id",                       Column::Identity},
    Heading{"LWM2M_CLIENT_IDENTITY",              Column::Identity},
    Heading{"identity_hex",                       Column::IdentityHex},
    Heading{"key",                                Column::Key},
    Heading{"lwm2m psk_key",                      Column::Key},
    Heading{"LWM2M_CLIENT_KEY",                   Column::Key},
    Heading{"securityMode",                       Column::Mode},
    Heading{"LWM2M_CLIENT_SECURITY_CONFIG_MODE",  Column::Mode},
    // What these tools have besides, and what we write for them.
    Heading{"bootstrapSecurityMode",              Column::Ignored},
    Heading{"lwm2m server uri",                   Column::Ignored},
    Heading{"type",                               Column::Ignored},
    Heading{"NAME",                               Column::Ignored},
    Heading{"TYPE",                               Column::Ignored},
    Heading{"LABEL",                              Column::Ignored},
};

// clang-format on

/// Spreadsheets and people change the case of what they take for words.
bool isSameWord(std::string_view one, std::string_view other)
{
    const auto lower = [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                                    : character;
    };
    return std::ranges::equal(one, other, {}, lower, lower);
}

/// In a list without headings a key stands here, which nobody is to read: 16 octets or more.
std::string quotedHeading(std::string_view text)
{
    constexpr std::size_t shorterThanKeys = 15;
    return text.empty() || text.size() > shorterThanKeys ? std::string()
                                                         : fmt::format(", \"{}\",", text);
}

Expected<std::vector<Column>> columnsOf(const std::vector<Field>& fields)
{
    std::vector<Column> columns;
    for (const Field& field : fields) {
        const auto text = field.text();
        const auto* const known = std::ranges::find_if(
            headings, [&](const Heading& heading) { return isSameWord(heading.text, text); });
        if (known == headings.end())
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("the heading of column {}{} is not known: the first line names "
                                    "the columns, see causewayctl(1)",
                                    columns.size() + 1,
                                    quotedHeading(text)));
        if (known->column != Column::Ignored && std::ranges::count(columns, known->column) != 0)
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("there is a second column \"{}\"", text));
        columns.push_back(known->column);
    }
    const auto has = [&](Column column) {
        return std::ranges::count(columns, column) != 0;
    };
    if (!has(Column::Key) || !(has(Column::Device) || has(Column::Endpoint)))
        return fail(ErrorKind::InvalidArgument,
                    "the first line must name the columns: key, and device or endpoint");
    return columns;
}

std::optional<std::uint8_t> digitOf(char character)
{
    if (character >= '0' && character <= '9')
        return static_cast<std::uint8_t>(character - '0');
    if (character >= 'a' && character <= 'f')
        return static_cast<std::uint8_t>(character - 'a' + 10);
    if (character >= 'A' && character <= 'F')
        return static_cast<std::uint8_t>(character - 'A' + 10);
    return std::nullopt;
}

/// Straight into a Secret: no copy on the way.
Expected<base::Secret> keyOf(std::string_view digits)
{
    if (digits.empty())
        return fail(ErrorKind::InvalidArgument, "there is no key");
    base::Secret key(digits.size() / 2);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto high = digitOf(digits[2 * i]);
        const auto low = digitOf(digits[2 * i + 1]);
        if (!high || !low)
            return fail(ErrorKind::InvalidArgument, "the key is not hexadecimal");
        key.mutableView()[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    if (digits.size() % 2 != 0)
        return fail(ErrorKind::InvalidArgument, "the key has an odd number of digits");
    return key;
}

Expected<void> putIdentityHex(ListedCredential& listed, const std::string& digits)
{
    if (digits.empty())
        return {};
    auto octets = base::fromHex(digits);
    if (!octets)
        return fail(ErrorKind::InvalidArgument, "identity_hex is not hexadecimal");
    if (!listed.identity.empty())
        return fail(ErrorKind::InvalidArgument, "there are two identities");
    listed.identity = std::move(*octets);
    return {};
}

Expected<void> putIdentity(ListedCredential& listed, const std::string& text)
{
    if (!text.empty() && !listed.identity.empty())
        return fail(ErrorKind::InvalidArgument, "there are two identities");
    if (!text.empty())
        listed.identity = base::toBytes(text);
    return {};
}

Expected<void> put(ListedCredential& listed, Column column, const Field& field)
{
    switch (column) {
    case Column::Device:
        listed.device = field.text();
        return {};
    case Column::Endpoint:
        listed.endpointName = field.text();
        return {};
    case Column::Identity:
        return putIdentity(listed, field.text());
    case Column::IdentityHex:
        return putIdentityHex(listed, field.text());
    case Column::Key:
        return keyOf(field.raw).map([&](base::Secret key) { listed.key = std::move(key); });
    case Column::Mode:
        if (!isSameWord(field.raw, "PSK"))
            return fail(ErrorKind::InvalidArgument, "the security mode is not PSK");
        return {};
    case Column::Ignored:
        return {};
    }
    return {};
}

Expected<ListedCredential> listedOf(const std::vector<Column>& columns,
                                    const std::vector<Field>& fields)
{
    if (fields.size() != columns.size())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("it has {} columns instead of {}", fields.size(), columns.size()));
    ListedCredential listed;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (const auto done = put(listed, columns[i], fields[i]); !done)
            return fail(done.error());
    }
    if (listed.device.empty() && listed.endpointName.empty())
        return fail(ErrorKind::InvalidArgument, "it names no device");
    return listed;
}

bool isBlank(const std::vector<Field>& fields)
{
    return fields.size() == 1 && fields.front().raw.empty();
}

/// The one that the first line has most of: headings contain none of them.
char separatorOf(std::string_view text)
{
    const auto first = text.substr(0, text.find('\n'));
    constexpr std::array candidates{',', ';', '\t'};
    return *std::ranges::max_element(
        candidates, {}, [&](char candidate) { return std::ranges::count(first, candidate); });
}

Expected<std::vector<ListedCredential>> readRows(Records& records,
                                                 const std::vector<Column>& columns)
{
    base::Complaints complaints;
    std::vector<ListedCredential> list;
    while (!records.isAtEnd()) {
        const auto line = records.line();
        const auto fields = records.next();
        // What follows a quote out of place cannot be told apart any more.
        if (!fields)
            return fail(fields.error().in(fmt::format("line {}", line)));
        if (isBlank(*fields))
            continue;
        if (list.size() == mostRows)
            return fail(ErrorKind::LimitExceeded, fmt::format("more than {} rows", mostRows));
        auto listed = listedOf(columns, *fields);
        if (!listed) {
            complaints.add(line, listed.error().message);
            continue;
        }
        listed->line = line;
        list.push_back(std::move(*listed));
    }
    if (!complaints.empty())
        return fail(complaints.error());
    if (list.empty())
        return fail(ErrorKind::InvalidArgument, "there is no row below the headings");
    return list;
}

} // namespace

Expected<std::vector<ListedCredential>> readCredentialList(std::string_view text)
{
    if (text.starts_with(byteOrderMark))
        text.remove_prefix(byteOrderMark.size());
    if (!base::isValidUtf8(text))
        return fail(ErrorKind::InvalidArgument, "the list is not UTF-8 text");
    Records records(text, separatorOf(text));
    const auto first = records.next();
    const auto columns =
        first ? columnsOf(*first) : Expected<std::vector<Column>>(fail(first.error()));
    if (!columns)
        return fail(columns.error().in("line 1"));
    return readRows(records, *columns);
}

} // namespace causeway::dbus

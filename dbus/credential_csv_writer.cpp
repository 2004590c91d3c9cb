// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dbus/credential_csv.hpp"

namespace causeway::dbus {

using api::ListedCredential;

namespace {

/// Text with keys in it: never grows out of its memory, and wiped when it goes.
class SecretText
{
public:
    explicit SecretText(std::size_t most)
        : octets_(most)
    {}

    void add(std::string_view text)
    {
        const auto room = octets_.mutableView().subspan(size_);
        std::ranges::copy(text, room.begin());
        size_ += text.size();
    }

    void addKey(base::ByteView key)
    {
        constexpr std::string_view digits = "0123456789abcdef";
        for (const std::uint8_t octet : key) {
            add(digits.substr(octet >> 4U, 1));
            add(digits.substr(octet & 0xfU, 1));
        }
    }

    [[nodiscard]] base::Secret finish() const { return base::Secret(octets_.view().first(size_)); }

private:
    base::Secret octets_;
    std::size_t size_ = 0;
};

/// RFC 4180 §2.6 and §2.7.
std::string asField(std::string_view text, char separator)
{
    if (text.find_first_of(std::string("\"\r\n") + separator) == std::string_view::npos)
        return std::string(text);
    std::string all = "\"";
    for (const char character : text)
        all += character == '"' ? std::string("\"\"") : std::string(1, character);
    return all + "\"";
}

/// One format: its headings, and each row as what stands before and behind the key.
struct Layout
{
    std::string_view word;
    char separator;
    std::string_view headings;
    /// {endpoint}, {identity}, {uri}: in this order of arguments.
    std::string_view before;
    std::string_view behind;
};

// Cumulocity wants a mode for bootstrap, too. X509 is the one that lets nobody fetch the key there
// who has no certificate; NO_SEC would let everybody.
// ThingsBoard's TYPE is the device profile that gives the device its transport.
// clang-format off
constexpr std::array<Layout, 3> layouts{{
    {"leshan", ',', "endpoint,identity,key\r\n", "{0},{1},", "\r\n"},
    {"thingsboard", ',',
     "NAME,TYPE,LWM2M_CLIENT_ENDPOINT,LWM2M_CLIENT_SECURITY_CONFIG_MODE,LWM2M_CLIENT_IDENTITY,LWM2M_CLIENT_KEY\r\n",
     "{0},lwm2m,{0},PSK,{1},", "\r\n"},
    {"cumulocity", ';',
     "endpoint id;type;securityMode;bootstrapSecurityMode;lwm2m server uri;lwm2m psk_id;lwm2m psk_key\r\n",
     "{0};c8y_lwm2m;PSK;X509;{2};{1};", "\r\n"},
}};

// clang-format on

const Layout& layoutOf(ListFormat format)
{
    return layouts.at(static_cast<std::size_t>(format));
}

} // namespace

base::Expected<ListFormat> listFormatOf(std::string_view word)
{
    const auto* const found = std::ranges::find(layouts, word, &Layout::word);
    if (found == layouts.end())
        return base::fail(
            base::ErrorKind::InvalidArgument,
            fmt::format("there is no format \"{}\": leshan, thingsboard or cumulocity", word));
    return static_cast<ListFormat>(found - layouts.begin());
}

base::Secret writeCredentialList(const std::vector<ListedCredential>& list,
                                 ListFormat format,
                                 std::string_view serverUri)
{
    const Layout& layout = layoutOf(format);
    std::vector<std::string> before;
    std::size_t size = layout.headings.size();
    for (const auto& listed : list) {
        before.push_back(fmt::format(fmt::runtime(layout.before),
                                     asField(listed.endpointName, layout.separator),
                                     asField(base::asText(listed.identity), layout.separator),
                                     asField(serverUri, layout.separator)));
        size += before.back().size() + 2 * listed.key.size() + layout.behind.size();
    }
    SecretText text(size);
    text.add(layout.headings);
    for (std::size_t i = 0; i < list.size(); ++i) {
        text.add(before[i]);
        text.addKey(list[i].key.view());
        text.add(layout.behind);
    }
    return text.finish();
}

} // namespace causeway::dbus

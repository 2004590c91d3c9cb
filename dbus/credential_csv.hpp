// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/credential_lists.hpp"

/// Lists of pre-shared keys as CSV (RFC 4180), as servers' tools write and read them.
namespace causeway::dbus {

/// 10,000 devices with the longest identities and keys have below 5 MiB.
inline constexpr std::size_t mostListOctets = std::size_t{8} * 1024 * 1024;

/// The columns are known by their headings, in any order, separated by comma, semicolon or tab:
/// device; endpoint ("endpoint id", LWM2M_CLIENT_ENDPOINT); identity ("lwm2m psk_id",
/// LWM2M_CLIENT_IDENTITY); identity_hex; key ("lwm2m psk_key", LWM2M_CLIENT_KEY), in hexadecimal;
/// securityMode (LWM2M_CLIENT_SECURITY_CONFIG_MODE), which must be PSK. A heading that is not known
/// is refused: a mistyped one would otherwise be taken for a column that is not there.
/// InvalidArgument names each wrong line. Pure.
[[nodiscard]] base::Expected<std::vector<api::ListedCredential>>
readCredentialList(std::string_view text);

enum class ListFormat : std::uint8_t {
    Leshan,      ///< endpoint,identity,key: the fields of its REST interface
    Thingsboard, ///< headings as its bulk provisioning names the types of columns
    Cumulocity,  ///< its bulk registration, with semicolons
};

/// "leshan", "thingsboard", "cumulocity"; InvalidArgument for anything else.
[[nodiscard]] base::Expected<ListFormat> listFormatOf(std::string_view word);

[[nodiscard]] base::Secret writeCredentialList(const std::vector<api::ListedCredential>& list,
                                               ListFormat format,
                                               std::string_view serverUri);

} // namespace causeway::dbus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/smartcard.hpp"
#include "agent/base/bytes.hpp"

/// How causeway-card tells the daemon what it sees: one message on a pipe.
namespace causeway::card {

/// EF LwM2M_Bootstrap "is limited to 32KB" (LwM2M 1.1 Core, Appendix G.3.3).
inline constexpr std::size_t longestContent = std::size_t{32} * 1024;
/// A label of PKCS#11 has 32 octets, a serial number 16, a digest 64, and a reason is a sentence.
inline constexpr std::size_t longestText = 256;
/// Fits into a pipe of Linux (64 KiB), so that whoever writes it need not wait for its reader.
inline constexpr std::size_t longestReport = longestContent + 8 * longestText;

/// Texts are cut to longestText, and what cannot be printed is shown as '?'. The content is within
/// its bound.
[[nodiscard]] base::Secret encodeReport(const api::CardReport& report);

/// Corrupt: it is none.
[[nodiscard]] base::Expected<api::CardReport> decodeReport(base::ByteView octets);

/// One line without control characters.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace causeway::card

// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/digest.hpp"

#include <array>

#include <fmt/format.h>
#include <gnutls/crypto.h>

namespace causeway::card {

std::string digestOf(const api::CardReport& report, const std::string& salt)
{
    gnutls_hash_hd_t hash = nullptr;
    if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0)
        return {};
    // The texts have no control characters, so that these lines say where each ends.
    const auto head = fmt::format("{}\n{}\n{}\n{}\n{}\n",
                                  salt,
                                  static_cast<int>(report.sighting),
                                  report.label,
                                  report.serial,
                                  report.reason);
    gnutls_hash(hash, head.data(), head.size());
    gnutls_hash(hash, report.content.view().data(), report.content.size());
    std::array<std::uint8_t, 32> digest{};
    gnutls_hash_deinit(hash, digest.data());
    return base::toHex(digest);
}

} // namespace causeway::card

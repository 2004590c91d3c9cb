// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include "agent/api/transport.hpp"
#include "dbus/wire.hpp"

namespace causeway::dbus {

/// Enumerations are strings: specialise with a constexpr array `words` of {value, word}.
template <typename Enumeration>
struct Words;

template <typename Enumeration>
struct Word
{
    Enumeration value;
    std::string_view word;
};

template <typename Enumeration>
requires std::is_enum_v<Enumeration>

struct Wire<Enumeration>
{
    static constexpr std::string_view type = "s";

    static sdbus::Variant put(Enumeration value)
    {
        const auto* const row =
            std::ranges::find(Words<Enumeration>::words, value, &Word<Enumeration>::value);
        return sdbus::Variant(std::string(row->word));
    }

    static base::Expected<Enumeration> take(const sdbus::Variant& value)
    {
        const auto text = Wire<std::string>::take(value);
        if (!text)
            return base::fail(text.error());
        for (const auto& row : Words<Enumeration>::words) {
            if (row.word == *text)
                return row.value;
        }
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("expected one of {}, got \"{}\"", all(), *text));
    }

private:
    static std::string all()
    {
        std::string list;
        for (const auto& row : Words<Enumeration>::words)
            list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", row.word);
        return list;
    }
};

template <>
struct Words<api::SecurityMode>
{
    static constexpr std::array words{
        Word<api::SecurityMode>{api::SecurityMode::Psk, "psk"},
        Word<api::SecurityMode>{api::SecurityMode::RawPublicKey, "rpk"},
        Word<api::SecurityMode>{api::SecurityMode::Certificate, "certificate"},
        Word<api::SecurityMode>{api::SecurityMode::NoSec, "nosec"},
        Word<api::SecurityMode>{api::SecurityMode::Enrolment, "certificate-est"},
    };
};

template <>
struct Words<api::MatchingType>
{
    static constexpr std::array words{
        Word<api::MatchingType>{api::MatchingType::Exact, "exact"},
        Word<api::MatchingType>{api::MatchingType::Sha256, "sha-256"},
        Word<api::MatchingType>{api::MatchingType::Sha384, "sha-384"},
        Word<api::MatchingType>{api::MatchingType::Sha512, "sha-512"},
    };
};

template <>
struct Words<api::CertificateUsage>
{
    static constexpr std::array words{
        Word<api::CertificateUsage>{api::CertificateUsage::CaConstraint, "ca-constraint"},
        Word<api::CertificateUsage>{api::CertificateUsage::ServiceCertificate,
                                    "service-certificate"},
        Word<api::CertificateUsage>{api::CertificateUsage::TrustAnchorAssertion, "trust-anchor"},
        Word<api::CertificateUsage>{api::CertificateUsage::DomainIssued, "domain-issued"},
    };
};

} // namespace causeway::dbus

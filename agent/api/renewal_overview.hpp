// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/credential_store.hpp"

namespace causeway::api {

/// What is known of a device's certificate for one server, and of its renewal.
struct RenewalStatus
{
    base::WallTime expiresAt{};
    std::optional<base::WallTime> nextAt; ///< it is asked for then; nothing without an EST server
    std::string lastError; ///< one sentence, or why nobody can be asked; empty once it is renewed
    std::optional<base::WallTime> lastErrorAt;
};

/// What is known of a first certificate that a device does not have yet.
struct EnrolmentStatus
{
    std::optional<base::WallTime> nextAt; ///< it is asked for then; nothing while that is under way
    std::string lastError;                ///< one sentence
    std::optional<base::WallTime> lastErrorAt;
};

/// Main thread only; implemented by agent::CertificateOverview.
class RenewalOverview
{
public:
    virtual ~RenewalOverview() = default;

    /// Nothing where there is no certificate, or none that has been seen yet.
    [[nodiscard]] virtual std::optional<RenewalStatus> renewal(const CredentialId& id) const = 0;

    /// Nothing where no certificate is missing that the Bootstrap-Server is to give.
    [[nodiscard]] virtual std::optional<EnrolmentStatus>
    enrolment(const CredentialId& id) const = 0;
};

} // namespace causeway::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "agent/api/renewal_overview.hpp"

namespace causeway::fakes {

/// Tells what a test has put in.
class FakeRenewals final : public api::RenewalOverview
{
public:
    std::map<api::CredentialId, api::RenewalStatus> known;

    [[nodiscard]] std::optional<api::RenewalStatus>
    renewal(const api::CredentialId& id) const override
    {
        const auto found = known.find(id);
        return found == known.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<api::CredentialId, api::EnrolmentStatus> missing;

    [[nodiscard]] std::optional<api::EnrolmentStatus>
    enrolment(const api::CredentialId& id) const override
    {
        const auto found = missing.find(id);
        return found == missing.end() ? std::nullopt : std::optional(found->second);
    }
};

} // namespace causeway::fakes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/renewal_overview.hpp"
#include "agent/certificates/certificate_enrolment.hpp"
#include "agent/certificates/certificate_renewal.hpp"

namespace causeway::agent {

/// What D-Bus tells of certificates that are renewed and that are still to come. Both outlive it.
class CertificateOverview final : public api::RenewalOverview
{
public:
    CertificateOverview(const CertificateRenewal& renewal, const CertificateEnrolment& enrolment)
        : renewal_(renewal)
        , enrolment_(enrolment)
    {}

    [[nodiscard]] std::optional<api::RenewalStatus>
    renewal(const api::CredentialId& id) const override
    {
        return renewal_.renewal(id);
    }

    [[nodiscard]] std::optional<api::EnrolmentStatus>
    enrolment(const api::CredentialId& id) const override
    {
        return enrolment_.enrolment(id);
    }

private:
    const CertificateRenewal& renewal_;
    const CertificateEnrolment& enrolment_;
};

} // namespace causeway::agent

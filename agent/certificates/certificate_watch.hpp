// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/credential_store.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

/// Says, once a day, which devices' certificates end soon or have ended. Lives on the main thread;
/// scheduler and store outlive it.
class CertificateWatch
{
public:
    /// `notice`: how long before its end a certificate is announced. Looks when the loop comes
    /// round first, then every day.
    CertificateWatch(base::Scheduler& scheduler,
                     api::CredentialStore& credentials,
                     base::Duration notice);

private:
    void look();
    void announce(const api::CertificateTerm& term) const;

    base::Scheduler& scheduler_;
    api::CredentialStore& credentials_;
    base::Duration notice_;
    base::Timer timer_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent

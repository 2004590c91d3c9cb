// SPDX-License-Identifier: Apache-2.0
#include "agent/certificates/certificate_watch.hpp"

#include <fmt/chrono.h>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"

namespace causeway::agent {

namespace {

constexpr base::Duration day = std::chrono::hours(24);

std::string dateOf(base::WallTime time)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(seconds.count())));
}

} // namespace

CertificateWatch::CertificateWatch(base::Scheduler& scheduler,
                                   api::CredentialStore& credentials,
                                   base::Duration notice)
    : scheduler_(scheduler)
    , credentials_(credentials)
    , notice_(notice)
    , timer_(scheduler, [this] { look(); })
{
    timer_.start(base::Duration::zero());
}

void CertificateWatch::look()
{
    timer_.start(day);
    credentials_.listCertificates(
        lifetime_.guard([this](const base::Expected<std::vector<api::CertificateTerm>>& terms) {
            if (!terms) {
                log::warning("nobody can say which certificates end soon: {ERROR}; looking again "
                             "in a day",
                             "ERROR",
                             terms.error().message);
                return;
            }
            for (const auto& term : *terms)
                announce(term);
        }));
}

void CertificateWatch::announce(const api::CertificateTerm& term) const
{
    const base::WallTime now = scheduler_.wallNow();
    if (term.expiresAt - now > notice_)
        return;
    const auto* const words = term.expiresAt > now
                                  ? "{DEVICE}: its certificate for {SERVER} ends on {DATE}"
                                  : "{DEVICE}: its certificate for {SERVER} has ended on {DATE}";
    log::warning(words,
                 "DEVICE",
                 term.id.device,
                 "SERVER",
                 term.id.server,
                 "DATE",
                 dateOf(term.expiresAt),
                 "MESSAGE_ID",
                 log::certificateEndsId);
}

} // namespace causeway::agent

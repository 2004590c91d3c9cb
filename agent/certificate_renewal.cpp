// SPDX-License-Identifier: Apache-2.0
#include "agent/certificate_renewal.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/chrono.h>

#include "agent/base/log.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::Retry;

CertificateRenewal::CertificateRenewal(const Services& services,
                                       EstServer server,
                                       base::Duration before)
    : services_(services)
    , server_(std::move(server))
    , before_(before)
    , timer_(services.scheduler, [this] { look(); })
{
    timer_.start(firstLook);
}

void CertificateRenewal::look()
{
    services_.store.listCertificates(lifetime_.guard([this](const Expected<Terms>& terms) {
        if (terms)
            return begin(*terms);
        log::warning("nobody can say which certificates are to be renewed: {ERROR}; looking again "
                     "in an hour",
                     "ERROR",
                     terms.error().message);
        timer_.start(retryPeriod);
    }));
}

bool CertificateRenewal::isDue(const api::CertificateTerm& term) const
{
    const auto isOver = [&](const Moments& moments) {
        const auto found = moments.find(term.id);
        return found == moments.end() || found->second <= services_.scheduler.now();
    };
    return isOver(notBefore_) && isOver(rested_) &&
           term.expiresAt - services_.scheduler.wallNow() <= before_;
}

void CertificateRenewal::begin(const Terms& terms)
{
    std::set<api::CredentialId> known;
    for (const auto& term : terms) {
        known.insert(term.id);
        if (isDue(term))
            due_.push_back(term.id);
    }
    isHeldUp_ = false;
    for (auto* const moments : {&notBefore_, &rested_})
        std::erase_if(*moments, [&](const auto& entry) { return !known.contains(entry.first); });
    next();
}

void CertificateRenewal::next()
{
    request_.reset();
    if (due_.empty()) {
        base::TimePoint then = services_.scheduler.now() + (isHeldUp_ ? retryPeriod : lookPeriod);
        for (const auto& [id, notBefore] : notBefore_) {
            if (notBefore > services_.scheduler.now())
                then = std::min(then, notBefore);
        }
        timer_.startAt(std::max(then, services_.scheduler.now() + shortestRest));
        return;
    }
    const api::CredentialId id = std::move(due_.front());
    due_.pop_front();
    services_.control.requestCertificate(id,
                                         lifetime_.guard([this, id](Expected<base::Bytes> request) {
                                             if (request)
                                                 askServer(id, std::move(*request));
                                             else
                                                 onFailed(id, request.error());
                                         }));
}

void CertificateRenewal::askServer(const api::CredentialId& id, base::Bytes request)
{
    request_ = std::make_unique<EstRequest>(
        services_.transport,
        services_.scheduler,
        server_,
        EstRequest::Question{id, std::move(request)},
        [this, id](Expected<EstRequest::Answer> answer) { onAnswer(id, std::move(answer)); });
}

// The store takes what came only when it is a certificate for this device's key.
void CertificateRenewal::onAnswer(const api::CredentialId& id, Expected<EstRequest::Answer> answer)
{
    if (!answer)
        return onFailed(id, answer.error());
    if (const auto* const wait = std::get_if<base::Duration>(&*answer)) {
        log::info("{DEVICE}: the EST server asks for patience with its certificate for {SERVER}",
                  "DEVICE",
                  id.device,
                  "SERVER",
                  id.server);
        return later(id, *wait);
    }
    services_.control.setCertificate(
        id,
        std::get<base::Bytes>(std::move(*answer)),
        lifetime_.guard([this, id](const Expected<api::CredentialFacts>& facts) {
            if (facts)
                onRenewed(id, *facts);
            else
                onFailed(id, facts.error());
        }));
}

void CertificateRenewal::onRenewed(const api::CredentialId& id, const api::CredentialFacts& facts)
{
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    const auto end = facts.expiresAt.value_or(base::WallTime{}).time_since_epoch();
    log::notice(
        "{DEVICE}: its certificate for {SERVER} is renewed until {DATE}",
        "DEVICE",
        id.device,
        "SERVER",
        id.server,
        "DATE",
        fmt::format("{:%Y-%m-%d}",
                    fmt::gmtime(static_cast<std::time_t>(duration_cast<seconds>(end).count()))));
    // One that lives no longer than `before_` is not renewed again and again.
    rested_[id] = services_.scheduler.now() + lookPeriod;
    services_.scheduler.post(lifetime_.guard([this] { next(); }));
}

void CertificateRenewal::onFailed(const api::CredentialId& id, const base::Error& error)
{
    // The next device would meet it, too: the server is away, or the key store is locked.
    const bool isCommon = error.kind == ErrorKind::Unreachable ||
                          error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Locked;
    // Twice as long as the others wait then: a device that the server keeps silent to is not the
    // first one each time.
    const base::Duration wait = isCommon                      ? 2 * retryPeriod
                                : error.retry != Retry::Never ? retryPeriod
                                                              : lookPeriod;
    log::warning("{DEVICE}: its certificate for {SERVER} is not renewed: {ERROR}; trying again in "
                 "{HOURS} h",
                 "DEVICE",
                 id.device,
                 "SERVER",
                 id.server,
                 "ERROR",
                 error.message,
                 "HOURS",
                 std::chrono::duration_cast<std::chrono::hours>(wait).count());
    if (isCommon) {
        isHeldUp_ = true;
        due_.clear();
    }
    later(id, wait);
}

// From a task of its own: what called is of the request that next() destroys.
void CertificateRenewal::later(const api::CredentialId& id, base::Duration wait)
{
    notBefore_[id] = services_.scheduler.now() + wait;
    services_.scheduler.post(lifetime_.guard([this] { next(); }));
}

} // namespace causeway::agent

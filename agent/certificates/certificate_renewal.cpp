// SPDX-License-Identifier: Apache-2.0
#include "agent/certificates/certificate_renewal.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/chrono.h>

#include "agent/base/log.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::Retry;

namespace {

/// Whether another device's request would meet it, too. Our own check refuses a server until a
/// later one passes, and so does a server that takes no session at all; what it says against a
/// device's certificate stays said.
bool isServers(const base::Error& error)
{
    return error.kind == ErrorKind::Unreachable || error.kind == ErrorKind::Timeout ||
           (error.kind == ErrorKind::Refused && error.retry == Retry::Later);
}

} // namespace

CertificateRenewal::CertificateRenewal(Services services,
                                       std::optional<EstServer> server,
                                       base::Duration before)
    : services_(std::move(services))
    , server_(std::move(server))
    , before_(before)
    , begunAt_(services_.scheduler.wallNow())
    , heldUpUntil_(services_.scheduler.now() + firstQuestion)
    , timer_(services_.scheduler, [this] { look(); })
{
    timer_.start(settling);
}

std::optional<api::RenewalStatus> CertificateRenewal::renewal(const api::CredentialId& id) const
{
    const auto found = certificates_.find(id);
    if (found == certificates_.end())
        return std::nullopt;
    const Certificate& known = found->second;
    api::RenewalStatus status{known.expiresAt, std::nullopt, known.lastError, known.lastErrorAt};
    if (!services_.whyNoServer.empty()) {
        status.lastError = services_.whyNoServer;
        status.lastErrorAt = begunAt_;
    }
    const base::Duration wait = std::max(known.notBefore, heldUpUntil_) - services_.scheduler.now();
    if (server_)
        status.nextAt = std::max(known.dueAt, services_.scheduler.wallNow() + wait);
    return status;
}

void CertificateRenewal::onCredentialChanged()
{
    isOutdated_ = true;
    if (timer_.isRunning() && timer_.due() > services_.scheduler.now() + settling)
        timer_.start(settling);
}

void CertificateRenewal::stop()
{
    server_.reset();
    request_.reset();
    timer_.stop();
}

void CertificateRenewal::look()
{
    isOutdated_ = false;
    services_.store.listTerms(lifetime_.guard([this](const Expected<Terms>& terms) {
        if (terms)
            return begin(*terms);
        log::warning("nobody can say which certificates are to be renewed: {ERROR}; looking again "
                     "in an hour",
                     "ERROR",
                     terms.error().message);
        timer_.start(retryPeriod);
    }));
}

base::WallTime CertificateRenewal::dueAt(base::WallTime begin, base::WallTime end) const
{
    constexpr int parts = 3;
    return end - std::min(before_, std::max((end - begin) / parts, base::Duration::zero()));
}

void CertificateRenewal::begin(const Terms& terms)
{
    std::set<api::CredentialId> known;
    for (const auto& term : terms) {
        known.insert(term.id);
        auto& certificate = certificates_[term.id];
        certificate.dueAt = dueAt(term.beginsAt, term.expiresAt);
        certificate.expiresAt = term.expiresAt;
    }
    std::erase_if(certificates_, [&](const auto& entry) { return !known.contains(entry.first); });
    order();
    next();
}

/// What is due now, what ends first before the others.
void CertificateRenewal::order()
{
    due_.clear();
    if (!server_ || heldUpUntil_ > services_.scheduler.now())
        return;
    for (const auto& [id, certificate] : certificates_) {
        if (certificate.notBefore <= services_.scheduler.now() &&
            certificate.dueAt <= services_.scheduler.wallNow())
            due_.push_back(id);
    }
    std::ranges::stable_sort(
        due_, {}, [this](const auto& id) { return certificates_.at(id).expiresAt; });
}

void CertificateRenewal::next()
{
    request_.reset();
    if (due_.empty())
        return rest();
    const api::CredentialId id = std::move(due_.front());
    due_.pop_front();
    services_.store.requestRenewal(id, lifetime_.guard([this, id](Expected<base::Bytes> request) {
        if (request)
            askServer(id, std::move(*request));
        else
            onFailed(id, request.error());
    }));
}

void CertificateRenewal::rest()
{
    const base::TimePoint now = services_.scheduler.now();
    base::TimePoint then = now + lookPeriod;
    for (const auto& entry : certificates_) {
        const base::Duration left = entry.second.dueAt - services_.scheduler.wallNow();
        if (server_ && left < lookPeriod)
            then = std::min(then, std::max(entry.second.notBefore, now + left));
    }
    timer_.startAt(isOutdated_ ? now + settling
                               : std::max({then, heldUpUntil_, now + shortestRest}));
}

void CertificateRenewal::askServer(const api::CredentialId& id, base::Bytes request)
{
    if (!server_)
        return; // stopped
    request_ = std::make_unique<EstRequest>(
        services_.transport,
        services_.scheduler,
        *server_,
        EstRequest::Question{id, std::move(request)},
        [this, id](Expected<EstRequest::Answer> answer) { onAnswer(id, std::move(answer)); });
}

// The store takes what came only when nothing is lost by it.
void CertificateRenewal::onAnswer(const api::CredentialId& id, Expected<EstRequest::Answer> answer)
{
    if (!answer)
        return onServerFailed(id, answer.error());
    serverFailures_ = 0;
    if (const auto* const wait = std::get_if<base::Duration>(&*answer)) {
        log::info("{DEVICE}: the EST server asks for patience with its certificate for {SERVER}",
                  "DEVICE",
                  id.device,
                  "SERVER",
                  id.server);
        noteError(id, "the EST server asks for patience");
        return later(id, *wait);
    }
    services_.store.renewCertificate(
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
    const base::WallTime end = facts.expiresAt.value_or(base::WallTime{});
    const auto sinceEpoch = duration_cast<seconds>(end.time_since_epoch()).count();
    log::notice("{DEVICE}: its certificate for {SERVER} is renewed until {DATE}",
                "DEVICE",
                id.device,
                "SERVER",
                id.server,
                "DATE",
                fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(sinceEpoch))));
    auto& certificate = certificates_[id];
    certificate.expiresAt = end;
    certificate.dueAt = dueAt(services_.scheduler.wallNow(), end);
    certificate.lastError.clear();
    certificate.lastErrorAt.reset();
    services_.renewed(id);
    // One whose time is mostly over when it is given is not renewed again and again.
    later(id, shortened(id, lookPeriod));
}

void CertificateRenewal::onServerFailed(const api::CredentialId& id, const base::Error& error)
{
    if (!isServers(error)) {
        serverFailures_ = 0;
        return onFailed(id, error);
    }
    base::Duration wait = retryPeriod;
    for (unsigned i = 0; i < serverFailures_ && wait < longestRetry; ++i)
        wait *= 2;
    ++serverFailures_;
    holdUp(id, error, shortened(id, std::min(wait, longestRetry)));
}

void CertificateRenewal::onFailed(const api::CredentialId& id, const base::Error& error)
{
    if (error.kind == ErrorKind::Locked || error.kind == ErrorKind::StorageFailed)
        return holdUp(id, error, retryPeriod);
    fail(id, error, shortened(id, error.retry == Retry::Never ? lookPeriod : retryPeriod));
}

void CertificateRenewal::holdUp(const api::CredentialId& id,
                                const base::Error& error,
                                base::Duration wait)
{
    heldUpUntil_ = services_.scheduler.now() + wait;
    due_.clear();
    // Longer than the others: a device that the server keeps silent to is not the first one each
    // time.
    fail(id, error, wait + shortened(id, retryPeriod));
}

void CertificateRenewal::fail(const api::CredentialId& id,
                              const base::Error& error,
                              base::Duration wait)
{
    log::warning("{DEVICE}: its certificate for {SERVER} is not renewed: {ERROR}; trying again in "
                 "{MINUTES} min",
                 "DEVICE",
                 id.device,
                 "SERVER",
                 id.server,
                 "ERROR",
                 error.message,
                 "MINUTES",
                 std::chrono::duration_cast<std::chrono::minutes>(wait).count());
    noteError(id, error.message);
    later(id, wait);
}

void CertificateRenewal::noteError(const api::CredentialId& id, const std::string& sentence)
{
    certificates_[id].lastError = sentence;
    certificates_[id].lastErrorAt = services_.scheduler.wallNow();
}

// From a task of its own: what called is of the request that next() destroys.
void CertificateRenewal::later(const api::CredentialId& id, base::Duration wait)
{
    certificates_[id].notBefore = services_.scheduler.now() + wait;
    services_.scheduler.post(lifetime_.guard([this] { next(); }));
}

base::Duration CertificateRenewal::shortened(const api::CredentialId& id, base::Duration wait) const
{
    constexpr int parts = 3;
    const auto found = certificates_.find(id);
    if (found == certificates_.end())
        return wait;
    const base::Duration left = found->second.expiresAt - services_.scheduler.wallNow();
    if (left <= base::Duration::zero())
        return wait;
    return std::clamp(left / parts, std::min(shortestRetry, wait), wait);
}

} // namespace causeway::agent

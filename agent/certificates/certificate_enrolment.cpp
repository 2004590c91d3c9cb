// SPDX-License-Identifier: Apache-2.0
#include "agent/certificates/certificate_enrolment.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/base/log.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;

CertificateEnrolment::CertificateEnrolment(Services services)
    : services_(std::move(services))
    , timer_(services_.scheduler, [this] { look(); })
{
    timer_.start(settling);
}

std::optional<api::EnrolmentStatus>
CertificateEnrolment::enrolment(const api::CredentialId& id) const
{
    const auto found = missing_.find(id);
    if (found == missing_.end())
        return std::nullopt;
    const Missing& one = found->second;
    api::EnrolmentStatus status{std::nullopt, one.lastError, one.lastErrorAt};
    const auto now = services_.scheduler.now();
    if (one.attempt == 0 && one.bootstrap)
        status.nextAt = services_.scheduler.wallNow() + (std::max(one.notBefore, now) - now);
    return status;
}

void CertificateEnrolment::onChanged()
{
    if (!isStopped_)
        timer_.start(settling);
}

void CertificateEnrolment::stop()
{
    isStopped_ = true;
    timer_.stop();
    missing_.clear();
}

void CertificateEnrolment::look()
{
    using Terms = std::vector<api::RenewalTerm>;
    if (services_.accounts().empty()) // as almost everywhere: then no certificate is read for it
        return missing_.clear();
    services_.certificates.listTerms(lifetime_.guard([this](const Expected<Terms>& terms) {
        if (isStopped_)
            return;
        if (terms)
            return take(*terms);
        log::warning("nobody can say which certificates are missing: {ERROR}; looking again in a "
                     "minute",
                     "ERROR",
                     terms.error().message);
        timer_.start(firstRetry);
    }));
}

void CertificateEnrolment::take(const std::vector<api::RenewalTerm>& certified)
{
    std::set<api::CredentialId> wanted;
    for (auto& account : services_.accounts()) {
        const bool isThere =
            std::ranges::any_of(certified, [&](const auto& term) { return term.id == account.id; });
        if (isThere)
            continue;
        wanted.insert(account.id);
        auto& one = missing_[account.id];
        if (one.bootstrap != account.bootstrap) { // another server is asked without delay
            one = Missing();
            one.bootstrap = std::move(account.bootstrap);
        }
        if (!one.bootstrap)
            one.lastError = "the device has no Bootstrap-Server, which would have to certify it";
    }
    std::erase_if(missing_, [&](const auto& entry) { return !wanted.contains(entry.first); });
    beginDue();
}

void CertificateEnrolment::beginDue()
{
    auto running = std::ranges::count_if(
        missing_, [](const auto& entry) { return entry.second.attempt != 0; });
    for (const auto& [id, one] : missing_) {
        const bool isDue =
            one.attempt == 0 && one.bootstrap && one.notBefore <= services_.scheduler.now();
        if (isDue && std::cmp_less(running, mostAtOnce)) {
            ++running;
            begin(id);
        }
    }
    rest();
}

// Who ends, begins the next: only what waits for its time needs the timer.
void CertificateEnrolment::rest()
{
    const auto now = services_.scheduler.now();
    std::optional<base::TimePoint> next;
    for (const auto& [id, one] : missing_) {
        if (one.attempt == 0 && one.bootstrap && one.notBefore > now)
            next = std::min(next.value_or(one.notBefore), one.notBefore);
    }
    if (next)
        timer_.startAt(*next);
}

CertificateEnrolment::Missing* CertificateEnrolment::find(const Attempt& attempt)
{
    const auto found = missing_.find(attempt.id);
    const bool isIt = found != missing_.end() && found->second.attempt == attempt.number;
    return isIt ? &found->second : nullptr;
}

// A key that is there is used: its certificate was on the way when the power went, or the server
// had a reason to refuse it.
void CertificateEnrolment::begin(const api::CredentialId& id)
{
    const Attempt attempt{id, ++attempts_};
    missing_.at(id).attempt = attempt.number;
    services_.credentials.describe(
        id, lifetime_.guard([this, attempt](const Expected<api::CredentialFacts>& facts) {
            if (find(attempt) == nullptr)
                return;
            if (facts && !facts->publicKey.empty())
                return askForRequest(attempt);
            if (!facts && facts.error().kind != ErrorKind::NotFound)
                return failed(attempt, facts.error());
            services_.credentials.generateKeyPair(
                attempt.id,
                api::KeyResidence::Store,
                lifetime_.guard([this, attempt](const Expected<api::CredentialFacts>& made) {
                    onKey(attempt, made);
                }));
        }));
}

void CertificateEnrolment::onKey(const Attempt& attempt,
                                 const Expected<api::CredentialFacts>& facts)
{
    if (find(attempt) == nullptr)
        return;
    if (!facts)
        return failed(attempt, facts.error());
    log::notice("{DEVICE}: has a new key pair for {SERVER}, fingerprint {FINGERPRINT}; its "
                "Bootstrap-Server is asked to certify it",
                "DEVICE",
                attempt.id.device,
                "SERVER",
                attempt.id.server,
                "FINGERPRINT",
                facts->fingerprint);
    askForRequest(attempt);
}

void CertificateEnrolment::askForRequest(const Attempt& attempt)
{
    services_.credentials.requestCertificate(
        attempt.id, lifetime_.guard([this, attempt](Expected<base::Bytes> request) {
            if (find(attempt) == nullptr)
                return;
            if (request)
                askServer(attempt, std::move(*request));
            else
                failed(attempt, request.error());
        }));
}

void CertificateEnrolment::askServer(const Attempt& attempt, base::Bytes request)
{
    auto& one = *find(attempt);
    one.request = std::make_unique<EstRequest>(
        services_.transport,
        services_.scheduler,
        EstRequest::FirstQuestion{attempt.id.device, *one.bootstrap, std::move(request)},
        [this, attempt](Expected<EstRequest::Answer> answer) {
            onAnswer(attempt, std::move(answer));
        });
}

void CertificateEnrolment::onAnswer(const Attempt& attempt, Expected<EstRequest::Answer> answer)
{
    if (!answer)
        return failed(attempt, answer.error());
    if (const auto* const wait = std::get_if<base::Duration>(&*answer))
        return later(attempt, "the Bootstrap-Server asks for patience", *wait);
    services_.credentials.setCertificate(
        attempt.id,
        std::get<base::Bytes>(std::move(*answer)),
        lifetime_.guard([this, attempt](const Expected<api::CredentialFacts>& facts) {
            onKept(attempt, facts);
        }));
}

void CertificateEnrolment::onKept(const Attempt& attempt,
                                  const Expected<api::CredentialFacts>& facts)
{
    if (!facts)
        return failed(attempt, facts.error());
    if (find(attempt) == nullptr)
        return; // another server is asked meanwhile, whose certificate takes this one's place
    missing_.erase(attempt.id);
    log::notice("{DEVICE}: its Bootstrap-Server has certified its key for {SERVER}: {SUBJECT}",
                "DEVICE",
                attempt.id.device,
                "SERVER",
                attempt.id.server,
                "SUBJECT",
                facts->subject);
    services_.enrolled(attempt.id);
    beginDue();
}

void CertificateEnrolment::failed(const Attempt& attempt, const base::Error& error)
{
    auto* const one = find(attempt);
    if (one == nullptr)
        return;
    if (error.kind == ErrorKind::Locked)
        return later(attempt, error.message, firstRetry);
    base::Duration wait = firstRetry;
    for (unsigned i = 0; i < one->failures && wait < longestRetry; ++i)
        wait *= 2;
    ++one->failures;
    later(attempt, error.message, std::min(wait, longestRetry));
}

// From a task of its own: what called is of the request that goes here.
void CertificateEnrolment::later(const Attempt& attempt,
                                 const std::string& sentence,
                                 base::Duration wait)
{
    auto* const one = find(attempt);
    if (one == nullptr)
        return;
    log::warning("{DEVICE}: its key for {SERVER} is not certified: {ERROR}; asking again in "
                 "{MINUTES} min",
                 "DEVICE",
                 attempt.id.device,
                 "SERVER",
                 attempt.id.server,
                 "ERROR",
                 sentence,
                 "MINUTES",
                 std::chrono::duration_cast<std::chrono::minutes>(wait).count());
    one->lastError = sentence;
    one->lastErrorAt = services_.scheduler.wallNow();
    one->notBefore = services_.scheduler.now() + wait;
    services_.scheduler.post(lifetime_.guard([this, attempt] {
        if (auto* const ended = find(attempt)) {
            ended->request.reset();
            ended->attempt = 0;
        }
        beginDue();
    }));
}

} // namespace causeway::agent

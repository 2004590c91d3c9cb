// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

/// Who renews certificates: EST over coaps (RFC 9148).
struct EstServer
{
    std::string sessionUri; ///< coaps://host:port
    std::string host;       ///< for Uri-Host; empty when it is a literal address
    std::vector<std::string>
        path;              ///< of its operations, RFC 9148 §4.1: /.well-known/est by default
    base::Bytes authority; ///< X.509, DER: where the path of its certificate must end
};

/// The EST server that the setting names, without its authority. InvalidArgument with the reason.
[[nodiscard]] base::Expected<EstServer> parseEstServer(const std::string& uri);

/// What a file with a certificate, PEM or DER, holds, as DER. InvalidArgument or NotFound.
[[nodiscard]] base::Expected<base::Bytes> readEstAuthority(const std::filesystem::path& file);

/// Both; `authority`: a file with the certificate, PEM or DER. InvalidArgument or NotFound with the
/// reason.
[[nodiscard]] base::Expected<EstServer> readEstServer(const std::string& uri,
                                                      const std::filesystem::path& authority);

/// One simple enrolment or re-enrolment (/sen, /sren, RFC 9148 §4.2): a session of its own and one
/// question. A certificate that comes alone gets those between it and its authority's root from
/// /crts, as far as the server has them: a peer that knows the root only needs them, too. On the
/// main thread; may be destroyed at any time, from inside `done` too.
class EstRequest final : private api::SessionListener
{
public:
    /// What the server gave; or how long it wants to be left alone before it is asked
    /// again (5.03 with Max-Age).
    using Answer = std::variant<base::Bytes, base::Duration>;
    using Done = base::UniqueFunction<void(base::Expected<Answer>)>;

    /// From the first octet of the handshake to the last one of the answer.
    static constexpr base::Duration longest = std::chrono::minutes(3);

    /// What is to be renewed.
    struct Question
    {
        api::CredentialId id; ///< whose certificate authenticates the session
        base::Bytes request;  ///< PKCS#10, DER
    };

    /// A first certificate, from the device's Bootstrap-Server, who knows it by the credential that
    /// it has for that.
    struct FirstQuestion
    {
        std::string device;
        api::ServerSettings bootstrap;
        base::Bytes request; ///< PKCS#10, DER
    };

    /// `done` runs once, never from inside the call.
    EstRequest(api::Transport& transport,
               base::Scheduler& scheduler,
               const EstServer& server,
               Question question,
               Done done);
    EstRequest(api::Transport& transport,
               base::Scheduler& scheduler,
               FirstQuestion question,
               Done done);

private:
    EstRequest(api::Transport& transport,
               base::Scheduler& scheduler,
               const api::SessionSettings& settings,
               api::Request request,
               Done done);

    void onConnected(const api::ChannelFacts& facts) override;
    void onClosed(const base::Error& reason) override;
    void onRequest(api::Request request, api::Respond respond) override;
    void onReset(const api::Token& token) override;
    void onResponse(const base::Expected<api::Response>& response);
    void askForIssuers(base::Bytes certificate);
    void onIssuers(const base::Expected<api::Response>& response);
    void giveUp(const base::Error& reason);
    void finish(base::Expected<Answer> answer);

    api::Request request_;
    api::Request authorities_; ///< of who issues certificates
    base::Bytes alone_;        ///< the certificate that has come, without its issuers
    Done done_;
    base::Timer limit_;
    base::Lifetime lifetime_;
    std::unique_ptr<api::Session> session_;
};

} // namespace causeway::agent

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "agent/api/streams.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/coap/tls_stream.hpp"

namespace causeway::coap {

/// api::Stream: finds the server, connects to its addresses in turn, and has TLS over that. Lives
/// on the loop's thread.
class Stream final : public api::Stream, private TlsStream::Owner
{
public:
    /// Begins when the loop comes round next. Environment and listener outlive it.
    Stream(Environment& environment, api::StreamSettings settings, api::StreamListener& listener);
    ~Stream() override;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// For look-up, connection and handshake together, all addresses of a name.
    static constexpr base::Duration longestOpening = std::chrono::seconds(30);

private:
    using Addresses = std::vector<SocketAddress>;

    void begin();
    void prepareTrust();
    void fetchCredential();
    void onCredential(base::Expected<api::Credential> credential);
    void resolve();
    void onAddresses(base::Expected<Addresses> addresses);
    void connectNext();
    void onConnected();
    void openTls();
    void onTlsOpen(base::UniqueFd clear) override;
    void onTlsFailed(const base::Error& error) override;
    void tryNextOr(const base::Error& error);
    void hand(base::UniqueFd socket);
    void fail(const base::Error& error);

    /// What may come after the end of the opening.
    template <typename Function>
    [[nodiscard]] auto whileOpening(Function function)
    {
        return lifetime_.guard([this, function = std::move(function)](auto&&... what) mutable {
            if (isOpening_)
                function(std::forward<decltype(what)>(what)...);
        });
    }

    Environment& environment_;
    api::StreamSettings settings_;
    api::StreamListener& listener_;
    std::optional<api::Credential> credential_; ///< until it is over
    Addresses addresses_;
    std::size_t next_ = 0;
    bool isOpening_ = true;
    base::TimePoint deadline_{};
    base::UniqueFd socket_;
    base::Watch watch_;
    std::unique_ptr<TlsStream> tls_;
    base::Timer late_; ///< one address
    base::Lifetime lifetime_;
};

} // namespace causeway::coap

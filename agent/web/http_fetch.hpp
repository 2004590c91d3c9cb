// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/api/web.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/web/answer.hpp"
#include "agent/web/location.hpp"
#include "agent/web/places.hpp"
#include "agent/web/transfers.hpp"

namespace causeway::web {

/// Fetches a package by http or https: one GET, and another for each redirection. The octets come
/// over a stream of ours, which has looked the name up, connected and proved who is there; libcurl
/// speaks HTTP/1.1 over it and nothing else. A repository is never faster than the disk.
class HttpFetch final : public api::PackageFetch,
                        private api::StreamListener,
                        private Transfers::Owner
{
public:
    /// What fetches share; outlives them.
    struct Shared
    {
        base::EventLoop& loop;
        api::StreamTransport& streams;
        Transfers& transfers;
        Places& places;
    };

    /// More redirections lead nowhere.
    static constexpr int mostRedirections = 5;
    /// A repository may get a new package while we fetch the old one; more often is no repository.
    static constexpr int mostBeginnings = 4;
    /// Of one answer's head, all lines together. Ours are a few hundred octets.
    static constexpr std::size_t mostHead = 64UL * 1024;
    /// In memory at most, while the disk is busy; one write of libcurl more.
    static constexpr std::size_t mostHeld = 64UL * 1024;
    /// Fewer octets in a second, over a minute, is nobody: GPRS has a hundred times as many.
    static constexpr long leastSpeed = 64;
    static constexpr std::chrono::seconds slowness{60};
    /// Then it makes room if others wait, and goes on behind them.
    static constexpr base::Duration longestTurn = std::chrono::minutes(30);

    /// The listener outlives it.
    HttpFetch(const Shared& shared, api::WebPlan plan, api::FetchListener& listener);
    ~HttpFetch() override;
    HttpFetch(const HttpFetch&) = delete;
    HttpFetch& operator=(const HttpFetch&) = delete;

private:
    void onStreamOpen(base::UniqueFd socket) override;
    void onStreamFailed(const base::Error& error) override;
    void onTransferDone(CURLcode code) override;

    static std::size_t
    onHeadLine(const char* octets, std::size_t size, std::size_t count, void* self) noexcept;
    static std::size_t
    onBody(const char* octets, std::size_t size, std::size_t count, void* self) noexcept;
    static curl_socket_t
    openSocket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
    static int onConnected(
        void* self, char* theirAddress, char* ourAddress, int theirPort, int ourPort) noexcept;

    void open();
    [[nodiscard]] bool prepare();
    [[nodiscard]] bool setFields();
    void closeTransfer();
    [[nodiscard]] const Verdict& verdict();
    [[nodiscard]] AnswerHead readHead() const;
    [[nodiscard]] std::size_t takeBody(base::ByteView octets);

    // What each of these calls may destroy this.
    void deliver();
    void givePiece();
    void onEnd();
    void onPackageEnd(const PackageBody& body);
    void follow(const std::string& location);
    void beginAnew();
    void end(const base::Error& error);

    Shared shared_;
    api::WebPlan plan_;
    api::FetchListener& listener_;
    Question question_;
    Location location_;
    int redirections_ = 0;
    int beginnings_ = 1;
    std::unique_ptr<api::Stream> stream_;
    base::UniqueFd socket_; ///< of the stream, until libcurl has it
    int standIn_ = -1;      ///< libcurl's, for it
    ListHandle fields_;
    EasyHandle easy_;
    bool isAdded_ = false;
    std::size_t headSize_ = 0;
    bool hasHead_ = false;           ///< all of it, with its empty line
    std::optional<Verdict> verdict_; ///< of the answer that comes now
    std::optional<CURLcode> code_;   ///< libcurl is done with it
    base::Bytes held_;
    std::uint64_t offset_ = 0; ///< of what is held
    bool isPaused_ = false;
    bool isStoring_ = false; ///< the listener has a piece
    base::Timer deliver_;
    base::Timer turn_;
    std::unique_ptr<Places::Place> place_;
    base::Lifetime lifetime_;
};

} // namespace causeway::web

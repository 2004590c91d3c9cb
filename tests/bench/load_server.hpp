// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/coap_bytes.hpp"
#include "tests/bench/dtls_server.hpp"

namespace causeway::bench {

/// As much LwM2M Server as makes clients work: takes registrations, asks, counts notifications.
class LoadServer
{
public:
    LoadServer();

    DtlsServer& dtls() { return dtls_; }

    /// What a run of requests asks for.
    struct Load
    {
        std::size_t total = 0;
        std::size_t window = 1; ///< requests in flight, all on different peers
        std::size_t first = 0;  ///< peers from here …
        std::size_t count = 0;  ///< … this many, in turn
        bool observes = false;
    };

    void start(const Load& load);
    /// First block of a Write that has more, and then nothing.
    void startHalfWrite(std::size_t peer);

    [[nodiscard]] bool isBusy() const { return answered_ < load_.total; }

    /// "total p50 p99 max" of the run's latencies, in microseconds.
    [[nodiscard]] std::string results();

    /// Sends again what has stayed without an answer; loopback loses only when a buffer is full.
    void onStall();

    [[nodiscard]] std::size_t registered() const { return peers_.size(); }

    [[nodiscard]] std::size_t notified() const { return notified_; }

private:
    using Clock = std::chrono::steady_clock;

    struct Outstanding
    {
        DtlsServer::Peer* peer;
        Octets packet;
        Clock::time_point sentAt;
    };

    void onRecord(DtlsServer::Peer& peer, std::span<const std::uint8_t> record);
    void onRequest(DtlsServer::Peer& peer, const Packet& packet);
    void onResponse(DtlsServer::Peer& peer, const Packet& packet);
    void ask();
    void transmit(DtlsServer::Peer& peer, const std::string& token, Octets packet);
    [[nodiscard]] std::string nextToken(char kind);

    DtlsServer dtls_;
    std::vector<DtlsServer::Peer*> peers_;
    Load load_;
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
    std::size_t notified_ = 0;
    std::uint64_t lastToken_ = 0;
    std::uint16_t lastMessageId_ = 0;
    std::map<std::string, Outstanding> outstanding_;
    std::vector<double> latencies_; ///< microseconds
};

} // namespace causeway::bench

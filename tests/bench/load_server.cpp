// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load_server.hpp"

#include <algorithm>

namespace causeway::bench {

namespace {

constexpr char readKind = 'r', observeKind = 'o', writeKind = 'w';
constexpr unsigned senmlCbor = 112;
constexpr unsigned firstOfMany = 0x0a; // number 0, more to come, SZX 2: 64 octets (RFC 7959 §2.2)

} // namespace

LoadServer::LoadServer()
    : dtls_([this](auto& peer, auto record) { onRecord(peer, record); })
{}

void LoadServer::start(const Load& load)
{
    load_ = load;
    asked_ = answered_ = 0;
    latencies_.clear();
    while (asked_ < std::min(load_.window, load_.total))
        ask();
}

void LoadServer::startHalfWrite(std::size_t peer)
{
    load_ = {1, 1, peer, 1, false};
    asked_ = 1;
    answered_ = 0;
    latencies_.clear();
    const auto token = nextToken(writeKind);
    PacketWriter packet(Type::Confirmable, put, ++lastMessageId_, token);
    packet.option(uriPathOption, "3303").option(uriPathOption, "0").option(uriPathOption, "5750");
    packet.option(contentFormatOption, 0U).option(block1Option, firstOfMany);
    packet.payload(std::string(64, 'x'));
    transmit(*peers_.at(peer), token, packet.octets());
}

void LoadServer::ask()
{
    auto& peer = *peers_.at(load_.first + asked_ % load_.count);
    ++asked_;
    const auto token = nextToken(load_.observes ? observeKind : readKind);
    PacketWriter packet(Type::Confirmable, get, ++lastMessageId_, token);
    if (load_.observes)
        packet.option(observeOption, 0U);
    packet.option(uriPathOption, "3303").option(uriPathOption, "0").option(uriPathOption, "5700");
    packet.option(acceptOption, senmlCbor);
    transmit(peer, token, packet.octets());
}

void LoadServer::transmit(DtlsServer::Peer& peer, const std::string& token, Octets packet)
{
    dtls_.send(peer, packet);
    outstanding_[token] = {&peer, std::move(packet), Clock::now()};
}

std::string LoadServer::nextToken(char kind)
{
    std::string token(8, kind);
    ++lastToken_;
    for (std::size_t i = 1; i < token.size(); ++i)
        token[i] = static_cast<char>(lastToken_ >> (8 * (i - 1)));
    return token;
}

void LoadServer::onRecord(DtlsServer::Peer& peer, std::span<const std::uint8_t> record)
{
    const auto packet = parse(record);
    if (!packet)
        return;
    if (packet->code != emptyCode && packet->code < 0x20)
        onRequest(peer, *packet);
    else if (packet->code != emptyCode)
        onResponse(peer, *packet);
}

void LoadServer::onRequest(DtlsServer::Peer& peer, const Packet& packet)
{
    const bool isRegister = packet.code == post && packet.path == std::vector<std::string>{"rd"};
    if (isRegister && !peer.isRegistered) {
        peer.isRegistered = true;
        peer.index = peers_.size();
        peers_.push_back(&peer);
    }
    PacketWriter answer(
        Type::Acknowledgement, isRegister ? created : changed, packet.messageId, packet.token);
    if (isRegister)
        answer.option(locationPathOption, "rd")
            .option(locationPathOption, std::to_string(peer.index));
    dtls_.send(peer, answer.octets());
}

void LoadServer::onResponse(DtlsServer::Peer& peer, const Packet& packet)
{
    if (packet.type == Type::Confirmable)
        dtls_.send(peer,
                   PacketWriter(Type::Acknowledgement, emptyCode, packet.messageId, {}).octets());
    const auto found = outstanding_.find(packet.token);
    if (found == outstanding_.end()) {
        notified_ += !packet.token.empty() && packet.token[0] == observeKind ? 1 : 0;
        return;
    }
    const std::chrono::duration<double, std::micro> taken = Clock::now() - found->second.sentAt;
    outstanding_.erase(found);
    latencies_.push_back(taken.count());
    ++answered_;
    if (asked_ < load_.total)
        ask();
}

void LoadServer::onStall()
{
    for (const auto& [token, request] : outstanding_)
        dtls_.send(*request.peer, request.packet);
}

std::string LoadServer::results()
{
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [this](double share) {
        const auto last = static_cast<double>(latencies_.size() - 1);
        return std::to_string(latencies_.at(static_cast<std::size_t>(share * last)));
    };
    return std::to_string(latencies_.size()) + " " + at(0.5) + " " + at(0.99) + " " + at(1.0);
}

} // namespace causeway::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/coap/block_sink.hpp"
#include "agent/coap/block_source.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/link.hpp"
#include "agent/coap/message.hpp"
#include "agent/coap/notifier.hpp"
#include "agent/coap/outbox.hpp"
#include "agent/coap/piece_order.hpp"
#include "agent/coap/reply_cache.hpp"

namespace causeway::coap {

/// The peer's requests: none runs twice, uploads are put together, each is answered once, on its
/// acknowledgement when the answer is there at once and separately when it is not.
class Responder
{
public:
    /// Requests that the handler has not answered yet. NSTART allows a server one; some use more.
    static constexpr std::size_t mostPending = 16;

    Responder(Link& link, Outbox& outbox, BlockSource& source, Notifier& notifier);
    ~Responder();
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;

    /// A request, confirmable or not. May destroy this.
    void receive(Message& message);

    [[nodiscard]] UnderWay underWay() const;

private:
    class Answer;
    struct Pending;

    void repeat(const Header& header, const ReplyCache::Seen& seen);
    void refuseOption(const Header& header, std::uint16_t number);
    [[nodiscard]] bool isBadTransfer(const Message& message) const;
    [[nodiscard]] bool goesOnWithKept(const Message& message, std::uint64_t key) const;
    [[nodiscard]] bool continuesDownload(const Message& message, std::uint64_t key);
    void upload(Message& message, std::uint64_t key);
    [[nodiscard]] bool goesOnInPieces(const Message& message) const;
    void passOn(Message& message, std::uint64_t key);
    struct Body;
    void serve(Message& message, Body body, std::uint64_t key);
    void answer(std::uint64_t id, api::Response response);
    void acknowledge(std::uint64_t id);
    [[nodiscard]] std::uint8_t replyCode(const Pending& pending, const api::Response& response);
    void noteObservation(const Pending& pending, const api::Response& response);
    void reply(const Header& request, std::uint8_t code, const TransferOptions& options = {});
    void refuse(const Header& request, std::string_view why);
    void send(const Header& request, const MessageWriter& writer);
    void sendSeparately(const MessageWriter& writer,
                        std::uint16_t messageId,
                        bool isObserved,
                        const api::Token& token);
    [[nodiscard]] Header makeReplyHeader(const Header& request, std::uint8_t code);

    Link& link_;
    Outbox& outbox_;
    BlockSource& source_;
    Notifier& notifier_;
    BlockSink sink_;
    PieceOrder pieces_;
    ReplyCache cache_;
    std::vector<Pending> pending_;
    std::uint64_t lastId_ = 0;
};

} // namespace causeway::coap

// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/responder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "agent/coap/fingerprint.hpp"
#include "agent/coap/timing.hpp"

namespace causeway::coap {

using api::Method;
using model::OutcomeCode;

namespace {

constexpr std::uint8_t toCode(OutcomeCode code)
{
    return static_cast<std::uint8_t>(code);
}

ReplyCache::Kind kindOf(const Message& message)
{
    const std::uint8_t code = message.header.code;
    if (code == static_cast<std::uint8_t>(Method::Get) ||
        code == static_cast<std::uint8_t>(Method::Fetch))
        return ReplyCache::Kind::Reads;
    return message.block1 && message.block1->hasMore ? ReplyCache::Kind::Block
                                                     : ReplyCache::Kind::Acts;
}

std::uint64_t extend(std::uint64_t print, const std::vector<std::string>& segments)
{
    for (const auto& segment : segments) {
        const std::array length{static_cast<std::uint8_t>(segment.size())};
        print = fingerprint(base::asBytes(segment), fingerprint(length, print));
    }
    return fingerprint(std::array<std::uint8_t, 1>{0}, print);
}

// What the request is about: method, path, query and the format asked for (RFC 7252 §5.6, the cache
// key).
std::uint64_t resourceKey(const Message& message)
{
    const std::uint32_t accept = message.accept ? *message.accept + 1U : 0U;
    const std::array start{message.header.code,
                           static_cast<std::uint8_t>(accept >> 8U),
                           static_cast<std::uint8_t>(accept)};
    return extend(extend(fingerprint(start), message.path), message.query);
}

bool isFetch(const Message& message)
{
    return message.header.code == static_cast<std::uint8_t>(Method::Fetch);
}

// What FETCH asks is in its payload (RFC 8132 §2.1), which later blocks may be asked for without,
// with the Request-Tag of the upload if it had one (RFC 9175 §3.3).
BodyKey bodyKey(const Message& message, base::ByteView payload, std::uint64_t resource)
{
    BodyKey key{resource};
    if (isFetch(message) && !payload.empty())
        key.question = fingerprint(payload);
    if (message.requestTag)
        key.tag = fingerprint(*message.requestTag);
    return key;
}

// The pieces of one body have one Content-Format (RFC 7959 §2.3): another one is another body.
std::uint64_t uploadKey(const Message& message, std::uint64_t key)
{
    const std::uint32_t format = message.contentFormat ? *message.contentFormat + 1U : 0U;
    key = fingerprint(std::array{static_cast<std::uint8_t>(format >> 8U),
                                 static_cast<std::uint8_t>(format),
                                 static_cast<std::uint8_t>(format >> 16U)},
                      key);
    return message.requestTag ? fingerprint(*message.requestTag, key + 1) : key;
}

} // namespace

struct Responder::Pending
{
    std::uint64_t id = 0;
    BodyKey key;
    Header header;
    std::optional<std::uint32_t> observe;
    std::optional<Block> block1;
    std::optional<Block> wish;
    std::optional<std::uint64_t> upload; ///< the one that this is a piece of
    bool isAcknowledged = false;
    std::unique_ptr<base::Timer> timer;
};

/// What a request brings: all of it, or a piece.
struct Responder::Body
{
    base::Bytes octets;
    std::optional<api::Piece> piece{};
};

/// The api::Respond that the handler gets: answers once, at the latest when it is dropped.
class Responder::Answer
{
public:
    Answer(Responder& owner, std::uint64_t id)
        : alive_(owner.link_.alive)
        , owner_(&owner)
        , id_(id)
    {}

    Answer(Answer&& other) noexcept
        : alive_(std::move(other.alive_))
        , owner_(std::exchange(other.owner_, nullptr))
        , id_(other.id_)
    {}

    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    Answer& operator=(Answer&&) = delete;

    ~Answer()
    {
        if (owner_ == nullptr)
            return;
        api::Response response;
        response.code = OutcomeCode::InternalServerError;
        (*this)(std::move(response));
    }

    void operator()(api::Response response)
    {
        Responder* const owner = std::exchange(owner_, nullptr);
        if (owner != nullptr && !alive_.expired())
            owner->answer(id_, std::move(response));
    }

private:
    std::weak_ptr<const char> alive_;
    Responder* owner_;
    std::uint64_t id_;
};

Responder::Responder(Link& link, Outbox& outbox, BlockSource& source, Notifier& notifier)
    : link_(link)
    , outbox_(outbox)
    , source_(source)
    , notifier_(notifier)
    , sink_(link.scheduler)
    , pieces_(link.scheduler)
{}

Responder::~Responder() = default;

void Responder::receive(Message& message)
{
    const Header& header = message.header;
    const base::TimePoint now = link_.scheduler.now();
    const bool isConfirmable = header.type == MessageType::Confirmable;
    const bool mayRepeat = header.type != MessageType::Reliable;
    if (const auto seen = mayRepeat ? cache_.find(header.messageId, now) : std::nullopt) {
        repeat(header, *seen);
        return;
    }
    const std::uint64_t key = resourceKey(message);
    if (!link_.carrier.takesRequests() && !goesOnWithKept(message, key)) {
        if (!mayRepeat) // nobody would send it again
            refuse(header, "no requests are taken now");
        return;
    }
    const base::Duration lifetime = isConfirmable ? exchangeLifetime : nonLifetime;
    if (mayRepeat)
        cache_.remember(header.messageId, kindOf(message), lifetime, now);
    if (message.unknownCritical) {
        refuseOption(header, *message.unknownCritical);
        return;
    }
    if (header.code > static_cast<std::uint8_t>(Method::IPatch))
        reply(header, toCode(OutcomeCode::MethodNotAllowed));
    else if (isBadTransfer(message))
        reply(header, toCode(OutcomeCode::BadRequest));
    else if (message.block1 && goesOnInPieces(message))
        passOn(message, key);
    else if (message.block1)
        upload(message, key);
    else if (!continuesDownload(message, key))
        serve(message, {{message.payload.begin(), message.payload.end()}}, key);
}

UnderWay Responder::underWay() const
{
    if (pending_.empty())
        return {};
    return {pending_.front().id, pending_.back().id, pending_.size() >= mostPending};
}

void Responder::repeat(const Header& header, const ReplyCache::Seen& seen)
{
    if (header.type == MessageType::Confirmable && !seen.reply.empty())
        link_.carrier.sendDatagram(seen.reply);
}

// RFC 7252 §5.4.1: a confirmable request is told, a non-confirmable one is silently dropped.
void Responder::refuseOption(const Header& header, std::uint16_t number)
{
    if (header.type == MessageType::NonConfirmable)
        return;
    const bool isProxying = number == static_cast<std::uint16_t>(OptionNumber::ProxyUri) ||
                            number == static_cast<std::uint16_t>(OptionNumber::ProxyScheme);
    const std::uint8_t code =
        isProxying ? proxyingNotSupportedCode : toCode(OutcomeCode::BadOption);
    MessageWriter writer = writeResponse(makeReplyHeader(header, code), {}, {});
    writer.payload(base::asBytes("option " + std::to_string(number)));
    send(header, writer);
}

bool Responder::isBadTransfer(const Message& message) const
{
    const auto isReserved = [](const std::optional<Block>& block) {
        return block && block->exponent > Block::largestExponent;
    };
    return isReserved(message.block1) || isReserved(message.block2);
}

// What only fetches the rest of a body that has begun reads and changes nothing: who hears no
// requests for a while must not lose the notifications it sends meanwhile.
bool Responder::goesOnWithKept(const Message& message, std::uint64_t key) const
{
    return message.block2 && message.block2->number > 0 && !message.block1 &&
           !isBadTransfer(message) && !message.unknownCritical &&
           (message.payload.empty() || isFetch(message)) &&
           source_.has(bodyKey(message, message.payload, key));
}

// Later blocks come from the frozen body. Without it what asks in full reads afresh, and the ETag
// tells the server; other methods cannot be asked again without their payload.
bool Responder::continuesDownload(const Message& message, std::uint64_t key)
{
    const bool isQuestion = message.payload.empty() || isFetch(message);
    if (!message.block2 || message.block2->number == 0 || !isQuestion)
        return false;
    const Header header = makeReplyHeader(message.header, emptyCode);
    const BodyKey asked = bodyKey(message, message.payload, key);
    if (const auto writer = source_.writeKept(header, asked, *message.block2)) {
        send(message.header, *writer);
        return true;
    }
    if (message.header.code == static_cast<std::uint8_t>(Method::Get) || !message.payload.empty())
        return false;
    reply(message.header, toCode(OutcomeCode::RequestIncomplete));
    return true;
}

void Responder::upload(Message& message, std::uint64_t key)
{
    const auto code = sink_.add(uploadKey(message, key), message);
    if (!code) {
        serve(message, {sink_.takeBody()}, key);
        return;
    }
    TransferOptions options;
    options.block1 = message.block1;
    if (*code == toCode(OutcomeCode::RequestTooLarge))
        options.size1 = static_cast<std::uint32_t>(BlockSink::largestBody);
    reply(message.header, *code, options);
}

bool Responder::goesOnInPieces(const Message& message) const
{
    api::Request head;
    head.method = static_cast<Method>(message.header.code);
    head.path = message.path;
    head.query = message.query;
    head.contentFormat = message.contentFormat;
    return link_.carrier.takesPieces(head);
}

void Responder::passOn(Message& message, std::uint64_t key)
{
    const Block block = *message.block1;
    const auto code = pieces_.admit(uploadKey(message, key), message);
    if (code) {
        TransferOptions options;
        options.block1 = block;
        reply(message.header, *code, options);
        return;
    }
    api::Piece piece{block.offset(), {}, !block.hasMore};
    if (message.size1)
        piece.total = *message.size1;
    serve(message, {{message.payload.begin(), message.payload.end()}, piece}, key);
}

void Responder::serve(Message& message, Body body, std::uint64_t key)
{
    // Notifications on their way by TCP say nothing of a peer that does not read.
    const bool isBacklogged = !link_.isReliable && outbox_.isFull();
    if (pending_.size() >= mostPending || isBacklogged) {
        if (body.piece)
            pieces_.forget(); // this one is lost, so the next must not go on
        refuse(message.header, "too many requests wait for an answer");
        return;
    }
    const std::uint64_t id = ++lastId_;
    Pending& pending = pending_.emplace_back();
    pending.id = id;
    pending.key = bodyKey(message, body.octets, key);
    pending.header = message.header;
    pending.observe = message.observe;
    pending.block1 = message.block1;
    pending.wish = message.block2;
    if (body.piece)
        pending.upload = pieces_.current();
    message.payload = {};
    api::Request request = toRequest(message);
    request.payload = std::move(body.octets);
    request.piece = body.piece;
    if (pending.wish && pending.wish->number != 0)
        request.observe.reset(); // RFC 7959 §2.6: only the first block's request observes
    const auto alive = link_.alive;
    link_.carrier.onRequest(std::move(request), Answer(*this, id));
    if (alive.expired() || pending_.empty() || pending_.back().id != id)
        return;
    Pending& waiting = pending_.back();
    if (waiting.header.type != MessageType::Confirmable)
        return;
    waiting.timer = std::make_unique<base::Timer>(link_.scheduler, [this, id] { acknowledge(id); });
    waiting.timer->start(ackDelay);
}

void Responder::acknowledge(std::uint64_t id)
{
    const auto pending = std::find_if(
        pending_.begin(), pending_.end(), [&](const Pending& entry) { return entry.id == id; });
    pending->isAcknowledged = true;
    const auto writer = writeEmpty(MessageType::Acknowledgement, pending->header.messageId);
    cache_.keepReply(pending->header.messageId, writer.datagram());
    link_.carrier.sendDatagram(writer.datagram());
}

void Responder::answer(std::uint64_t id, api::Response response)
{
    const auto found = std::find_if(
        pending_.begin(), pending_.end(), [&](const Pending& entry) { return entry.id == id; });
    if (found == pending_.end())
        return;
    const Pending pending = std::move(*found);
    pending_.erase(found);
    noteObservation(pending, response);
    const bool isObserved = response.observe.has_value();
    TransferOptions options;
    options.block1 = pending.block1;
    options.size1 = response.largestBody;
    Header header = makeReplyHeader(pending.header, replyCode(pending, response));
    if (pending.isAcknowledged) {
        header.type = MessageType::Confirmable;
        header.messageId = link_.nextMessageId();
    }
    MessageWriter writer =
        source_.write(header, options, pending.key, std::move(response), pending.wish);
    if (writer.hasOverflowed()) {
        header.code = toCode(OutcomeCode::InternalServerError);
        writer = writeResponse(header, {}, options);
    }
    if (pending.isAcknowledged)
        sendSeparately(writer, header.messageId, isObserved, header.token);
    else
        send(pending.header, writer);
    if (link_.isReliable)
        link_.carrier.onAnswered();
}

// RFC 7959 §2.9.1: a piece is answered with 2.31 until the last one.
std::uint8_t Responder::replyCode(const Pending& pending, const api::Response& response)
{
    const bool isSuccess =
        static_cast<std::uint8_t>(response.code) < toCode(OutcomeCode::BadRequest);
    if (!isSuccess && pending.upload == pieces_.current())
        pieces_.forget(); // unless its sender has begun another since
    return pending.upload && isSuccess && pending.block1->hasMore ? continueCode
                                                                  : toCode(response.code);
}

void Responder::noteObservation(const Pending& pending, const api::Response& response)
{
    if (!pending.observe)
        return;
    if (response.observe)
        notifier_.remember(pending.header.token, pending.key, pending.wish);
    else
        notifier_.forget(pending.header.token);
}

Header Responder::makeReplyHeader(const Header& request, std::uint8_t code)
{
    if (request.type == MessageType::Confirmable)
        return {
            MessageType::Acknowledgement, code, request.messageId, request.token, link_.largest};
    return {request.type, code, link_.nextMessageId(), request.token, link_.largest};
}

void Responder::reply(const Header& request, std::uint8_t code, const TransferOptions& options)
{
    send(request, writeResponse(makeReplyHeader(request, code), {}, options));
}

// 5.03 would say it better, but no answer to device management may be that (LwM2M Core §6.3), and
// Leshan drops one that is.
void Responder::refuse(const Header& request, std::string_view why)
{
    MessageWriter writer =
        writeResponse(makeReplyHeader(request, toCode(OutcomeCode::InternalServerError)), {}, {});
    writer.payload(base::asBytes(why));
    send(request, writer);
}

void Responder::send(const Header& request, const MessageWriter& writer)
{
    if (request.type == MessageType::Confirmable)
        cache_.keepReply(request.messageId, writer.datagram());
    link_.carrier.sendDatagram(writer.datagram());
}

void Responder::sendSeparately(const MessageWriter& writer,
                               std::uint16_t messageId,
                               bool isObserved,
                               const api::Token& token)
{
    outbox_.submitResponse(messageId, writer.datagram(), [this, isObserved, token](Ending ending) {
        if (ending == Ending::TimedOut)
            link_.carrier.onPeerLost({base::ErrorKind::Timeout,
                                      "the server has not acknowledged a response sent five "
                                      "times",
                                      base::Retry::AfterReconnect});
        else if (ending == Ending::Reset && isObserved)
            link_.carrier.onReset(token);
    });
}

} // namespace causeway::coap

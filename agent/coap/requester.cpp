// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/requester.hpp"

#include <algorithm>
#include <utility>

#include "agent/coap/entropy.hpp"
#include "agent/coap/timing.hpp"

namespace causeway::coap {

using base::ErrorKind;
using base::fail;
using model::OutcomeCode;

namespace {

api::Token makeToken()
{
    api::Token token;
    token.size = 8;
    std::uint64_t random = unpredictableNumber();
    for (auto& octet : token.octets) {
        octet = static_cast<std::uint8_t>(random);
        random >>= 8U;
    }
    return token;
}

bool isCode(const Message& message, OutcomeCode code)
{
    return message.header.code == static_cast<std::uint8_t>(code);
}

base::Bytes toBytes(base::ByteView view)
{
    return {view.begin(), view.end()};
}

// RFC 7959 §2.4: an answer without Block2 is whole.
base::Expected<api::Response> toBlock(Message& message)
{
    const Block block = message.block2.value_or(Block{});
    const bool isWhole = !message.block2;
    const std::size_t size = message.payload.size();
    if (block.exponent > Block::largestExponent || (block.hasMore && size != block.size()) ||
        (!isWhole && size > block.size()))
        return fail(ErrorKind::Corrupt, "the server's answer is no block of the size that it says");
    api::AnswerBlock given{block.number, block.exponent, block.hasMore, message.size2, {}};
    given.etag = toBytes(message.etag);
    api::Response response = toResponse(message);
    response.block = std::move(given);
    return response;
}

} // namespace

struct Requester::Current
{
    explicit Current(Requester& owner, Queued&& queued)
        : request(std::move(queued.request))
        , done(std::move(queued.done))
        , silence(owner.link_.scheduler, [&owner] { owner.onSilence(); })
    {}

    api::Request request;
    api::Session::ResponseDone done;
    api::Token token;
    std::uint16_t messageId = 0;
    base::Timer silence;

    // The upload: what was sent last, and in what size.
    bool isUpload = false;
    std::size_t offset = 0;
    std::uint8_t exponent = Block::largestExponent;
    bool hasStartedAgain = false;
    base::Bytes echo;

    // The download: what has come of the answer.
    bool isDownload = false;
    std::uint8_t answerExponent = Block::largestExponent;
    api::Response answer;
    base::Bytes etag;
};

Requester::Requester(Link& link, Outbox& outbox)
    : link_(link)
    , outbox_(outbox)
{}

Requester::~Requester() = default;

void Requester::request(api::Request request, api::Session::ResponseDone done)
{
    queue_.push_back({std::move(request), std::move(done)});
    begin();
}

void Requester::begin()
{
    if (current_ || queue_.empty())
        return;
    current_ = std::make_unique<Current>(*this, std::move(queue_.front()));
    queue_.erase(queue_.begin());
    sendNext();
}

void Requester::sendNext()
{
    current_->silence.stop();
    current_->token = makeToken();
    current_->messageId = link_.nextMessageId();
    const Header header{link_.typeOf(true),
                        static_cast<std::uint8_t>(current_->request.method),
                        current_->messageId,
                        current_->token,
                        link_.largest};
    const MessageWriter writer = writeNext(header);
    if (writer.hasOverflowed()) {
        link_.deferred.run(guard(link_.alive, [this, messageId = current_->messageId] {
            if (current_ && current_->messageId == messageId)
                finish(fail(ErrorKind::LimitExceeded, "the request's path and query are too long"));
        }));
        return;
    }
    outbox_.submit(
        current_->messageId, writer.datagram(), [this](Ending ending) { onEnding(ending); });
}

MessageWriter Requester::writeNext(const Header& header)
{
    Current& current = *current_;
    TransferOptions options;
    options.echo = current.echo;
    if (const auto& wish = current.request.block) {
        options.block2 = Block{wish->number, false, wish->exponent};
        if (wish->number == 0)
            options.size2 = 0; // RFC 7959 §4: asks for the size
        return writeRequest(header, current.request, options);
    }
    if (current.isDownload) {
        Block block{0, false, current.answerExponent};
        block.number = static_cast<std::uint32_t>(current.answer.payload.size() / block.size());
        options.block2 = block;
        current.request.observe.reset();
        return writeRequest(header, current.request, options);
    }
    if (!current.isUpload && current.request.payload.size() <= mostAtOnce(header.largest)) {
        MessageWriter whole = writeRequest(header, current.request, options);
        whole.payload(current.request.payload);
        if (!whole.hasOverflowed())
            return whole;
    }
    return writePiece(header);
}

MessageWriter Requester::writePiece(const Header& header)
{
    Current& current = *current_;
    const base::ByteView body = current.request.payload;
    current.isUpload = true;
    for (;; --current.exponent) {
        Block block{0, false, current.exponent};
        block.number = static_cast<std::uint32_t>(current.offset / block.size());
        block.hasMore = current.offset + block.size() < body.size();
        TransferOptions options;
        options.echo = current.echo;
        options.block1 = block;
        if (current.offset == 0)
            options.size1 = static_cast<std::uint32_t>(body.size());
        MessageWriter writer = writeRequest(header, current.request, options);
        writer.payload(
            body.subspan(current.offset, std::min(block.size(), body.size() - current.offset)));
        if (!writer.hasOverflowed() || current.exponent == 0)
            return writer;
    }
}

void Requester::onEnding(Ending ending)
{
    if (ending == Ending::Abandoned)
        return; // abandon() has told already
    if (ending == Ending::Acknowledged) {
        current_->silence.start(responseWait);
        return;
    }
    if (ending == Ending::Reset) {
        finish(fail(ErrorKind::Refused, "the server reset the request"));
        return;
    }
    const base::Error error{ErrorKind::Timeout,
                            "the server has not acknowledged a request sent five times",
                            base::Retry::AfterReconnect};
    const auto alive = link_.alive;
    auto done = std::move(current_->done);
    current_.reset();
    done(fail(error));
    if (!alive.expired())
        link_.carrier.onPeerLost(error);
}

void Requester::onSilence()
{
    finish(fail(ErrorKind::Timeout,
                link_.isReliable ? "the server has not answered the request"
                                 : "the server has acknowledged the request but not answered it",
                base::Retry::Later));
}

void Requester::finish(base::Expected<api::Response> result)
{
    const auto alive = link_.alive;
    auto done = std::move(current_->done);
    current_.reset();
    done(std::move(result));
    if (!alive.expired())
        begin();
}

bool Requester::isExpected(const Message& message) const
{
    if (!current_ || message.header.token != current_->token)
        return false;
    // RFC 7252 §5.3.2: a piggybacked response must match the message ID as well.
    return message.header.type != MessageType::Acknowledgement ||
           message.header.messageId == current_->messageId;
}

void Requester::receive(Message& message)
{
    if (!isExpected(message)) {
        receiveStranger(message);
        return;
    }
    outbox_.drop(current_->messageId);
    const std::uint16_t messageId = message.header.messageId;
    const bool isConfirmable = message.header.type == MessageType::Confirmable;
    if (message.unknownCritical) {
        if (isConfirmable)
            link_.carrier.sendDatagram(writeEmpty(MessageType::Reset, messageId).datagram());
        finish(fail(ErrorKind::Refused,
                    "the server's answer has the critical option " +
                        std::to_string(*message.unknownCritical) + ", which we do not know"));
        return;
    }
    if (isConfirmable) {
        acknowledged_[acknowledgedCount_++ % acknowledged_.size()] = messageId;
        link_.carrier.sendDatagram(writeEmpty(MessageType::Acknowledgement, messageId).datagram());
    }
    handle(message);
}

void Requester::receiveStranger(const Message& message)
{
    if (message.header.type != MessageType::Confirmable)
        return;
    const std::uint16_t messageId = message.header.messageId;
    const auto end =
        acknowledged_.begin() +
        static_cast<std::ptrdiff_t>(std::min(acknowledgedCount_, acknowledged_.size()));
    const bool isRepetition = std::find(acknowledged_.begin(), end, messageId) != end;
    const auto type = isRepetition ? MessageType::Acknowledgement : MessageType::Reset;
    link_.carrier.sendDatagram(writeEmpty(type, messageId).datagram());
}

void Requester::handle(Message& message)
{
    if (startsAgain(message) || continuesUpload(message)) {
        sendNext();
        return;
    }
    if (current_->request.block) {
        finish(toBlock(message));
        return;
    }
    if (message.block2 && (message.block2->hasMore || current_->isDownload)) {
        collect(message, *message.block2);
        return;
    }
    finish(toResponse(message));
}

bool Requester::continuesUpload(const Message& message)
{
    Current& current = *current_;
    if (!current.isUpload || message.header.code != continueCode)
        return false;
    const Block sent{0, false, current.exponent};
    if (current.offset + sent.size() >= current.request.payload.size())
        return false; // nothing is left to continue with
    current.offset += sent.size();
    if (message.block1)
        current.exponent = std::min(current.exponent, message.block1->exponent);
    return true;
}

// The three answers that ask for the same request in another form; each is followed once, a smaller
// block size as often as it gets smaller.
bool Requester::startsAgain(const Message& message)
{
    Current& current = *current_;
    const bool isUploadBroken = current.isUpload && isCode(message, OutcomeCode::RequestIncomplete);
    // RFC 9175 §2.3: the server wants to know that we are there.
    const bool asksForEcho = isCode(message, OutcomeCode::Unauthorized) && !message.echo.empty();
    if ((isUploadBroken || asksForEcho) && !current.hasStartedAgain) {
        current.hasStartedAgain = true;
        current.offset = 0;
        current.echo = toBytes(message.echo);
        return true;
    }
    // RFC 7959 §2.9.3: too large in blocks of this size.
    const bool wantsSmaller = isCode(message, OutcomeCode::RequestTooLarge) && message.block1 &&
                              message.block1->exponent < current.exponent && current.offset == 0;
    if (!wantsSmaller)
        return false;
    current.exponent = message.block1->exponent;
    current.isUpload = true;
    return true;
}

void Requester::collect(Message& message, const Block& block)
{
    Current& current = *current_;
    if (!current.isDownload) {
        current.isDownload = true;
        current.etag = toBytes(message.etag);
        const base::ByteView payload = std::exchange(message.payload, {});
        current.answer = toResponse(message);
        message.payload = payload;
    }
    base::Bytes& body = current.answer.payload;
    const bool fits = block.exponent <= Block::largestExponent && block.offset() == body.size() &&
                      (!block.hasMore || message.payload.size() == block.size()) &&
                      std::ranges::equal(message.etag, current.etag);
    if (!fits) {
        finish(fail(ErrorKind::Corrupt,
                    "the blocks of the server's answer do not belong together",
                    base::Retry::Later));
        return;
    }
    if (body.size() + message.payload.size() > largestAnswer) {
        finish(fail(ErrorKind::LimitExceeded, "the server's answer is longer than 64 KiB"));
        return;
    }
    body.insert(body.end(), message.payload.begin(), message.payload.end());
    current.answerExponent = block.exponent;
    if (block.hasMore)
        sendNext();
    else
        finish(std::move(current.answer));
}

std::vector<api::Session::ResponseDone> Requester::abandon()
{
    std::vector<api::Session::ResponseDone> abandoned;
    if (current_)
        abandoned.push_back(std::move(current_->done));
    current_.reset();
    for (auto& queued : queue_)
        abandoned.push_back(std::move(queued.done));
    queue_.clear();
    return abandoned;
}

} // namespace causeway::coap

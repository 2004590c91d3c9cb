// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/coap_fetch.hpp"

#include <utility>

#include "agent/lwm2m/outcome_text.hpp"

namespace causeway::lwm2m {

using base::Error;
using base::ErrorKind;
using base::Retry;
using model::OutcomeCode;

namespace {

constexpr std::uint8_t largestExponent = 6;        // RFC 7959 §2.2: 1,024 octets
constexpr std::uint32_t largestNumber = 0xFFFFF;   // likewise: 20 bits
constexpr auto tooManyRequests = OutcomeCode{157}; // 4.29, RFC 8516
constexpr auto notImplemented = std::uint8_t{161}; // 5.01
constexpr auto proxyingMissing = OutcomeCode{165}; // 5.05
/// A repository may get a new package while we fetch the old one; more often is no repository.
constexpr int mostBeginnings = 4;

api::AnswerBlock blockAt(std::uint64_t offset, std::uint8_t exponent)
{
    api::AnswerBlock block;
    block.exponent = exponent;
    block.number = static_cast<std::uint32_t>(offset / block.size());
    return block;
}

// What is there ends where blocks of this size do.
std::uint8_t exponentAt(std::uint64_t offset)
{
    std::uint8_t exponent = largestExponent;
    while (exponent > 0 && offset % (std::uint64_t{16} << exponent) != 0)
        --exponent;
    return exponent;
}

Error errorOf(const api::Response& response)
{
    const auto code = static_cast<std::uint8_t>(response.code);
    const std::string sentence = "the repository answers " + describe(response);
    if (code < static_cast<std::uint8_t>(OutcomeCode::BadRequest))
        return {ErrorKind::Corrupt, sentence};
    const bool isTheirs = code >= static_cast<std::uint8_t>(OutcomeCode::InternalServerError) &&
                          code != notImplemented && response.code != proxyingMissing;
    if (isTheirs || response.code == tooManyRequests)
        return {ErrorKind::Unreachable, sentence, Retry::Later};
    return {ErrorKind::NotFound, sentence};
}

} // namespace

CoapFetch::CoapFetch(api::Transport& transport,
                     api::SessionSettings settings,
                     PackageUri uri,
                     api::FetchPlan plan,
                     api::FetchListener& listener)
    : uri_(std::move(uri))
    , listener_(listener)
    , offset_(plan.offset % 16 == 0 ? plan.offset : 0)
    , version_(std::move(plan.version))
    , exponent_(exponentAt(offset_))
    , session_(transport.open(std::move(settings), *this))
{}

void CoapFetch::onConnected(const api::ChannelFacts&)
{
    ask();
}

// Whatever it is, the way to the repository may be free later.
void CoapFetch::onClosed(const Error& reason)
{
    listener_.onFetchFailed({reason.kind, reason.message, Retry::Later});
}

// A repository is no LwM2M Server.
void CoapFetch::onRequest(api::Request, api::Respond respond)
{
    respond(toResponse(model::refuse(OutcomeCode::NotFound, "there is nothing here")));
}

void CoapFetch::onReset(const api::Token&) {}

void CoapFetch::ask()
{
    api::Request request;
    if (!isLiteralHost(uri_.host))
        request.host = uri_.host; // RFC 7252 §6.4 step 5
    request.path = uri_.path;
    request.query = uri_.query;
    request.block = blockAt(offset_, exponent_);
    session_->request(std::move(request),
                      lifetime_.guard([this](base::Expected<api::Response> answer) {
                          onAnswer(std::move(answer));
                      }));
}

void CoapFetch::onAnswer(base::Expected<api::Response> answer)
{
    if (!answer) {
        const bool isWrong = answer.error().kind == ErrorKind::Corrupt;
        const auto retry = isWrong ? Retry::Never : Retry::Later;
        listener_.onFetchFailed({answer.error().kind, answer.error().message, retry});
    } else if (answer->code == OutcomeCode::Content && answer->block) {
        onBlock(std::move(*answer));
    } else {
        listener_.onFetchFailed(errorOf(*answer));
    }
}

void CoapFetch::onBlock(api::Response response)
{
    const api::AnswerBlock& block = *response.block;
    api::PackagePiece piece{offset_, {}, block.total, base::toHex(block.etag), !block.hasMore};
    const bool isOther = offset_ != 0 && (piece.version != version_ ||
                                          (total_ && block.total && *total_ != *block.total));
    if (isOther)
        return beginAnew();
    const std::uint64_t end = offset_ + response.payload.size();
    // RFC 7959 §2.3: blocks may get smaller, not larger.
    if (block.offset() != offset_ || (offset_ != 0 && block.exponent > exponent_))
        return listener_.onFetchFailed(
            {ErrorKind::Corrupt, "the repository sends another block than the one asked for"});
    if (block.hasMore && end / block.size() > largestNumber)
        return listener_.onFetchFailed(
            {ErrorKind::LimitExceeded, "the package has more blocks than can be numbered"});
    piece.octets = std::move(response.payload);
    offset_ = end;
    exponent_ = block.exponent;
    version_ = piece.version;
    total_ = block.total ? block.total : total_;
    listener_.onPiece(std::move(piece), lifetime_.guard([this] { ask(); }));
}

void CoapFetch::beginAnew()
{
    if (++beginnings_ > mostBeginnings)
        return listener_.onFetchFailed(
            {ErrorKind::Corrupt, "the package changes again and again while it is fetched"});
    offset_ = 0;
    exponent_ = largestExponent;
    version_.clear();
    total_.reset();
    ask();
}

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#include "agent/web/http_fetch.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/base/door.hpp"

namespace causeway::web {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

/// Answers that are no HTTP; whatever else breaks may be whole the next time.
constexpr std::array notHttp{
    CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING};

Error errorOf(CURLcode code)
{
    if (std::ranges::find(notHttp, code) != notHttp.end())
        return {ErrorKind::Corrupt, "what the repository answers is no HTTP"};
    if (code == CURLE_OPERATION_TIMEDOUT)
        return {ErrorKind::Timeout, "the repository sends nothing, or too slowly", Retry::Later};
    return {ErrorKind::Unreachable,
            fmt::format("the connection to the repository broke: {}", curl_easy_strerror(code)),
            Retry::Later};
}

std::string fieldOf(CURL* easy, const char* name)
{
    curl_header* header = nullptr;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return {};
    return header->value;
}

} // namespace

HttpFetch::HttpFetch(const Shared& shared, api::WebPlan plan, api::FetchListener& listener)
    : shared_(shared)
    , plan_(std::move(plan))
    , listener_(listener)
    , question_{plan_.package.offset, plan_.package.version}
    , deliver_(shared.loop, [this] { deliver(); })
    , turn_(shared.loop,
            [this] {
                if (shared_.places.hasWaiting())
                    end({ErrorKind::Unreachable,
                         "other downloads wait for their turn",
                         Retry::Later});
                else
                    turn_.start(std::chrono::minutes(1));
            })
    , place_(std::make_unique<Places::Place>(shared.places, [this] {
        turn_.start(longestTurn);
        auto location = parseLocation(plan_.package.uri);
        if (!location)
            return end(location.error());
        location_ = std::move(*location);
        open();
    }))
{
    // What nobody can tell from another package is no beginning of this one.
    if (!isStrongTag(question_.version))
        question_ = {};
    offset_ = question_.offset;
}

HttpFetch::~HttpFetch()
{
    closeTransfer();
}

void HttpFetch::open()
{
    closeTransfer();
    stream_.reset();
    auto settings = plan_.access(location_.origin);
    if (!settings)
        return end(settings.error());
    StreamListener& listener = *this; // the base is private
    stream_ = shared_.streams.openStream(std::move(*settings), listener);
}

void HttpFetch::onStreamFailed(const Error& error)
{
    end(error);
}

void HttpFetch::onStreamOpen(base::UniqueFd socket)
{
    socket_ = std::move(socket);
    Transfers::Owner& owner = *this; // likewise
    isAdded_ = prepare() && shared_.transfers.add(easy_.get(), owner);
    if (!isAdded_)
        end({ErrorKind::Internal, "libcurl does not take the request", Retry::Later});
}

// The URL says http whatever the location says: what libcurl gets is a stream that is in clear, and
// of its own it connects nowhere, looks no name up and knows no proxy.
bool HttpFetch::prepare()
{
    easy_.reset(curl_easy_init());
    if (!easy_)
        return false;
    CURL* const easy = easy_.get();
    const std::string url = "http://127.0.0.1";
    bool isTaken = setFields();
    const auto set = [&](CURLoption option, auto value) {
        isTaken = curl_easy_setopt(easy, option, value) == CURLE_OK && isTaken;
    };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_REQUEST_TARGET, location_.target.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_HTTPHEADER, fields_.get());
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_TCP_NODELAY, 0L); // the socket may be none of TCP
    set(CURLOPT_LOW_SPEED_LIMIT, leastSpeed);
    set(CURLOPT_LOW_SPEED_TIME, long{slowness.count()});
    set(CURLOPT_HEADERFUNCTION, &HttpFetch::onHeadLine);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &HttpFetch::onBody);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_OPENSOCKETFUNCTION, &HttpFetch::openSocket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    set(CURLOPT_PREREQFUNCTION, &HttpFetch::onConnected);
    set(CURLOPT_PREREQDATA, static_cast<void*>(this));
    return isTaken;
}

// No User-Agent: a repository sees a device, not a gateway.
bool HttpFetch::setFields()
{
    const auto add = [this](const std::string& field) {
        curl_slist* const longer = curl_slist_append(fields_.get(), field.c_str());
        if (longer == nullptr)
            return false;
        (void)fields_.release();
        fields_.reset(longer);
        return true;
    };
    fields_.reset();
    if (!add("Host: " + location_.hostField()))
        return false;
    if (question_.offset == 0)
        return true;
    return add(fmt::format("Range: bytes={}-", question_.offset)) &&
           add("If-Range: " + question_.version);
}

void HttpFetch::closeTransfer()
{
    if (std::exchange(isAdded_, false))
        shared_.transfers.remove(easy_.get());
    easy_.reset();
    socket_.reset();
    verdict_.reset();
    code_.reset();
    held_.clear();
    headSize_ = 0;
    hasHead_ = false;
    isPaused_ = false;
}

// libcurl connects whatever it gets, and what is connected already it calls broken (7.88; 8.0 can
// be told, by CURL_SOCKOPT_ALREADY_CONNECTED). So it gets a socket that connects to itself, and
// before anything is written there that becomes the stream.
curl_socket_t
HttpFetch::openSocket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept
{
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_storage storage{};
    storage.ss_family = AF_UNIX;
    auto* const name = reinterpret_cast<sockaddr*>(&storage); // NOLINT: the sockets API
    socklen_t size = sizeof storage;
    // With a family and no name, the kernel makes one up (unix(7), autobind).
    const bool isNamed = socket.isOpen() && ::bind(socket.get(), name, sizeof(sa_family_t)) == 0 &&
                         ::getsockname(socket.get(), name, &size) == 0;
    if (!isNamed || size > sizeof address->addr)
        return CURL_SOCKET_BAD;
    address->family = AF_UNIX;
    address->addrlen = size;
    std::memcpy(&address->addr, name, size);
    static_cast<HttpFetch*>(self)->standIn_ = socket.get();
    return socket.release(); // libcurl closes it
}

// NOLINTNEXTLINE(readability-function-size): the parameters are libcurl's
int HttpFetch::onConnected(void* self,
                           char* /*theirAddress*/,
                           char* /*ourAddress*/,
                           int /*theirPort*/,
                           int /*ourPort*/) noexcept
{
    auto& fetch = *static_cast<HttpFetch*>(self);
    const bool isOurs = ::dup3(fetch.socket_.get(), fetch.standIn_, O_CLOEXEC) == fetch.standIn_;
    fetch.socket_.reset();
    return isOurs ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t
HttpFetch::onHeadLine(const char* octets, std::size_t size, std::size_t count, void* self) noexcept
{
    auto& fetch = *static_cast<HttpFetch*>(self);
    const std::string_view line(octets, size * count);
    fetch.headSize_ += line.size();
    fetch.hasHead_ = line == "\r\n" || line == "\n";
    if (fetch.headSize_ <= mostHead)
        return line.size();
    base::contain("an answer's head", [&] {
        if (!fetch.verdict_) // else it is what comes behind a body
            fetch.verdict_ = Error{ErrorKind::Corrupt, "the repository's answer is all head"};
    });
    return 0; // which ends the transfer
}

std::size_t
HttpFetch::onBody(const char* octets, std::size_t size, std::size_t count, void* self) noexcept
{
    std::size_t taken = 0;
    base::contain("an answer's body", [&] {
        taken = static_cast<HttpFetch*>(self)->takeBody(
            base::asBytes(std::string_view(octets, size * count)));
    });
    return taken;
}

/// How much of it; less than all of it ends the transfer.
std::size_t HttpFetch::takeBody(base::ByteView octets)
{
    // The body of another answer is of no use, and may have no end.
    if (!std::holds_alternative<PackageBody>(verdict()))
        return 0;
    if (held_.size() >= mostHeld) {
        isPaused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    held_.insert(held_.end(), octets.begin(), octets.end());
    deliver_.start(base::Duration::zero());
    return octets.size();
}

AnswerHead HttpFetch::readHead() const
{
    AnswerHead head;
    CURL* const easy = easy_.get();
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &head.status);
    curl_off_t length = -1;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length >= 0)
        head.length = static_cast<std::uint64_t>(length);
    const auto encoding = fieldOf(easy, "Transfer-Encoding");
    head.isChunked = curl_strequal(encoding.c_str(), "chunked") != 0;
    head.etag = fieldOf(easy, "ETag");
    head.contentRange = fieldOf(easy, "Content-Range");
    head.contentEncoding = fieldOf(easy, "Content-Encoding");
    head.location = fieldOf(easy, "Location");
    return head;
}

/// Of an answer whose head is there.
const Verdict& HttpFetch::verdict()
{
    if (verdict_)
        return *verdict_;
    verdict_ = judge(question_, readHead());
    if (const auto* const body = std::get_if<PackageBody>(&*verdict_))
        offset_ = body->offset;
    return *verdict_;
}

void HttpFetch::onTransferDone(CURLcode code)
{
    code_ = code;
    deliver_.start(base::Duration::zero());
}

// From the loop, never from inside libcurl, which must not be told then to let a transfer go.
void HttpFetch::deliver()
{
    if (isStoring_)
        return;
    if (!held_.empty())
        givePiece();
    else if (code_)
        onEnd();
}

void HttpFetch::givePiece()
{
    const auto& body = std::get<PackageBody>(verdict());
    const bool isWhole = code_ == CURLE_OK && body.end == body.total;
    api::PackagePiece piece{offset_, std::exchange(held_, {}), body.total, body.version, isWhole};
    offset_ += piece.octets.size();
    isStoring_ = true;
    listener_.onPiece(std::move(piece), lifetime_.guard([this] {
        isStoring_ = false;
        if (std::exchange(isPaused_, false))
            shared_.transfers.resume(easy_.get());
        deliver_.start(base::Duration::zero());
    }));
}

void HttpFetch::onEnd()
{
    const CURLcode code = *code_;
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    constexpr long firstFinal = 200; // RFC 9110 §15.2: what comes before that is no answer
    if (!verdict_ && (!hasHead_ || status < firstFinal))
        return end(errorOf(code == CURLE_OK ? CURLE_GOT_NOTHING : code));
    const Verdict judged = verdict();
    if (const auto* const error = std::get_if<Error>(&judged))
        return end(*error);
    if (const auto* const elsewhere = std::get_if<Redirection>(&judged))
        return follow(elsewhere->location);
    if (std::holds_alternative<AskForAll>(judged))
        return beginAnew();
    if (code != CURLE_OK)
        return end(errorOf(code));
    onPackageEnd(std::get<PackageBody>(judged));
}

// Everything that came was given already, the last piece as one of several.
void HttpFetch::onPackageEnd(const PackageBody& body)
{
    if (body.total && offset_ < *body.total)
        return end({ErrorKind::Unreachable,
                    "the repository sends less of the package than was asked for",
                    Retry::Later});
    isStoring_ = true;
    listener_.onPiece({offset_, {}, body.total, body.version, true}, [] {});
}

void HttpFetch::follow(const std::string& location)
{
    if (++redirections_ > mostRedirections)
        return end({ErrorKind::NotFound, "the repository leads from one place to the next"});
    auto next = redirect(location_, location);
    if (!next)
        return end(next.error());
    location_ = std::move(*next);
    open();
}

void HttpFetch::beginAnew()
{
    if (++beginnings_ > mostBeginnings)
        return end({ErrorKind::Corrupt, "the package changes again and again while it is fetched"});
    question_ = {};
    offset_ = 0;
    open();
}

void HttpFetch::end(const Error& error)
{
    const Error copy = error; // NOLINT: what is closed may destroy it
    closeTransfer();
    stream_.reset();
    deliver_.stop();
    turn_.stop();
    place_.reset();
    listener_.onFetchFailed(copy);
}

} // namespace causeway::web

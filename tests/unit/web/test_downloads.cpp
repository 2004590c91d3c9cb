// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <list>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "agent/web/downloads.hpp"
#include "tests/fakes/fake_streams.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;

namespace {

const std::string secure = "https://fw.example/meter";

/// One fetch, and everything it brings.
struct Download : api::FetchListener
{
    explicit Download(base::EventLoop& events)
        : loop(events)
    {}

    void onPiece(api::PackagePiece piece, base::Task next) override
    {
        if (piece.offset == 0)
            octets.clear();
        BOOST_TEST(piece.offset == octets.size());
        octets += base::asText(piece.octets);
        largest = std::max(largest, piece.octets.size());
        total = piece.total;
        version = piece.version;
        isWhole = piece.isLast;
        if (stores)
            loop.post(std::move(next));
        else
            waiting = std::move(next);
    }

    void onFetchFailed(const base::Error& failure) override
    {
        error = failure;
        fetch.reset(); // as PackagePull does
    }

    [[nodiscard]] bool isOver() const { return isWhole || error; }

    base::EventLoop& loop;
    std::string octets;
    std::size_t largest = 0;
    std::optional<std::uint64_t> total;
    std::string version;
    bool isWhole = false;
    bool stores = true; ///< else the disk takes its time
    std::optional<base::Task> waiting;
    std::optional<base::Error> error;
    std::unique_ptr<api::PackageFetch> fetch;
};

struct DownloadsFixture
{
    Download& fetch(const std::string& uri, std::uint64_t offset = 0, std::string version = {})
    {
        auto& download = downloads.emplace_back(loop);
        download.fetch = web.fetchFromWeb(
            {{uri, offset, std::move(version)},
             [this](const api::WebOrigin& origin) -> base::Expected<api::StreamSettings> {
                 asked.push_back(origin.host);
                 if (origin.host == forbidden)
                     return base::fail(ErrorKind::NotAuthorized, "not there");
                 api::StreamSettings settings;
                 settings.host = origin.host;
                 settings.port = origin.port;
                 return settings;
             }},
            download);
        return download;
    }

    void until(const std::function<bool()>& condition)
    {
        const auto deadline = loop.now() + 5s;
        while (!condition() && loop.now() < deadline)
            loop.runOnce(5ms);
        BOOST_TEST_REQUIRE(condition());
    }

    /// The head of what is asked over the stream with that number.
    std::string request(std::size_t number)
    {
        std::string text;
        until([&] {
            if (streams.peers.size() > number)
                text += streams.peers[number].read();
            return text.ends_with("\r\n\r\n");
        });
        return text;
    }

    void send(std::size_t number, std::string_view text)
    {
        until([&] {
            text.remove_prefix(streams.peers[number].send(text));
            return text.empty() || streams.peers[number].isGone;
        });
    }

    /// What one question is answered with becomes of the download.
    Download& answered(const std::string& head, const std::string& body = {})
    {
        auto& download = fetch(secure);
        request(streams.peers.size());
        send(streams.peers.size() - 1, head + "\r\n\r\n" + body);
        streams.peers.back().close();
        until([&] { return download.isOver(); });
        download.fetch.reset();
        return download;
    }

    base::EventLoop loop;
    fakes::FakeStreams streams{loop};
    web::Downloads web{loop, streams, 2};
    std::list<Download> downloads;
    std::vector<std::string> asked;
    std::string forbidden;
};

std::string text(std::size_t size)
{
    std::string result(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        result[i] = static_cast<char>('a' + i % 23);
    return result;
}

std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(downloads, DownloadsFixture)

BOOST_AUTO_TEST_CASE(asks_for_what_the_location_names_and_tells_nothing_else)
{
    auto& download = fetch("https://FW.example:8443/a/b?v=1");

    BOOST_TEST(request(0) ==
               "GET /a/b?v=1 HTTP/1.1\r\nHost: fw.example:8443\r\nAccept: */*\r\n\r\n");
    send(0, ok("package"));
    until([&] { return download.isOver(); });

    BOOST_TEST(download.isWhole);
    BOOST_TEST(download.octets == "package");
    BOOST_TEST(download.version == "\"v1\"");
    BOOST_TEST((download.total == 7));
    BOOST_TEST(streams.peers[0].settings.host == "fw.example");
    BOOST_TEST(streams.peers[0].settings.port == 8443);
}

BOOST_AUTO_TEST_CASE(goes_on_where_it_was)
{
    auto& download = fetch(secure, 100, "\"v1\"");
    download.octets = text(100);

    const auto asked_for = request(0);
    BOOST_TEST(asked_for.find("\r\nRange: bytes=100-\r\n") != std::string::npos);
    BOOST_TEST(asked_for.find("\r\nIf-Range: \"v1\"\r\n") != std::string::npos);
    send(0,
         "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Length: 200\r\n"
         "Content-Range: bytes 100-299/300\r\n\r\n" +
             text(300).substr(100));
    until([&] { return download.isOver(); });

    BOOST_TEST(download.isWhole);
    BOOST_TEST(download.octets == text(300));
}

BOOST_AUTO_TEST_CASE(begins_anew_when_there_is_another_package)
{
    auto& download = fetch(secure, 100, "\"v0\"");
    download.octets = text(100);
    request(0);
    send(0, ok("other"));
    until([&] { return download.isOver(); });

    BOOST_TEST(download.octets == "other");
}

BOOST_AUTO_TEST_CASE(asks_for_all_when_the_rest_is_not_to_be_had)
{
    auto& download = fetch(secure, 100, "\"v1\"");
    download.octets = text(100);
    request(0);
    send(0, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n");

    BOOST_TEST(request(1).find("Range") == std::string::npos);
    send(1, ok("package"));
    until([&] { return download.isOver(); });

    BOOST_TEST(download.octets == "package");
}

BOOST_AUTO_TEST_CASE(that_breaks_keeps_what_came_and_may_go_on)
{
    auto& download = answered("HTTP/1.1 200 OK\r\nContent-Length: 300", text(200));

    BOOST_TEST(!download.isWhole);
    BOOST_TEST(download.octets == text(200));
    BOOST_TEST((download.error->kind == ErrorKind::Unreachable));
    BOOST_TEST((download.error->retry == base::Retry::Later));
}

BOOST_AUTO_TEST_CASE(that_breaks_in_its_head_is_not_judged_by_half_of_it)
{
    for (const std::string head : {"",
                                   "HTTP/1.1 404 Not",
                                   "HTTP/1.1 200 OK\r\nContent-Le",
                                   "HTTP/1.1 100 Continue\r\n\r\n"}) {
        auto& download = fetch(secure);
        const auto number = streams.peers.size();
        request(number);
        send(number, head);
        streams.peers[number].close();
        until([&] { return download.isOver(); });

        BOOST_TEST((download.error.value().kind == ErrorKind::Unreachable), head);
    }
}

BOOST_AUTO_TEST_CASE(takes_a_package_in_chunks_whole_or_not_at_all)
{
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked";

    BOOST_TEST(answered(head, "4\r\npack\r\n3\r\nage\r\n0\r\n\r\n").isWhole);
    BOOST_TEST(!answered(head, "4\r\npack\r\n3\r\nag").isWhole);
}

BOOST_AUTO_TEST_CASE(is_never_faster_than_the_disk)
{
    const auto package = text(4UL * 1024 * 1024);
    auto& download = fetch(secure);
    download.stores = false;
    request(0);
    std::string_view left = package;
    send(0, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(package.size()) + "\r\n\r\n");
    std::size_t idle = 0;
    until([&] {
        const auto sent = streams.peers[0].send(left);
        left.remove_prefix(sent);
        idle = sent == 0 ? idle + 1 : 0;
        return idle > 20;
    });
    BOOST_TEST(left.size() > package.size() / 2);

    download.stores = true;
    (*std::exchange(download.waiting, std::nullopt))();
    send(0, left);
    until([&] { return download.isOver(); });

    BOOST_TEST(download.isWhole);
    BOOST_TEST((download.octets == package));
    BOOST_TEST(download.largest <= web::HttpFetch::mostHeld + CURL_MAX_WRITE_SIZE);
}

BOOST_AUTO_TEST_CASE(follows_redirections_and_asks_for_each_host_anew)
{
    auto& download = fetch(secure);
    request(0);
    send(0, "HTTP/1.1 302 Found\r\nLocation: https://cdn.example/x\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(request(1).starts_with("GET /x HTTP/1.1\r\nHost: cdn.example\r\n"));
    send(1, ok("package"));
    until([&] { return download.isOver(); });

    BOOST_TEST(download.isWhole);
    BOOST_TEST((asked == std::vector<std::string>{"fw.example", "cdn.example"}));
}

BOOST_AUTO_TEST_CASE(r33_is_not_led_away_from_https_or_to_where_no_credential_leads)
{
    forbidden = "other.example";
    const auto led = [this](const std::string& location) {
        return answered("HTTP/1.1 301 Moved\r\nLocation: " + location).error.value().kind;
    };

    BOOST_TEST((led("http://fw.example/meter") == ErrorKind::NotAuthorized));
    BOOST_TEST((led("https://other.example/meter") == ErrorKind::NotAuthorized));
    BOOST_TEST((led("ftp://fw.example/meter") == ErrorKind::NotSupported));
    BOOST_TEST(streams.peers.size() == 3);
}

BOOST_AUTO_TEST_CASE(does_not_go_round_in_circles)
{
    auto& download = fetch(secure);
    for (std::size_t i = 0; i <= web::HttpFetch::mostRedirections; ++i) {
        request(i);
        send(i, "HTTP/1.1 307 Again\r\nLocation: /meter\r\nContent-Length: 0\r\n\r\n");
    }
    until([&] { return download.isOver(); });

    BOOST_TEST((download.error.value().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(is_no_package_when_the_answer_is_none)
{
    BOOST_TEST((answered("SSH-2.0-OpenSSH_9").error.value().kind == ErrorKind::Corrupt));
    BOOST_TEST(
        (answered("HTTP/1.1 200 OK", "to the end").error.value().kind == ErrorKind::Corrupt));
    BOOST_TEST((answered("HTTP/1.1 404 Not Found").error.value().kind == ErrorKind::NotFound));
    BOOST_TEST((answered("HTTP/1.1 503 Busy").error.value().kind == ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_CASE(reads_no_body_that_is_of_no_use)
{
    auto& download = fetch(secure);
    request(0);
    send(0, "HTTP/1.1 404 Not Found\r\nContent-Length: 1000000000\r\n\r\n" + text(1000));
    until([&] { return download.isOver(); });

    BOOST_TEST((download.error.value().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(reads_no_head_without_an_end)
{
    auto& download = fetch(secure);
    request(0);
    send(0, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 20 && !download.isOver(); ++i)
        send(0, "X-Field: " + text(8000) + "\r\n");
    until([&] { return download.isOver(); });

    BOOST_TEST((download.error.value().kind == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(hands_on_what_the_stream_cannot_do)
{
    streams.failure = base::Error{ErrorKind::Refused, "another server", base::Retry::Later};
    auto& download = fetch(secure);
    until([&] { return download.isOver(); });

    BOOST_TEST((download.error.value().kind == ErrorKind::Refused));
    BOOST_TEST((download.error->retry == base::Retry::Later));
}

BOOST_AUTO_TEST_CASE(are_so_many_at_a_time_and_then_the_next)
{
    auto& first = fetch(secure);
    fetch(secure);
    auto& third = fetch(secure);
    request(0);
    request(1);
    for (int i = 0; i < 10; ++i)
        loop.runOnce(1ms);
    BOOST_TEST(streams.peers.size() == 2);

    send(0, ok("package"));
    until([&] { return first.isOver(); });
    first.fetch.reset();
    request(2);
    send(2, ok("package"));
    until([&] { return third.isOver(); });

    BOOST_TEST(third.isWhole);
}

BOOST_AUTO_TEST_CASE(may_end_at_any_time)
{
    fetch(secure).fetch.reset();
    auto& asking = fetch(secure);
    request(0);
    asking.fetch.reset();
    auto& paused = fetch(secure);
    paused.stores = false;
    request(1);
    const auto package = text(100'000);
    streams.peers[1].send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + package);
    until([&] { return paused.waiting.has_value(); });
    paused.fetch.reset();
    (*paused.waiting)();
    for (int i = 0; i < 10; ++i)
        loop.runOnce(1ms);

    BOOST_TEST(streams.peers[1].isGone);
    BOOST_TEST(!paused.isOver());
}

BOOST_AUTO_TEST_SUITE_END()

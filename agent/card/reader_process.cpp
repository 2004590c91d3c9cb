// SPDX-License-Identifier: Apache-2.0
#include "agent/card/reader_process.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/card/card_report.hpp"

namespace causeway::card {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr int notFound = 127; // of posix_spawn() in a child, as a shell has it

/// Where the PIN is, and what leads the libraries to other places than the usual ones.
std::vector<std::string> environmentOfReader()
{
    std::vector<std::string> environment;
    for (const char* name : {"CREDENTIALS_DIRECTORY", "PCSCLITE_CSOCK_NAME", "OPENSC_CONF"}) {
        if (const char* const value = std::getenv(name); value != nullptr)
            environment.push_back(fmt::format("{}={}", name, value));
    }
    return environment;
}

struct Pipe
{
    base::UniqueFd output; ///< to read from
    base::UniqueFd input;
};

Expected<Pipe> openPipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(ErrorKind::Internal, base::errnoText(errno));
    return Pipe{base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

} // namespace

ReaderProcess::ReaderProcess(base::EventLoop& loop, ReaderSettings settings)
    : loop_(loop)
    , settings_(std::move(settings))
{}

ReaderProcess::~ReaderProcess() = default;

void ReaderProcess::look(api::CardQuery query, Seen seen)
{
    process_.reset();
    seen_ = std::move(seen);
    if (auto started = start(query); !started)
        loop_.post(lifetime_.guard([this, error = started.error()] {
            auto told = std::move(seen_);
            told(fail(error));
        }));
}

// The program writes once, at its end, less than a pipe holds: nobody need listen meanwhile.
Expected<void> ReaderProcess::start(const api::CardQuery& query)
{
    auto told = openPipe();
    if (!told)
        return fail(told.error());
    auto asked = openPipe();
    if (!asked)
        return fail(asked.error());
    // Not as arguments, which every user of the machine may read.
    const auto secrets = fmt::format(
        "{}\n{}\n{}\n", query.salt, query.known, query.pinFor ? ":" + *query.pinFor : "");
    const auto written = ::write(asked->input.get(), secrets.data(), secrets.size());
    if (written != static_cast<ssize_t>(secrets.size()))
        return fail(ErrorKind::Internal, base::errnoText(errno));
    output_ = std::move(told->output);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    const std::vector<std::string> command{settings_.program.string(),
                                           settings_.module.string(),
                                           settings_.card,
                                           std::to_string(query.patience.count())};
    process_ = std::make_unique<base::ChildProcess>(
        loop_,
        command,
        query.patience + settings_.limit,
        [this](const Expected<int>& status) { onEnded(status); },
        base::ChildTerms{told->input.get(), environmentOfReader(), asked->output.get()});
    return {};
}

void ReaderProcess::onEnded(const Expected<int>& status)
{
    auto report = reportOf(status);
    auto told = std::move(seen_); // which may look anew
    output_.reset();
    process_.reset();
    told(std::move(report));
}

Expected<api::CardReport> ReaderProcess::reportOf(const Expected<int>& status) const
{
    if (!status && status.error().kind == ErrorKind::Timeout)
        return fail(ErrorKind::Timeout, "the smartcard reader does not answer");
    const bool isMissing =
        status ? *status == notFound : status.error().kind == ErrorKind::NotFound;
    if (isMissing) {
        api::CardReport report;
        report.reason = fmt::format("no smartcard support installed: {} is not there",
                                    settings_.program.string());
        return report;
    }
    if (!status)
        return fail(status.error().in("the program that reads smartcards"));
    base::Secret octets(longestReport);
    std::size_t size = 0;
    for (;;) {
        const auto room = octets.mutableView().subspan(size);
        const auto got = ::read(output_.get(), room.data(), room.size());
        if (got <= 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    return decodeReport(octets.view().first(size));
}

} // namespace causeway::card

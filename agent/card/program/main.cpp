// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <sys/prctl.h>
#include <unistd.h>

#include "agent/base/guarded_memory.hpp"
#include "agent/card/card_report.hpp"
#include "agent/card/program/card_search.hpp"

// causeway-card MODULE CARD PATIENCE: tells on standard output, once, what it sees. Takes three
// lines from standard input, the salt, the known digest, and ":SERIAL" of the card that may be
// given the PIN, or nothing: others may read its arguments. Started by the daemon; see
// card_report.hpp and README.md.

namespace {

constexpr int wrongUse = 2;
constexpr int argumentCount = 4;

void harden()
{
    causeway::base::guardMemory();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a daemon that is killed leaves no reader behind
}

causeway::card::SearchSettings settingsFrom(std::span<char*> arguments)
{
    causeway::card::SearchSettings settings;
    settings.module = arguments[1];
    settings.card = arguments[2];
    std::getline(std::cin, settings.salt);
    std::getline(std::cin, settings.known);
    const std::string_view patience = arguments[3];
    int seconds = 0;
    std::from_chars(patience.data(), patience.data() + patience.size(), seconds);
    settings.patience = std::chrono::seconds(seconds);
    std::string leave;
    if (std::getline(std::cin, leave) && leave.starts_with(':'))
        settings.pinFor = leave.substr(1);
    return settings;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != argumentCount) {
        std::fputs("causeway-card is started by causewayd\n", stderr);
        return wrongUse;
    }
    harden();
    try {
        const auto report = causeway::card::CardSearch(settingsFrom({argv, argumentCount})).run();
        const auto octets = causeway::card::encodeReport(report);
        const auto told = ::write(STDOUT_FILENO, octets.view().data(), octets.size());
        return told == static_cast<ssize_t>(octets.size()) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}

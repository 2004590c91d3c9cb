// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// What a look into the smartcard readers finds.
enum class CardSighting : std::uint8_t {
    NoSupport,   ///< the program or the library that reads cards is not installed
    NoService,   ///< pcscd is not there, or the readers cannot be listed
    NoReader,    ///< no reader with a card, and none without
    NoCard,      ///< no card in any reader, or not the one that is wanted
    Foreign,     ///< a card without bootstrap information
    PinNeeded,   ///< the card wants a PIN, and there is none for it, or it is in danger
    PinRefused,  ///< the card did not take the PIN, or failed over it: whatever else is seen
    Unreadable,  ///< the card failed; the reason says how
    PinUntried,  ///< the card wants a PIN, and there is one, which the query did not let it have
    Information, ///< EF LwM2M_Bootstrap has been read
};

/// One card, or why there is none.
struct CardReport
{
    CardSighting sighting = CardSighting::NoSupport;
    std::string label;    ///< of the PKCS#15 application; printable
    std::string serial;   ///< likewise
    std::string reason;   ///< one sentence; empty with Information
    std::string digest;   ///< of all that was seen and the query's salt, in hex; empty: a card that
                          ///< wants its PIN was out, and may hold anything now
    base::Secret content; ///< of EF LwM2M_Bootstrap
};

struct CardQuery
{
    std::string salt;                ///< hex; whoever sees a digest learns nothing without it
    std::string known;               ///< the digest of a report that need not come again
    std::chrono::seconds patience{}; ///< how long to wait for anything else than that
    /// The serial number of the card that may be given the PIN, once; nothing: none. Whoever says
    /// so has it on disk before, since each wrong try counts.
    std::optional<std::string> pinFor{};
};

/// Looks for the card; implemented by card::ReaderProcess. Main thread.
class CardReader
{
public:
    virtual ~CardReader() = default;

    using Seen = base::UniqueFunction<void(base::Expected<CardReport>)>;

    /// Answers once, later: at once when what is seen has another digest than the known one, at the
    /// latest when the patience is over and some seconds more, whatever the reader does (Timeout:
    /// it hangs). A look in place of one that goes on ends that, which is never answered then.
    virtual void look(CardQuery query, Seen seen) = 0;
};

/// For operators.
struct SmartcardStatus
{
    /// "off", "starting", "no-support", "no-service", "no-reader", "no-card", "foreign",
    /// "pin-needed", "pin-refused", "unreadable", "silent", "no-device", "refused", "in-use"
    std::string state = "off";
    std::string device; ///< whose accounts the card has
    std::string label;
    std::string serial;
    std::string reason; ///< one sentence; empty while all is well
};

/// Main thread only; implemented by agent::Smartcard.
class SmartcardOverview
{
public:
    virtual ~SmartcardOverview() = default;
    [[nodiscard]] virtual SmartcardStatus smartcard() const = 0;
};

} // namespace causeway::api

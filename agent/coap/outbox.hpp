// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/coap/link.hpp"

namespace causeway::coap {

/// How a confirmable message ended (RFC 7252 §4.2); Abandoned when the session went first.
enum class Ending : std::uint8_t { Acknowledged, Reset, TimedOut, Abandoned };

/// Our confirmable messages: sent again until acknowledged, one at a time (NSTART 1, §4.7).
class Outbox
{
public:
    using Done = base::UniqueFunction<void(Ending)>;

    /// What a server may leave unacknowledged before it gets nothing more: later notifications are
    /// not sent and later requests are answered 5.00.
    static constexpr std::size_t mostEntries = 64;

    explicit Outbox(Link& link);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// After those submitted before. `done` may destroy the Outbox; it never runs from inside here.
    void submit(std::uint16_t messageId, base::ByteView datagram, Done done);

    /// As submit(); a carrier that is reliable acknowledges it when the peer says that it has it,
    /// not when it is on its way.
    void submitProven(std::uint16_t messageId, base::ByteView datagram, Done done);

    /// At once: for a response, whose exchange the peer has opened and paces.
    void submitResponse(std::uint16_t messageId, base::ByteView datagram, Done done);

    /// An acknowledgement or a reset came. Nothing happens when it is nobody's.
    void end(std::uint16_t messageId, Ending ending);

    /// All has arrived that was sent when the carrier was asked.
    void onHeard();

    /// The answer is here, whatever became of the acknowledgement; `done` is not called.
    void drop(std::uint16_t messageId);

    /// Everything that has not ended, oldest first; the Outbox is empty then.
    [[nodiscard]] std::vector<Done> abandon();

    [[nodiscard]] bool isFull() const { return flying_.size() + waiting_.size() >= mostEntries; }

private:
    struct Entry;
    using Entries = std::vector<std::unique_ptr<Entry>>;

    void launch(std::unique_ptr<Entry> entry);
    void sendReliably(std::unique_ptr<Entry> entry, base::ByteView datagram);
    void askSoon();
    void onTimer(Entry& entry);
    std::unique_ptr<Entry> take(std::uint16_t messageId);
    void launchNext();

    Link& link_;
    Entries flying_;
    Entries waiting_;
    bool isAsking_ = false; ///< the carrier, what has arrived
};

} // namespace causeway::coap

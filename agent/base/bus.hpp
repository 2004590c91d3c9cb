// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"

namespace sdbus {
class IConnection;
class Message;
} // namespace sdbus

namespace causeway::base {

/// A D-Bus connection that our EventLoop serves: messages are handled on the loop's thread, which
/// is the only one that may touch the connection and what was made on it. Objects and proxies go
/// before their Bus.
class Bus
{
public:
    /// An empty address means the system bus. Throws std::runtime_error when there is none.
    /// `onLost` comes once, from the loop, when the connection is gone for good; it may destroy
    /// this.
    Bus(EventLoop& loop, const std::string& address, Task onLost);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    [[nodiscard]] sdbus::IConnection& connection() { return *connection_; }

    /// Blocks for one round trip to the bus; for start-up. Throws std::runtime_error when another
    /// has the name.
    void requestName(const std::string& name);

    /// Messages that come wait until resume(); what we send goes out all the same. For a moment in
    /// which no caller may look, of some rounds of the loop.
    void pause() { isPaused_ = true; }

    void resume() { isPaused_ = false; }

private:
    void process();
    void prepare();
    void lose(const std::string& reason);

    std::unique_ptr<sdbus::IConnection> connection_;
    Task onLost_;
    Watch watch_;
    Watch wakeWatch_;
    std::uint32_t events_ = 0;
    Timer timer_;
    bool isLost_ = false;
    bool isPaused_ = false;
    EventLoop& loop_;
    BeforeWait beforeWait_;
    Lifetime lifetime_;
};

/// Whether the caller of this method is willing to be asked for a password meanwhile.
[[nodiscard]] bool allowsInteraction(const sdbus::Message& call);

/// All calls of this connection are from now on willing to. For programs that a person runs.
void allowInteraction(sdbus::IConnection& connection);

} // namespace causeway::base

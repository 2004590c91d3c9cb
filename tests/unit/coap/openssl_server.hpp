// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

/// `openssl s_server` on a loopback port of its own choice: a DTLS and TLS stack that shares
/// nothing with ours. Ends, cleanly, when this goes.
class OpensslServer
{
public:
    /// `cipher` in OpenSSL's words; the key in hexadecimal. Without tickets it keeps sessions by
    /// ID.
    OpensslServer(const std::string& cipher, const std::string& key, bool givesTickets = true);
    /// What else `openssl s_server` is to be told.
    explicit OpensslServer(std::vector<std::string> arguments,
                           const std::string& protocol = "-dtls1_2");
    ~OpensslServer();
    OpensslServer(const OpensslServer&) = delete;
    OpensslServer& operator=(const OpensslServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// What the next client is told.
    void say(const std::vector<std::uint8_t>& octets) const;

private:
    std::uint16_t readPort();

    int process_ = -1;
    base::UniqueFd input_;
    base::UniqueFd output_;
    std::uint16_t port_ = 0;
};

} // namespace causeway::tests

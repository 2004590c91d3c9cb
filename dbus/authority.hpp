// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace causeway::dbus {

/// What a method does, as far as permission goes: the actions of org.causeway.Gateway1.policy.
enum class Action : unsigned char {
    Describe,    ///< asks nobody: it only shows what properties could
    Read,        ///< costs time on the field bus
    Operate,     ///< write, execute, update
    Manage,      ///< lines, servers, devices
    Credentials, ///< give, make, destroy
    Export,      ///< hand out a key
    KeyStore,    ///< what wraps all credentials
};

/// "org.causeway.Gateway1.manage"; empty for Describe.
[[nodiscard]] std::string actionId(Action action);

struct Caller
{
    std::string uniqueName; ///< ":1.42", which the bus never gives twice
    bool allowsInteraction = false;
};

/// Says who may do what. Answers later, within a bounded time; no answer means no.
class Authority
{
public:
    virtual ~Authority() = default;

    using Verdict = base::UniqueFunction<void(base::Expected<void>)>;

    /// NotAuthorized names the action and says why.
    virtual void check(const Caller& caller, Action action, Verdict verdict) = 0;
};

/// Asks polkit about the caller's name on the bus, never about its process number, which may have
/// been given to another meanwhile.
class PolkitAuthority final : public Authority
{
public:
    /// `patience` is for answers that need no person; a person gets two minutes.
    PolkitAuthority(sdbus::IConnection& connection, std::chrono::milliseconds patience);
    ~PolkitAuthority() override;
    PolkitAuthority(const PolkitAuthority&) = delete;
    PolkitAuthority& operator=(const PolkitAuthority&) = delete;

    void check(const Caller& caller, Action action, Verdict verdict) override;

private:
    std::unique_ptr<sdbus::IProxy> polkit_;
    std::chrono::milliseconds patience_;
};

/// Root and the user this process runs as, nobody else: for a bus of one's own.
class OwnUserAuthority final : public Authority
{
public:
    explicit OwnUserAuthority(sdbus::IConnection& connection);
    ~OwnUserAuthority() override;
    OwnUserAuthority(const OwnUserAuthority&) = delete;
    OwnUserAuthority& operator=(const OwnUserAuthority&) = delete;

    void check(const Caller& caller, Action action, Verdict verdict) override;

private:
    std::unique_ptr<sdbus::IProxy> bus_;
};

} // namespace causeway::dbus

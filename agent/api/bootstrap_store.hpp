// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "agent/api/device_account.hpp"
#include "agent/api/inventory.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// One account as a bootstrap leaves it.
struct DeliveredAccount
{
    DeviceAccount account;
    /// Whether the account is this device's own, delivered now or by an earlier bootstrap; else it
    /// is an operator's, which the Bootstrap-Server has left alone.
    bool isOwn = false;
    /// What came with it, a KeyPair with its certificate in the mode Certificate. Without one, the
    /// credential of the account named `origin` goes on.
    std::optional<Credential> credential;
    std::string origin;
};

/// Where accounts come from.
enum class Provisioner : std::uint8_t {
    BootstrapServer,
    /// What the operator gave stays beside them with its credentials, for when the card is gone.
    Smartcard,
};

/// In a device's ClientState as long as its accounts are a smartcard's, or what came of them: which
/// card that is.
inline constexpr auto cardMarkKey = "smartcard";

/// In the client state of a device: the card that has refused the PIN. Each wrong try counts,
/// whatever has been started anew or reset.
inline constexpr auto refusedCardKey = "smartcard-refused";

/// All of a device's accounts after a bootstrap that passed the consistency check; none: a factory
/// reset, back to those that the operator gave.
struct BootstrapResult
{
    std::vector<DeliveredAccount> accounts;
    ClientState state; ///< to keep with them
    /// Keys of the client state that begin so belong to what has been replaced.
    std::vector<std::string> outdated;
    Provisioner from = Provisioner::BootstrapServer;
};

/// Keeps what a Bootstrap-Server delivered; implemented by store::SealedStore. Called on the main
/// thread; the callback comes there too, later, after the commit is on disk.
class BootstrapStore
{
public:
    virtual ~BootstrapStore() = default;

    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    /// The accounts, their wrapped credentials and the state in one transaction, in place of what
    /// an earlier bootstrap left: all of it or nothing. The credentials of accounts that are no
    /// longer among them go. Refuses credentials as CredentialStore does
    /// (InvalidArgument), and fails like it. A factory reset keeps the credentials of the
    /// operator's accounts, gives back those that went on in another, and is Refused when that
    /// leaves none to register or bootstrap with. The end of a smartcard gives nothing back, and
    /// happens whatever it leaves; until then the operator's credentials stay, whatever a
    /// Bootstrap-Server does to the card's accounts (cardMarkKey).
    virtual void keepBootstrap(const std::string& device, BootstrapResult result, Done done) = 0;
};

} // namespace causeway::api

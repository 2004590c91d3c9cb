// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/api/key_store.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// Platform configuration registers (PCRs) of the TPM's SHA-256 bank.
using PlatformRegisters = std::bitset<24>;

/// What is known of the key-encryption key without it.
struct KeyStoreFacts
{
    std::int64_t keyNumber = 0;     ///< counts up with each rotation; 0 while there is no key
    std::vector<std::string> slots; ///< what opens it: "tpm2", "credential", "recovery"
    PlatformRegisters registers;    ///< that the TPM asks for before it does
    /// The TPM's counter goes with the database: an older copy of it would be refused.
    bool detectsOlderCopies = false;
};

/// What an operator can do with the key-encryption key; implemented by store::SealedStore. Main
/// thread; callbacks come later, exactly once, after the change is on disk. Each is one
/// transaction: whenever the power goes, the database opens as it was before or as it is after.
class KeyStoreControl
{
public:
    virtual ~KeyStoreControl() = default;

    using Done = base::UniqueFunction<void(base::Expected<void>)>;
    using SecretDone = base::UniqueFunction<void(base::Expected<base::Secret>)>;
    using FactsDone = base::UniqueFunction<void(base::Expected<KeyStoreFacts>)>;

    virtual void describeKey(FactsDone done) = 0;

    /// Gives a new recovery key, as text for people; the former one opens nothing any more. It is
    /// kept nowhere.
    virtual void makeRecoveryKey(SecretDone done) = 0;

    /// Opens a locked store by the recovery key, and seals its key to the TPM that is there now, or
    /// to the systemd credential. When that fails, the store is open but KeyStoreState::Recovered.
    virtual void recover(base::Secret text, Done done) = 0;

    /// Seals the open key anew to the TPM, or to the systemd credential. With registers, the TPM
    /// opens it only while these are as they are now; Refused while there is no recovery key,
    /// because the next firmware update changes them. recover() and rotate() keep the choice.
    virtual void seal(PlatformRegisters registers, Done done) = 0;

    /// Replaces the key-encryption key by a new one and wraps every credential by it; whoever
    /// learnt the former can do nothing with it any more. Gives a new recovery key: the former one
    /// would open the former key only.
    virtual void rotate(SecretDone done) = 0;

    /// Destroys the key-encryption key, all ways to open it and all credentials, and begins with a
    /// new one. Lines, servers and devices stay. A power cut in the middle may leave a locked
    /// store, to be erased again. An error that says so comes after all was destroyed: older copies
    /// of the database still open, or its log still has the keys.
    virtual void erase(Done done) = 0;
};

} // namespace causeway::api

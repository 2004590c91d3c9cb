// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace causeway::api {

enum class KeyStoreState : std::uint8_t {
    Locked,    ///< no key-encryption key: secrets can neither be read nor kept
    Sealed,    ///< open, by a key that the TPM unsealed
    Software,  ///< open, by the key the operator gave as a systemd credential
    Recovered, ///< open, by the recovery key; nothing else would open it after a restart
};

/// What the operator sees of the key store, and what to do about it.
struct KeyStoreStatus
{
    KeyStoreState state = KeyStoreState::Locked;
    std::string reason; ///< one sentence; empty when open and well
    std::string remedy; ///< one sentence; empty when open and well
};

/// "locked", "sealed", "software", "recovered": the words D-Bus uses.
[[nodiscard]] constexpr std::string_view toString(KeyStoreState state)
{
    switch (state) {
    case KeyStoreState::Locked:
        return "locked";
    case KeyStoreState::Sealed:
        return "sealed";
    case KeyStoreState::Software:
        return "software";
    case KeyStoreState::Recovered:
        return "recovered";
    }
    return "locked";
}

/// The key-encryption key's life, seen from the main thread. While locked, the store keeps trying
/// to open by itself and tells when it did.
class KeyStore
{
public:
    virtual ~KeyStore() = default;

    [[nodiscard]] virtual KeyStoreStatus keyStoreStatus() const = 0;
    /// Called on the main thread after each change.
    virtual void onKeyStoreChanged(std::function<void(const KeyStoreStatus&)> listener) = 0;
};

} // namespace causeway::api

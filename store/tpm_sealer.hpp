// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "store/sealer.hpp"
#include "store/tpm_keys.hpp"

namespace causeway::store {

/// Seals to a TPM 2.0 through ESYS, below the storage root key of TCG's provisioning guidance
/// (ECC P-256, the one systemd and Windows make). Every secret crosses the bus in a salted session
/// with AES-128-CFB parameter encryption. The object has no password and is therefore exempt from
/// the dictionary attack lockout (noDA), so nobody's wrong password elsewhere locks this store.
class TpmSealer final : public Sealer
{
public:
    explicit TpmSealer(std::string tcti,
                       std::chrono::milliseconds longest = std::chrono::seconds(15));

    [[nodiscard]] std::string_view kind() const override { return "tpm2"; }

    [[nodiscard]] api::KeyStoreState openState() const override
    {
        return api::KeyStoreState::Sealed;
    }

    [[nodiscard]] Sealed<base::Secret> random(std::size_t size) override;
    [[nodiscard]] Sealed<base::Bytes> seal(const base::Secret& secret,
                                           const api::PlatformRegisters& registers) override;
    /// The storage root key's name must be the one sealed to: an interposer cannot put its own in
    /// the session's place, and another TPM is recognised before it is asked.
    [[nodiscard]] Sealed<base::Secret> unseal(base::ByteView blob) override;

    [[nodiscard]] bool counts() const override { return true; }

    [[nodiscard]] Sealed<std::optional<std::uint64_t>> readCounter() override;
    [[nodiscard]] Sealed<std::uint64_t> advanceCounter(std::uint64_t target) override;

    [[nodiscard]] ResidentKeys* residentKeys() override { return &keys_; }

private:
    std::string tcti_;
    std::chrono::milliseconds longest_;
    TpmKeys keys_;
};

} // namespace causeway::store

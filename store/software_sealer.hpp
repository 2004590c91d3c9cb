// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "store/sealer.hpp"

namespace causeway::store {

/// Wraps the key-encryption key by what the operator gave as a systemd credential
/// (LoadCredentialEncrypted=kek:…). As safe as that credential is, no safer. The file is read
/// each time and never kept.
class SoftwareSealer final : public Sealer
{
public:
    explicit SoftwareSealer(std::filesystem::path file);

    [[nodiscard]] std::string_view kind() const override { return "credential"; }

    [[nodiscard]] api::KeyStoreState openState() const override
    {
        return api::KeyStoreState::Software;
    }

    [[nodiscard]] Sealed<base::Secret> random(std::size_t size) override;
    [[nodiscard]] Sealed<base::Bytes> seal(const base::Secret& secret,
                                           const api::PlatformRegisters& registers) override;
    [[nodiscard]] Sealed<base::Secret> unseal(base::ByteView blob) override;

    [[nodiscard]] bool counts() const override { return false; }

    [[nodiscard]] Sealed<std::optional<std::uint64_t>> readCounter() override;
    [[nodiscard]] Sealed<std::uint64_t> advanceCounter(std::uint64_t target) override;

private:
    [[nodiscard]] Sealed<base::Secret> wrappingKey() const;

    std::filesystem::path file_;
};

} // namespace causeway::store

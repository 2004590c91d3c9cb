// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/secret.hpp"
#include "store/sealer.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// One way to open the active key-encryption key.
struct KeySlot
{
    std::int64_t kekId = 0;
    std::string kind;
    base::Bytes blob;
};

/// The open key-encryption key; with the blob to keep when it has just been made.
struct OpenedKey
{
    base::Secret kek;
    std::optional<base::Bytes> newBlob;
};

/// Unseals the slot's key, or makes and seals the gateway's first when the database has none.
/// An existing key is never replaced: its records could not be read again.
[[nodiscard]] Sealed<OpenedKey> openKey(Sealer& sealer, const std::optional<KeySlot>& slot);

/// The tables kek and key_slot. Throws SqliteError.
class KeySlotTable
{
public:
    explicit KeySlotTable(Database& database);

    /// Of the active key, in this kind if there is one, else of any kind.
    [[nodiscard]] std::optional<KeySlot> find(std::string_view kind);

    /// Adds the first key and its slot; answers the key's id.
    std::int64_t add(std::string_view kind, base::ByteView blob);

private:
    Database& database_;
    Statement find_;
    Statement addKek_;
    Statement addSlot_;
};

} // namespace causeway::store

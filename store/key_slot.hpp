// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
    std::optional<std::uint64_t> counter; ///< Sealer::readCounter(), from the same moment
};

/// Another way to open a key that is open.
struct NewSlot
{
    std::string kind;
    base::Bytes blob;
    std::optional<std::uint64_t> counter; ///< Sealer::readCounter(), from the same moment
};

/// A new key with its sealed blob, which has been unsealed once.
[[nodiscard]] Sealed<OpenedKey> makeKey(Sealer& sealer, const api::PlatformRegisters& registers);

/// Seals a key that is open, and unseals it once.
[[nodiscard]] Sealed<base::Bytes>
sealKey(Sealer& sealer, const base::Secret& kek, const api::PlatformRegisters& registers);

[[nodiscard]] Sealed<NewSlot>
fillSlot(Sealer& sealer, const base::Secret& kek, const api::PlatformRegisters& registers);

/// Unseals the slot's key, or makes and seals the gateway's first when the database has none.
/// An existing key is never replaced: its records could not be read again.
[[nodiscard]] Sealed<OpenedKey> openKey(Sealer& sealer, const std::optional<KeySlot>& slot);

/// The tables kek and key_slot. Throws SqliteError.
class KeySlotTable
{
public:
    explicit KeySlotTable(Database& database);

    /// Of the active key, in this kind if there is one, else of any, the recovery key last.
    [[nodiscard]] std::optional<KeySlot> find(std::string_view kind);

    /// Of the active key: its id and the kinds of its slots; 0 when there is none.
    [[nodiscard]] std::int64_t activeKey();
    [[nodiscard]] std::vector<std::string> kinds();

    /// Adds a key, the only active one from now on, and its slot; answers the key's id. The caller
    /// has the transaction.
    std::int64_t add(std::string_view kind, base::ByteView blob);
    /// Adds or replaces a slot of that key.
    void put(std::int64_t kekId, std::string_view kind, base::ByteView blob);
    /// Destroys a key and its slots; SqliteError while a record still needs it.
    void remove(std::int64_t kekId);

private:
    Database& database_;
    Statement find_;
    Statement activeKey_;
    Statement kinds_;
    Statement retire_;
    Statement addKek_;
    Statement putSlot_;
    Statement remove_;
};

} // namespace causeway::store

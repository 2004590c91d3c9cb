// SPDX-License-Identifier: Apache-2.0
#include "store/key_slot.hpp"

#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/aead.hpp"
#include "store/envelope.hpp"

namespace causeway::store {

namespace {

using base::Secret;

tl::unexpected<SealerFault> refuse(std::string reason, std::string remedy)
{
    return tl::unexpected<SealerFault>({std::move(reason), std::move(remedy)});
}

/// Two generators, so that one bad one does not make a bad key.
Sealed<Secret> newKey(Sealer& sealer)
{
    auto key = aead::randomSecret(Envelope::kekSize);
    if (!key)
        return refuse(key.error().message, "report this as a fault of the program");
    const auto other = sealer.random(Envelope::kekSize);
    if (!other)
        return tl::unexpected(other.error());
    const auto octets = key->mutableView();
    for (std::size_t i = 0; i < other->size() && i < octets.size(); ++i)
        octets[i] ^= other->view()[i];
    return std::move(*key);
}

constexpr std::array<std::array<std::string_view, 2>, 3> keepers{{
    {"tpm2", "the TPM"},
    {"credential", "a software key (systemd credential)"},
    {"recovery", "the recovery key alone"},
}};

std::string_view describe(std::string_view kind)
{
    for (const auto& [slot, keeper] : keepers) {
        if (slot == kind)
            return keeper;
    }
    return kind;
}

} // namespace

Sealed<OpenedKey> makeKey(Sealer& sealer, const api::PlatformRegisters& registers)
{
    auto key = newKey(sealer);
    if (!key)
        return tl::unexpected(key.error());
    auto blob = sealKey(sealer, *key, registers);
    if (!blob)
        return tl::unexpected(blob.error());
    const auto counter = sealer.readCounter();
    if (!counter)
        return tl::unexpected(counter.error());
    return OpenedKey{std::move(*key), std::move(*blob), *counter};
}

Sealed<base::Bytes>
sealKey(Sealer& sealer, const Secret& kek, const api::PlatformRegisters& registers)
{
    auto blob = sealer.seal(kek, registers);
    if (!blob)
        return blob;
    // Before anything is wrapped by it: a key that does not come back must never be used.
    const auto back = sealer.unseal(*blob);
    if (!back)
        return tl::unexpected(back.error());
    if (!back->equals(kek.view()))
        return refuse("the key that was sealed did not come back the same",
                      "replace the TPM; nothing was stored with this key");
    return blob;
}

Sealed<NewSlot> fillSlot(Sealer& sealer, const Secret& kek, const api::PlatformRegisters& registers)
{
    auto blob = sealKey(sealer, kek, registers);
    if (!blob)
        return tl::unexpected(blob.error());
    const auto counter = sealer.readCounter();
    if (!counter)
        return tl::unexpected(counter.error());
    return NewSlot{std::string(sealer.kind()), std::move(*blob), *counter};
}

Sealed<OpenedKey> openKey(Sealer& sealer, const std::optional<KeySlot>& slot)
{
    if (!slot)
        return makeKey(sealer, {});
    if (slot->kind != sealer.kind())
        return refuse(fmt::format("the database's key is kept by {}, but the settings name {}",
                                  describe(slot->kind),
                                  describe(sealer.kind())),
                      "change the settings back, or give the recovery key (causewayctl keystore "
                      "recover)");
    auto kek = sealer.unseal(slot->blob);
    if (!kek)
        return tl::unexpected(kek.error());
    if (kek->size() != Envelope::kekSize)
        return refuse("the key slot holds no key of ours", "restore the database from a copy");
    const auto counter = sealer.readCounter();
    if (!counter)
        return tl::unexpected(counter.error());
    return OpenedKey{std::move(*kek), std::nullopt, *counter};
}

KeySlotTable::KeySlotTable(Database& database)
    : database_(database)
    , find_(database,
            "SELECT key_slot.kek, key_slot.kind, key_slot.blob FROM key_slot "
            "JOIN kek ON kek.id = key_slot.kek "
            "WHERE kek.state = 'active' "
            "ORDER BY key_slot.kind = ? DESC, key_slot.kind = 'recovery' LIMIT 1")
    , activeKey_(database, "SELECT id FROM kek WHERE state = 'active'")
    , kinds_(database,
             "SELECT key_slot.kind FROM key_slot JOIN kek ON kek.id = key_slot.kek "
             "WHERE kek.state = 'active' ORDER BY key_slot.kind")
    , retire_(database, "UPDATE kek SET state = 'retiring' WHERE state = 'active'")
    , addKek_(database, "INSERT INTO kek (state) VALUES ('active')")
    , putSlot_(database,
               "INSERT INTO key_slot (kek, kind, blob) VALUES (?, ?, ?) "
               "ON CONFLICT (kek, kind) DO UPDATE SET blob = excluded.blob")
    , remove_(database, "DELETE FROM kek WHERE id = ?")
{}

std::optional<KeySlot> KeySlotTable::find(std::string_view kind)
{
    std::optional<KeySlot> slot;
    find_.each(
        [&](const Row& row) {
            slot = KeySlot{row.integer(0), row.text(1), row.octets(2)};
        },
        kind);
    return slot;
}

std::int64_t KeySlotTable::activeKey()
{
    std::int64_t kekId = 0;
    activeKey_.each([&](const Row& row) { kekId = row.integer(0); });
    return kekId;
}

std::vector<std::string> KeySlotTable::kinds()
{
    std::vector<std::string> kinds;
    kinds_.each([&](const Row& row) { kinds.push_back(row.text(0)); });
    return kinds;
}

std::int64_t KeySlotTable::add(std::string_view kind, base::ByteView blob)
{
    retire_.run();
    addKek_.run();
    const std::int64_t kekId = sqlite3_last_insert_rowid(database_.get());
    put(kekId, kind, blob);
    return kekId;
}

void KeySlotTable::put(std::int64_t kekId, std::string_view kind, base::ByteView blob)
{
    putSlot_.run(kekId, kind, blob);
}

void KeySlotTable::remove(std::int64_t kekId)
{
    remove_.run(kekId);
}

} // namespace causeway::store

// SPDX-License-Identifier: Apache-2.0
#include "tests/store/corrupted_store.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "store/database_file.hpp"

namespace causeway::tests {

namespace {

constexpr auto victim = "victim";
constexpr std::size_t pageSize = 4096; // SQLite's own default
constexpr std::size_t headerSize = 100;
constexpr std::array devices{"meter-1", "meter-2", "meter-3"};

/// Changes that SQLite itself finds nothing wrong with. `other` is the other gateway's database.
constexpr std::array rowChanges{
    "UPDATE credential SET wrapped_key = (SELECT wrapped_key FROM credential AS one "
    "WHERE one.device = 'meter-2') WHERE device = 'meter-1'",
    "DELETE FROM credential WHERE device = 'meter-1'; "
    "UPDATE credential SET device = 'meter-1' WHERE device = 'meter-2'",
    "UPDATE credential SET identity = CAST('somebody' AS BLOB) WHERE device = 'meter-1'",
    "UPDATE credential SET version = version + 1",
    "UPDATE credential SET is_exportable = 1 - is_exportable",
    "UPDATE credential SET kind = 'key-pair' WHERE device = 'meter-1'",
    "UPDATE credential SET certificates = randomblob(64) WHERE device = 'meter-3'",
    "UPDATE credential SET identity = randomblob(91) WHERE device = 'meter-3'",
    "UPDATE credential SET wrapped_key = randomblob(length(wrapped_key))",
    "UPDATE credential SET wrapped_key = substr(wrapped_key, 1, 20)",
    "UPDATE credential SET wrapped_key = (SELECT one.wrapped_key FROM other.credential AS one "
    "WHERE one.device = credential.device)",
    "REPLACE INTO credential SELECT * FROM other.credential",
    "UPDATE key_slot SET blob = (SELECT blob FROM other.key_slot)",
    "UPDATE key_slot SET blob = (SELECT blob FROM other.key_slot); "
    "REPLACE INTO credential SELECT * FROM other.credential",
    "UPDATE key_slot SET blob = randomblob(length(blob))",
    "UPDATE key_slot SET blob = x''",
    "DELETE FROM key_slot",
    "UPDATE kek SET state = 'retiring'",
    "DELETE FROM server",
};

std::string textOf(const api::Credential& credential)
{
    std::string text;
    const auto add = [&](base::ByteView octets) {
        text += fmt::format("{} ", octets.size());
        text.append(octets.begin(), octets.end());
    };
    if (const auto* const psk = std::get_if<api::PskCredential>(&credential)) {
        add(psk->identity);
        add(psk->key.view());
        return text;
    }
    const auto& keyPair = std::get<api::KeyPair>(credential);
    add(keyPair.publicKey);
    add(keyPair.privateKey.view());
    for (const auto& certificate : keyPair.certificates)
        add(certificate);
    return text;
}

base::Expected<api::Credential> fetchAny(WaitingStore& store, const api::CredentialId& id)
{
    return await<api::Credential>(store.loop(),
                                  [&](auto done) { store.store().fetch(id, std::move(done)); });
}

api::CredentialId idOf(const std::string& device)
{
    return {device, "leshan"};
}

} // namespace

CorruptedStore::CorruptedStore(std::uint64_t seed)
    : random_(seed)
{
    kept_ = make("ours", 1);
    (void)make("foreign", 100);
    ours_ = readFile(fileOf("ours"));
    foreign_ = readFile(fileOf("foreign"));
    std::filesystem::create_directory(directory_.path() / victim);
}

store::StoreSettings CorruptedStore::settings(const std::string& gateway) const
{
    store::StoreSettings settings;
    settings.directory = directory_.path() / gateway;
    settings.softwareKekFile =
        directory_.path() / (gateway == victim ? "ours.kek" : gateway + ".kek");
    settings.retryPeriod = std::chrono::hours(1);
    return settings;
}

std::filesystem::path CorruptedStore::fileOf(const std::string& gateway) const
{
    return directory_.path() / gateway / store::databaseName;
}

CorruptedStore::Credentials CorruptedStore::make(const std::string& gateway,
                                                 std::uint32_t firstSeed)
{
    const auto key = goodKey(firstSeed);
    writeFile(directory_.path() / (gateway + ".kek"), std::string(base::asText(key.view())));
    std::filesystem::create_directory(directory_.path() / gateway);
    WaitingStore store(settings(gateway));
    (void)store.settled();
    store.furnish({devices[0], devices[1], devices[2]});
    (void)store.keep(idOf(devices[0]), "id-1", goodKey(firstSeed + 1)).value();
    (void)store.generate(idOf(devices[1]), "id-2").value();
    (void)await<api::CredentialFacts>(store.loop(), [&](auto done) {
        store.store().generateKeyPair(idOf(devices[2]), api::KeyResidence::Store, std::move(done));
    }).value();
    Credentials credentials;
    for (const char* const device : devices)
        credentials[idOf(device)] = textOf(fetchAny(store, idOf(device)).value());
    return credentials;
}

/// Mostly where something is written: half of a database is empty.
std::size_t CorruptedStore::somewhere(const std::string& content)
{
    constexpr int attempts = 8;
    std::size_t place = below(content.size());
    for (int i = 0; i < attempts && content[place] == '\0'; ++i)
        place = below(content.size());
    return place;
}

std::string_view CorruptedStore::pageOf(const std::string& content, std::size_t page) const
{
    return std::string_view(content).substr(page * pageSize, pageSize);
}

void CorruptedStore::damageOctets(std::string& content)
{
    constexpr std::size_t mostFlips = 32;
    constexpr std::size_t longestRange = 512;
    const std::size_t begin = somewhere(content);
    const std::size_t length = std::min(1 + below(longestRange), content.size() - begin);
    switch (below(5)) {
    case 0:
        content[begin] = static_cast<char>(content[begin] ^ (1 << below(8)));
        break;
    case 1:
        for (std::size_t flips = 1 + below(mostFlips); flips > 0; --flips) {
            char& octet = content[somewhere(content)];
            octet = static_cast<char>(octet ^ (1 << below(8)));
        }
        break;
    case 2:
        std::generate_n(content.begin() + static_cast<std::ptrdiff_t>(begin), length, [&] {
            return static_cast<char>(random_());
        });
        break;
    case 3:
        content.replace(begin, length, length, '\0');
        break;
    default:
        content[below(headerSize)] = static_cast<char>(random_());
        break;
    }
}

void CorruptedStore::damagePages(std::string& content)
{
    const std::size_t pages = content.size() / pageSize;
    const std::size_t one = below(pages);
    const std::size_t other = below(pages);
    const std::string first(pageOf(content, one));
    const std::string second(pageOf(content, other));
    switch (below(5)) {
    case 0:
        content.replace(one * pageSize, pageSize, second);
        content.replace(other * pageSize, pageSize, first);
        break;
    case 1:
        content.replace(one * pageSize, pageSize, second);
        break;
    case 2:
        content.replace(one * pageSize,
                        pageSize,
                        pageOf(foreign_, std::min(one, foreign_.size() / pageSize - 1)));
        break;
    case 3:
        content.resize(below(content.size()));
        break;
    default:
        content = foreign_;
        break;
    }
}

void CorruptedStore::damageRows()
{
    store::Database database(fileOf(victim));
    database.execute(fmt::format("ATTACH DATABASE '{}' AS other", fileOf("foreign").string()));
    try {
        database.execute(rowChanges.at(below(rowChanges.size())));
    } catch (const store::SqliteError&) { // NOLINT(bugprone-empty-catch)
        // The schema itself forbids it: then the database is opened as it was.
    }
}

void CorruptedStore::damage()
{
    std::filesystem::remove_all(directory_.path() / victim);
    std::filesystem::create_directory(directory_.path() / victim);
    std::string content = ours_;
    const std::size_t kind = below(8);
    if (kind < 4)
        damageOctets(content);
    else if (kind < 6)
        damagePages(content);
    writeFile(fileOf(victim), content);
    if (kind >= 6)
        damageRows();
    constexpr std::size_t everySo = 16;
    if (below(everySo) == 0) // a log that belongs to another database, or to none
        writeFile(fileOf(victim).string() + "-wal", foreign_.substr(0, somewhere(foreign_)));
}

void CorruptedStore::judge()
{
    std::optional<WaitingStore> store;
    try {
        store.emplace(settings(victim));
    } catch (const std::runtime_error&) {
        ++tally_.refused;
        return;
    }
    (void)store->load();
    if (store->settled().state == api::KeyStoreState::Locked)
        ++tally_.locked;
    for (const auto& [id, credential] : kept_) {
        const auto fetched = fetchAny(*store, id);
        if (!fetched)
            ++tally_.none;
        else if (textOf(*fetched) == credential)
            ++tally_.right;
        else
            ++tally_.wrong;
    }
}

void CorruptedStore::run(int rounds)
{
    for (int i = 0; i < rounds; ++i) {
        damage();
        judge();
        ++tally_.rounds;
    }
}

} // namespace causeway::tests

// SPDX-License-Identifier: Apache-2.0
#include "store/database_file.hpp"

#include <array>
#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"
#include "store/database_header.hpp"
#include "store/migration.hpp"

namespace causeway::store {

namespace {

namespace fs = std::filesystem;

constexpr const char* restoreRemedy =
    "put a good copy in its place, or move it (and its -wal file) away to begin with an empty one";

[[noreturn]] void refuse(const fs::path& file, const std::string& found, const std::string& remedy)
{
    throw std::runtime_error(fmt::format("{}: {}; {}", file.string(), found, remedy));
}

[[noreturn]] void refuseErrno(const fs::path& file, const std::string& doing)
{
    refuse(file,
           fmt::format("{}: {}", doing, base::errnoText(errno)),
           "check that the directory exists, is writable for the service and has space");
}

void refuseNewer(const fs::path& file, std::uint32_t version)
{
    if (version > migrationSteps().size())
        refuse(file,
               fmt::format("this database has schema version {}, this program knows up to {}",
                           version,
                           migrationSteps().size()),
               "install the newer program that wrote it");
}

/// Before SQLite sees the file: what is not ours stays untouched.
void checkHeader(const fs::path& file)
{
    std::array<std::uint8_t, DatabaseHeader::size> octets{};
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        refuseErrno(file, "the database cannot be read");
    stream.read(reinterpret_cast<char*>(octets.data()), octets.size());
    const auto header =
        decodeDatabaseHeader({octets.data(), static_cast<std::size_t>(stream.gcount())});
    if (!header)
        refuse(file, "this is not a database, or it was cut short", restoreRemedy);
    if (header->applicationId != applicationId)
        refuse(file, "this is the database of another program", restoreRemedy);
    refuseNewer(file, header->userVersion);
}

/// WAL with synchronous=FULL loses nothing that was acknowledged; one connection with an exclusive
/// lock stays clear of SQLite's WAL-reset race (fixed in 3.51.3) and of a second daemon.
constexpr std::array<std::array<const char*, 3>, 7> settings{{
    // what to set, what to ask, what must come back
    {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"},
    {"PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1"},
    {"PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1"},
    {"PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"},
    {"PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1"},
    {"PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0"},
}};

void configure(Database& database)
{
    for (const auto& [set, ask, expected] : settings) {
        database.execute(set);
        if (database.ask(ask) != expected)
            throw std::runtime_error(fmt::format("SQLite does not accept \"{}\"", set));
    }
    // Rows are wrapped before they come here, but old pages need not be mapped either.
    database.execute("PRAGMA mmap_size = 0");
}

void checkContent(Database& database, const fs::path& file)
{
    if (database.isReadOnly())
        refuse(file,
               "the database cannot be written",
               "check the file's owner and mode and that its file system is not read-only");
    if (database.ask("PRAGMA application_id") != std::to_string(applicationId))
        refuse(file, "this is the database of another program", restoreRemedy);
    refuseNewer(file, static_cast<std::uint32_t>(std::stoul(database.ask("PRAGMA user_version"))));
    if (const std::string found = database.ask("PRAGMA quick_check(1)"); found != "ok")
        refuse(file, "the database is damaged: " + found, restoreRemedy);
}

[[noreturn]] void refuseSqlite(const fs::path& file, const SqliteError& error)
{
    switch (error.code()) {
    case SQLITE_BUSY:
        refuse(file, "another process has the database open", "stop that process first");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        refuse(file, fmt::format("the database is damaged: {}", error.what()), restoreRemedy);
    default:
        refuse(file,
               fmt::format("the database cannot be used: {}", error.what()),
               "check that the directory is writable for the service and has space");
    }
}

std::unique_ptr<Database> openExisting(const fs::path& file)
{
    checkHeader(file);
    try {
        auto database = std::make_unique<Database>(file);
        database->keepLogOnClose(true);
        database->execute("PRAGMA locking_mode = EXCLUSIVE");
        checkContent(*database, file);
        configure(*database);
        migrate(*database,
                static_cast<std::uint32_t>(std::stoul(database->ask("PRAGMA user_version"))));
        database->keepLogOnClose(false);
        return database;
    } catch (const SqliteError& error) {
        refuseSqlite(file, error);
    }
}

void syncPath(const fs::path& path, int flags)
{
    const base::UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) < 0)
        refuseErrno(path, "it cannot be written to disk");
}

/// Made whole under another name: a file called causeway.db always has its tables, so an empty
/// one is a damaged one.
void create(const fs::path& file)
{
    const fs::path fresh = file.string() + ".new";
    for (const char* const suffix : {"", "-journal", "-wal"})
        fs::remove(fresh.string() + suffix);
    {
        const base::UniqueFd fd(::open(fresh.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
        if (fd.get() < 0)
            refuseErrno(fresh, "the database cannot be made");
    }
    try {
        Database database(fresh);
        createSchema(database);
    } catch (const SqliteError& error) {
        refuseSqlite(fresh, error);
    }
    syncPath(fresh, O_RDWR);
    fs::rename(fresh, file);
    syncPath(file.parent_path(), O_RDONLY | O_DIRECTORY);
}

} // namespace

std::unique_ptr<Database> openDatabase(const fs::path& directory)
{
    const fs::path file = directory / databaseName;
    std::error_code error;
    if (!fs::is_directory(directory, error))
        refuse(directory, "the store's directory is not there", "make it, owned by the service");
    if (!fs::exists(file)) {
        if (fs::exists(file.string() + "-wal"))
            refuse(file,
                   "the database is gone but its -wal file is there",
                   "put the database back beside it, or move the -wal file away");
        create(file);
    }
    return openExisting(file);
}

} // namespace causeway::store

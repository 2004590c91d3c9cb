// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.hpp"

#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace causeway::store {

namespace {

[[noreturn]] void refuse(sqlite3* handle, const std::string& doing)
{
    throw SqliteError(sqlite3_extended_errcode(handle), doing, sqlite3_errmsg(handle));
}

} // namespace

SqliteError::SqliteError(int extendedCode, const std::string& doing, const std::string& message)
    : std::runtime_error(fmt::format("{}: {} (SQLite {})", doing, message, extendedCode))
    , extendedCode_(extendedCode)
{}

base::Error SqliteError::error() const
{
    switch (code()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
        return {base::ErrorKind::Corrupt, what(), base::Retry::Never};
    case SQLITE_CONSTRAINT:
        return {base::ErrorKind::InvalidArgument, what(), base::Retry::Never};
    case SQLITE_FULL:
        return {base::ErrorKind::StorageFailed,
                fmt::format("the disk that holds the database is full, and nothing was changed: "
                            "make room there and try again ({})",
                            what()),
                base::Retry::Later};
    default:
        return {base::ErrorKind::StorageFailed, what(), base::Retry::Later};
    }
}

void Database::Close::operator()(sqlite3* handle) const
{
    sqlite3_close_v2(handle);
}

Database::Database(const std::filesystem::path& file)
{
    sqlite3* handle = nullptr;
    // NOMUTEX: the store's worker is the only thread that uses the connection.
    const int result =
        sqlite3_open_v2(file.c_str(),
                        &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK)
        throw SqliteError(result, "opening", sqlite3_errstr(result));
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the file
void Database::execute(const std::string& sql)
{
    if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        refuse(get(), "executing");
}

std::string Database::ask(std::string_view sql)
{
    std::string answer;
    bool isFirst = true;
    Statement(*this, sql).each([&](const Row& row) {
        if (std::exchange(isFirst, false))
            answer = row.text(0);
    });
    return answer;
}

bool Database::isReadOnly() const
{
    return sqlite3_db_readonly(get(), "main") != 0;
}

bool Database::isInTransaction() const
{
    return sqlite3_get_autocommit(get()) == 0;
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the connection
void Database::keepLogOnClose(bool keep)
{
    sqlite3_db_config(get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

std::string Row::text(int column) const
{
    const auto* const octets = sqlite3_column_text(statement_, column);
    if (octets == nullptr)
        return {};
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return std::string(base::asText({octets, size}));
}

base::Bytes Row::octets(int column) const
{
    const auto* const first =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    if (first == nullptr)
        return {};
    return {first, first + sqlite3_column_bytes(statement_, column)};
}

std::int64_t Row::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Row::integerOrNull(int column) const
{
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL)
        return std::nullopt;
    return integer(column);
}

void Row::refuseNumber(int column) const
{
    throw SqliteError(SQLITE_MISMATCH,
                      "reading",
                      fmt::format("{} is out of range in column {}",
                                  integer(column),
                                  sqlite3_column_name(statement_, column)));
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const
{
    sqlite3_finalize(handle);
}

Statement::Statement(Database& database, std::string_view sql)
{
    sqlite3_stmt* handle = nullptr;
    const int result = sqlite3_prepare_v3(database.get(),
                                          sql.data(),
                                          static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT,
                                          &handle,
                                          nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK)
        refuse(database.get(), "preparing");
}

void Statement::bind(int index, std::string_view text)
{
    check(sqlite3_bind_text(
        handle_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
}

void Statement::bind(int index, base::ByteView octets)
{
    // SQLite takes a null pointer, which an empty span may have, for NULL.
    const void* const place = octets.empty() ? "" : static_cast<const void*>(octets.data());
    check(sqlite3_bind_blob(
        handle_.get(), index, place, static_cast<int>(octets.size()), SQLITE_STATIC));
}

void Statement::bindInteger(int index, std::int64_t value)
{
    check(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bindNull(int index)
{
    check(sqlite3_bind_null(handle_.get(), index));
}

bool Statement::step()
{
    const int result = sqlite3_step(handle_.get());
    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        refuse(sqlite3_db_handle(handle_.get()), "storing");
    return false;
}

void Statement::reset() noexcept
{
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

std::int64_t Statement::changes() const
{
    return sqlite3_changes64(sqlite3_db_handle(handle_.get()));
}

void Statement::check(int result) const
{
    if (result != SQLITE_OK)
        refuse(sqlite3_db_handle(handle_.get()), "binding");
}

Transaction::Transaction(Database& database)
    : database_(database)
{
    database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction()
{
    // A full disk makes SQLite roll back by itself.
    if (isOpen_ && database_.isInTransaction())
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit()
{
    database_.execute("COMMIT");
    isOpen_ = false;
}

} // namespace causeway::store

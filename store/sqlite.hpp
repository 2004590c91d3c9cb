// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/bytes.hpp"
#include "store/sqlite_error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace causeway::store {

/// One connection to one file; belongs to one thread at a time.
class Database
{
public:
    /// The file must exist. Refuses attached schemas' tricks: defensive, no trusted schema.
    explicit Database(const std::filesystem::path& file);

    /// Statements without parameters and without result.
    void execute(const std::string& sql);
    /// The first column of the first row, as text; for pragmas.
    [[nodiscard]] std::string ask(std::string_view sql);

    [[nodiscard]] bool isReadOnly() const;
    [[nodiscard]] bool isInTransaction() const;

    /// Leaves the write-ahead log as it is when the connection closes: for a file that is only
    /// looked at.
    void keepLogOnClose(bool keep);

    [[nodiscard]] sqlite3* get() const { return handle_.get(); }

private:
    struct Close
    {
        void operator()(sqlite3* handle) const;
    };

    std::unique_ptr<sqlite3, Close> handle_;
};

/// The current row of a running Statement; columns count from 0.
class Row
{
public:
    explicit Row(sqlite3_stmt* statement)
        : statement_(statement)
    {}

    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] base::Bytes octets(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::optional<std::int64_t> integerOrNull(int column) const;

    [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }

    /// For a number that must fit the type; throws SqliteError (corrupt) when it does not.
    template <std::integral Number>
    [[nodiscard]] Number number(int column) const
    {
        const std::int64_t value = integer(column);
        if (!std::in_range<Number>(value))
            refuseNumber(column);
        return static_cast<Number>(value);
    }

private:
    [[noreturn]] void refuseNumber(int column) const;

    sqlite3_stmt* statement_;
};

/// Prepared once, run many times; every value is bound. The Database outlives it.
class Statement
{
public:
    Statement(Database& database, std::string_view sql);

    /// For a statement without result rows; says how many rows it changed.
    template <typename... Values>
    std::int64_t run(const Values&... values)
    {
        const Reset reset(*this);
        bindAll(values...);
        while (step()) {
        }
        return changes();
    }

    /// `onRow` sees each row in turn.
    template <typename OnRow, typename... Values>
    void each(OnRow onRow, const Values&... values)
    {
        const Reset reset(*this);
        bindAll(values...);
        while (step())
            onRow(Row(handle_.get()));
    }

    template <typename... Values>
    [[nodiscard]] bool hasRow(const Values&... values)
    {
        const Reset reset(*this);
        bindAll(values...);
        return step();
    }

private:
    struct Finalize
    {
        void operator()(sqlite3_stmt* handle) const;
    };

    /// However the run ends, the statement is ready for the next and holds no borrowed value.
    class Reset
    {
    public:
        explicit Reset(Statement& statement)
            : statement_(statement)
        {}

        ~Reset() { statement_.reset(); }

        Reset(const Reset&) = delete;
        Reset& operator=(const Reset&) = delete;

    private:
        Statement& statement_;
    };

    template <typename... Values>
    void bindAll(const Values&... values)
    {
        [[maybe_unused]] int index = 0;
        (bind(++index, values), ...);
    }

    // Borrowed until reset().
    void bind(int index, std::string_view text);
    void bind(int index, base::ByteView octets);
    void bindInteger(int index, std::int64_t value);
    void bindNull(int index);

    template <std::integral Number>
    void bind(int index, Number value)
    {
        bindInteger(index, static_cast<std::int64_t>(value));
    }

    template <typename Value>
    void bind(int index, const std::optional<Value>& value)
    {
        if (value)
            bind(index, *value);
        else
            bindNull(index);
    }

    bool step();
    void reset() noexcept;
    [[nodiscard]] std::int64_t changes() const;
    void check(int result) const;

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Rolls back unless committed.
class Transaction
{
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    bool isOpen_ = true;
};

} // namespace causeway::store

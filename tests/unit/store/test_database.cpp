// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "store/database_file.hpp"
#include "store/database_header.hpp"
#include "store/migration.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using store::Database;
using store::openDatabase;

namespace {

struct Fixture
{
    /// A database of ours with something in it, closed.
    void make() const
    {
        auto database = openDatabase(directory.path());
        store::Statement put(*database,
                             "INSERT INTO server VALUES (?, 'coaps://a', 0, 1, 1, NULL, NULL, 1, "
                             "1, 0, '1.1', 0, 0, 1, 1, 1, 1, '', x'', 0, 3, '', 0, 0, 0, 1, NULL, "
                             "93, 0, NULL, 0, 0)");
        for (int i = 0; i < 200; ++i)
            put.run(fmt::format("server-{}", i));
    }

    /// Why it does not open; the file must then be as it was.
    [[nodiscard]] std::string complaint() const
    {
        const std::string before = tests::readFile(file);
        std::string sentence;
        try {
            (void)openDatabase(directory.path());
        } catch (const std::runtime_error& error) {
            sentence = error.what();
        }
        BOOST_TEST((tests::readFile(file) == before));
        return sentence;
    }

    void change(const std::function<void(std::string&)>& edit) const
    {
        std::string content = tests::readFile(file);
        edit(content);
        tests::writeFile(file, content);
    }

    tests::TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / store::databaseName;
};

/// Every table, column, key and index, whatever the spelling of the SQL.
std::string structure(Database& database)
{
    std::string all;
    store::Statement(database,
                     "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk "
                     "FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c "
                     "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, c.cid")
        .each([&](const store::Row& row) {
            for (int i = 0; i < 6; ++i)
                all += row.text(i) + "|";
            all += "\n";
        });
    store::Statement(database,
                     "SELECT m.name, f.\"table\", f.\"from\", f.\"to\", f.on_delete "
                     "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f ORDER BY 1, 2, 3")
        .each([&](const store::Row& row) {
            for (int i = 0; i < 5; ++i)
                all += row.text(i) + "|";
            all += "\n";
        });
    store::Statement(database,
                     "SELECT m.name, i.name, i.\"unique\", i.partial, x.name "
                     "FROM sqlite_schema m JOIN pragma_index_list(m.name) i "
                     "JOIN pragma_index_info(i.name) x ORDER BY 1, 2, x.seqno")
        .each([&](const store::Row& row) {
            for (int i = 0; i < 5; ++i)
                all += row.text(i) + "|";
            all += "\n";
        });
    return all;
}

Database emptyDatabase(const std::filesystem::path& file)
{
    tests::writeFile(file, "");
    return Database(file);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(DatabaseTest, Fixture)

BOOST_AUTO_TEST_CASE(the_schema_and_the_migrations_lead_to_the_same_tables)
{
    Database fresh = emptyDatabase(directory.path() / "fresh");
    store::createSchema(fresh);
    Database migrated = emptyDatabase(directory.path() / "migrated");
    store::migrate(migrated, 0);

    BOOST_TEST(structure(fresh) == structure(migrated));
    BOOST_TEST(structure(fresh).find("credential|wrapped_key|BLOB|1||0|") != std::string::npos);
    BOOST_TEST(migrated.ask("PRAGMA user_version") == fresh.ask("PRAGMA user_version"));
}

BOOST_AUTO_TEST_CASE(runs_with_the_settings_that_keep_every_commit)
{
    auto database = openDatabase(directory.path());

    BOOST_TEST(database->ask("PRAGMA journal_mode") == "wal");
    BOOST_TEST(database->ask("PRAGMA synchronous") == "2");
    BOOST_TEST(database->ask("PRAGMA locking_mode") == "exclusive");
    BOOST_TEST(database->ask("PRAGMA secure_delete") == "1");
    BOOST_TEST(database->ask("PRAGMA foreign_keys") == "1");
}

BOOST_AUTO_TEST_CASE(is_readable_by_its_owner_only)
{
    make();

    BOOST_CHECK(std::filesystem::status(file).permissions() ==
                (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

BOOST_AUTO_TEST_CASE(opens_what_it_made)
{
    make();

    BOOST_TEST(complaint().empty());
}

BOOST_AUTO_TEST_CASE(refuses_a_newer_database)
{
    make();
    change([](std::string& content) { content[63] = 77; });

    BOOST_TEST(complaint() ==
               fmt::format("{}: this database has schema version 77, this program knows up to {}; "
                           "install the newer program that wrote it",
                           file.string(),
                           store::migrationSteps().size()));
}

BOOST_AUTO_TEST_CASE(refuses_the_database_of_another_program)
{
    Database foreign = emptyDatabase(file);
    foreign.execute("CREATE TABLE t (a)");

    BOOST_TEST(complaint().find("this is the database of another program") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_database)
{
    tests::writeFile(file, "[settings]\nnot = a database\n" + std::string(4096, 'x'));
    BOOST_TEST(complaint().find("this is not a database") != std::string::npos);

    tests::writeFile(file, "");
    BOOST_TEST(complaint().find("it was cut short") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_database_cut_anywhere)
{
    make();
    const std::string whole = tests::readFile(file);

    for (std::size_t size = 0; size < whole.size(); size += 1777) {
        tests::writeFile(file, whole.substr(0, size));
        BOOST_TEST(!complaint().empty(), "cut at " << size);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_database_with_an_overwritten_page)
{
    make();
    change([](std::string& content) { content.replace(3 * 4096UL, 4096, 4096, '\xa5'); });

    BOOST_TEST(complaint().find("the database is damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_second_process)
{
    const auto first = openDatabase(directory.path());

    BOOST_CHECK_EXCEPTION((void)openDatabase(directory.path()),
                          std::runtime_error,
                          [](const std::runtime_error& error) {
                              return std::string(error.what())
                                         .find("another process has the "
                                               "database open") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(refuses_a_directory_that_is_not_there)
{
    BOOST_CHECK_EXCEPTION((void)openDatabase(directory.path() / "nowhere"),
                          std::runtime_error,
                          [](const std::runtime_error& error) {
                              return std::string(error.what()).find("is not there") !=
                                     std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(refuses_a_log_without_its_database)
{
    tests::writeFile(file.string() + "-wal", "the log of a database that was moved away");

    BOOST_TEST(complaint().find("the database is gone but its -wal file is there") !=
               std::string::npos);
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(begins_again_where_making_the_file_was_interrupted)
{
    tests::writeFile(file.string() + ".new", "half a data");

    BOOST_CHECK_NO_THROW((void)openDatabase(directory.path()));

    BOOST_TEST(std::filesystem::exists(file));
    BOOST_TEST(!std::filesystem::exists(file.string() + ".new"));
}

BOOST_AUTO_TEST_CASE(reads_the_header_of_a_database)
{
    make();
    const std::string content = tests::readFile(file);

    const auto header = store::decodeDatabaseHeader(base::asBytes(content));

    BOOST_REQUIRE(header);
    BOOST_TEST(header->applicationId == store::applicationId);
    BOOST_TEST(header->userVersion == store::migrationSteps().size());
    BOOST_TEST(!store::decodeDatabaseHeader(base::asBytes(content).first(99)).has_value());
}

BOOST_AUTO_TEST_CASE(rolls_back_a_transaction_that_was_not_committed)
{
    auto database = openDatabase(directory.path());
    {
        store::Transaction transaction(*database);
        database->execute("INSERT INTO kek (state) VALUES ('active')");
    }

    BOOST_TEST(database->ask("SELECT count(*) FROM kek") == "0");
    BOOST_TEST(!database->isInTransaction());
}

BOOST_AUTO_TEST_CASE(a_number_out_of_range_is_corruption)
{
    auto database = openDatabase(directory.path());
    store::Statement statement(*database, "SELECT 300");

    BOOST_CHECK_EXCEPTION(
        statement.each([](const store::Row& row) { (void)row.number<std::uint8_t>(0); }),
        store::SqliteError,
        [](const store::SqliteError& error) {
            return error.error().kind == base::ErrorKind::Corrupt;
        });
}

BOOST_AUTO_TEST_CASE(says_of_a_full_disk_what_to_do)
{
    make();
    auto database = openDatabase(directory.path());
    // SQLite's own limit is told with the same code as a disk without room.
    database->execute("PRAGMA max_page_count = 1");

    base::Error told;
    try {
        store::Statement(*database, "UPDATE server SET uri = hex(zeroblob(10000))").run();
    } catch (const store::SqliteError& error) {
        told = error.error();
    }

    BOOST_TEST((told.kind == base::ErrorKind::StorageFailed));
    BOOST_TEST(told.message.starts_with("the disk that holds the database is full, and nothing was "
                                        "changed: make room there and try again ("));
}

BOOST_AUTO_TEST_SUITE_END()

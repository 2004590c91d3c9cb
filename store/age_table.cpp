// SPDX-License-Identifier: Apache-2.0
#include "store/age_table.hpp"

namespace causeway::store {

AgeTable::AgeTable(Database& database)
    : find_(database, "SELECT counter, proof FROM age")
    , put_(database,
           "INSERT INTO age (id, counter, proof) VALUES (1, ?, ?) "
           "ON CONFLICT (id) DO UPDATE SET counter = excluded.counter, proof = excluded.proof")
    , clear_(database, "DELETE FROM age")
{}

std::optional<Age> AgeTable::find()
{
    std::optional<Age> age;
    find_.each([&](const Row& row) { age = Age{row.integer(0), row.octets(1)}; });
    return age;
}

void AgeTable::put(const Age& age)
{
    put_.run(age.counter, age.proof);
}

void AgeTable::clear()
{
    clear_.run();
}

} // namespace causeway::store

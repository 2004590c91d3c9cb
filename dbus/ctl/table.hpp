// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

struct libscols_table;

namespace causeway::dbus::ctl {

/// A table for people on standard output; its cells are shown as plainText().
class Table
{
public:
    explicit Table(const std::vector<std::string>& headings);

    /// Two columns without headings: name, value.
    Table();

    void add(const std::vector<std::string>& cells);
    void print() const;

private:
    struct Release
    {
        void operator()(libscols_table* table) const;
    };

    std::unique_ptr<libscols_table, Release> table_;
};

} // namespace causeway::dbus::ctl

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace causeway::dbus::ctl {

using CsvRow = std::vector<std::string>;

/// The rows of a table (RFC 4180, and files that take it lightly): quoted cells may hold the
/// separator, doubled quotes and line ends; blanks around a cell are taken away. A cell that a row
/// lacks is not there. Pure.
[[nodiscard]] std::vector<CsvRow> parseCsv(std::string_view csv, char separator);

} // namespace causeway::dbus::ctl

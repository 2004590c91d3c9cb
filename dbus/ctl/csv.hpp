// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"

namespace causeway::dbus::ctl {

using CsvRow = std::vector<std::string>;

/// The rows of a table (RFC 4180, and files that take it lightly): quoted cells may hold the
/// separator, doubled quotes and line ends; blanks around a cell are taken away. A cell that a row
/// lacks is not there. InvalidArgument when a quote is never closed: it would swallow the rest.
/// Pure.
[[nodiscard]] base::Expected<std::vector<CsvRow>> parseCsv(std::string_view csv, char separator);

} // namespace causeway::dbus::ctl

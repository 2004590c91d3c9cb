// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/csv.hpp"

#include <utility>

#include <fmt/format.h>

namespace causeway::dbus::ctl {

namespace {

std::string trimmed(const std::string& cell)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = cell.find_first_not_of(blanks);
    if (first == std::string::npos)
        return {};
    return cell.substr(first, cell.find_last_not_of(blanks) + 1 - first);
}

/// Takes characters one by one.
class Reader
{
public:
    explicit Reader(char separator)
        : separator_(separator)
    {}

    void take(char character)
    {
        if (character == '"') {
            // A doubled quote inside a quoted cell is one quote.
            if (!isQuoted_ && wasQuote_)
                cell_ += '"';
            isQuoted_ = !isQuoted_;
            quotedSince_ = line_;
            wasQuote_ = !isQuoted_;
            return;
        }
        wasQuote_ = false;
        line_ += character == '\n' ? 1 : 0;
        if (!isQuoted_ && character == separator_)
            endCell();
        else if (!isQuoted_ && character == '\n')
            endRow();
        else
            cell_ += character;
    }

    base::Expected<std::vector<CsvRow>> end()
    {
        if (isQuoted_)
            return base::fail(base::ErrorKind::InvalidArgument,
                              fmt::format("line {}: a quote is not closed", quotedSince_));
        if (!cell_.empty() || !row_.empty())
            endRow();
        return std::move(rows_);
    }

private:
    void endCell() { row_.push_back(trimmed(std::exchange(cell_, {}))); }

    void endRow()
    {
        endCell();
        rows_.push_back(std::exchange(row_, {}));
    }

    char separator_;
    bool isQuoted_ = false;
    bool wasQuote_ = false;
    std::size_t line_ = 1;
    std::size_t quotedSince_ = 1;
    std::string cell_;
    CsvRow row_;
    std::vector<CsvRow> rows_;
};

} // namespace

base::Expected<std::vector<CsvRow>> parseCsv(std::string_view csv, char separator)
{
    Reader reader(separator);
    for (const char character : csv)
        reader.take(character);
    return reader.end();
}

} // namespace causeway::dbus::ctl

// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "dbus/ctl/csv.hpp"
#include "dbus/ctl/register_words.hpp"

namespace causeway::dbus::ctl {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// A list with more is no device's.
constexpr std::size_t mostRows = 2000;
/// Of a text in a profile; what is longer is cut by whoever edits it.
constexpr std::uint32_t mostTextRegisters = 60;

enum Column : std::size_t { Address, Name, Type, Unit, Scale, Table, Access, Length, ColumnCount };

struct Heading
{
    std::string_view word; ///< lower case, without blanks and signs
    Column column;
};

// The more exact ones first: a "register name" is a name, a "length in registers" a length.
constexpr std::array headings{
    Heading{"address", Address},  Heading{"addr", Address},     Heading{"name", Name},
    Heading{"description", Name}, Heading{"parameter", Name},   Heading{"label", Name},
    Heading{"signal", Name},      Heading{"tag", Name},         Heading{"datatype", Type},
    Heading{"type", Type},        Heading{"format", Type},      Heading{"length", Length},
    Heading{"size", Length},      Heading{"count", Length},     Heading{"quantity", Length},
    Heading{"words", Length},     Heading{"unit", Unit},        Heading{"scal", Scale},
    Heading{"factor", Scale},     Heading{"multiplier", Scale}, Heading{"gain", Scale},
    Heading{"resolution", Scale}, Heading{"function", Table},   Heading{"fc", Table},
    Heading{"table", Table},      Heading{"access", Access},    Heading{"rw", Access},
    Heading{"register", Address}, Heading{"reg", Address},      Heading{"offset", Address},
    Heading{"start", Address},    Heading{"variable", Name},    Heading{"adresse", Address},
    Heading{"bezeichnung", Name}, Heading{"datentyp", Type},    Heading{"einheit", Unit},
    Heading{"faktor", Scale},     Heading{"anzahl", Length},
};

/// A text of the device that Object 3 has a Resource for, known by its name in the list.
struct IdentityName
{
    std::string_view word;
    std::string_view path;
};

constexpr std::array identityNames{
    IdentityName{"serial", "/3/0/2"},
    IdentityName{"firmware", "/3/0/3"},
};

using Columns = std::array<std::optional<std::size_t>, ColumnCount>;

/// The first row that names an address and something else, and where the columns stand in it.
struct Head
{
    std::size_t row = 0;
    Columns columns;
    bool isHex = false; ///< "Address (hex)"
    std::ptrdiff_t named = 0;
};

Columns columnsOf(const CsvRow& row)
{
    Columns columns;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string word = plainWord(row[i]);
        // A heading that says "type" and "register" means the table, whatever stands first.
        const bool isTable = word.find("registertype") != std::string::npos ||
                             word.find("objecttype") != std::string::npos;
        for (const Heading& heading : headings) {
            const Column column = isTable ? Table : heading.column;
            if (word.find(heading.word) == std::string::npos || columns[column])
                continue;
            columns[column] = i;
            break;
        }
    }
    return columns;
}

/// A title above the table may say "register", too; a head names more than one column.
std::optional<Head> headOf(const std::vector<CsvRow>& rows)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Columns columns = columnsOf(rows[i]);
        const auto named =
            std::ranges::count_if(columns, [](const auto& column) { return column.has_value(); });
        if (!columns[Address] || named < 2)
            continue;
        const std::string word = plainWord(rows[i][*columns[Address]]);
        return Head{i, columns, word.find("hex") != std::string::npos, named};
    }
    return std::nullopt;
}

struct Sheet
{
    std::vector<CsvRow> rows;
    std::optional<Head> head;
};

/// As the separator has it by which the head names most columns: a title above it, or a comma
/// inside a number, says nothing of the columns.
Expected<Sheet> sheetOf(std::string_view csv)
{
    Sheet best;
    for (const char separator : {',', ';', '\t'}) {
        auto rows = parseCsv(csv, separator);
        if (!rows)
            return fail(rows.error());
        Sheet sheet{std::move(*rows), {}};
        sheet.head = headOf(sheet.rows);
        if (sheet.head && (!best.head || sheet.head->named > best.head->named))
            best = std::move(sheet);
    }
    return best;
}

/// A text as TOML has it; control characters do not belong into names.
std::string tomlText(std::string_view text)
{
    std::string result = "\"";
    for (const char one : text) {
        if (one == '"' || one == '\\')
            result += '\\';
        if (static_cast<unsigned char>(one) >= 0x20 && one != 0x7F)
            result += one;
    }
    return result + "\"";
}

/// What a row says, with what is missing made up from the rest of it.
struct Entry
{
    std::string name;
    std::optional<std::string> type; ///< none for a word that nobody knows
    std::string table;
    std::string unit;
    std::uint32_t address = 0;
    std::uint32_t count = 0;
    std::optional<double> scale;
    bool isWritable = false;
};

class Importer
{
public:
    explicit Importer(const Head& head)
        : head_(head)
    {}

    void take(const CsvRow& row, std::size_t number)
    {
        const auto place = registerPlace(cell(row, Address), head_.isHex);
        if (!place) {
            skip(fmt::format("row {}: no address in {}", number, tomlText(cell(row, Name))));
            return;
        }
        const Entry entry = entryOf(row, *place);
        if (const auto wrong = unreadableIn(row, entry); !wrong.empty())
            skip(fmt::format("row {}: {} in {}", number, wrong, tomlText(entry.name)));
        else if (entry.table == "coil" || entry.table == "discrete-input")
            addBit(entry);
        else if (entry.type == "string")
            addText(entry, number);
        else if (entry.type == "bit")
            skip(fmt::format("row {}: {} is one bit of a register, and the list does not say which",
                             number,
                             tomlText(entry.name)));
        else
            addNumber(entry);
    }

    ImportedProfile end() { return std::move(result_); }

private:
    [[nodiscard]] std::string cell(const CsvRow& row, Column column) const
    {
        const auto index = head_.columns[column];
        return index && *index < row.size() ? row[*index] : std::string();
    }

    [[nodiscard]] Entry entryOf(const CsvRow& row, const RegisterPlace& place) const
    {
        Entry entry;
        entry.address = place.address;
        entry.count = place.count;
        const std::string length = cell(row, Length);
        std::from_chars(length.data(), length.data() + length.size(), entry.count);
        entry.name = cell(row, Name);
        entry.type = registerType(cell(row, Type), entry.count);
        entry.table = place.table.empty() ? registerTable(cell(row, Table)) : place.table;
        if (const auto bit = bitPlace(cell(row, Address));
            bit && entry.type == "bit" && entry.table.empty()) {
            entry.table = bit->table;
            entry.address = bit->address;
        }
        if (entry.table.empty())
            entry.table = "holding";
        entry.unit = cell(row, Unit);
        entry.scale = registerScale(cell(row, Scale));
        entry.isWritable = plainWord(cell(row, Access)).find('w') != std::string::npos;
        return entry;
    }

    /// What the list says and this program does not understand: guessed, it would give wrong
    /// values.
    [[nodiscard]] std::string unreadableIn(const CsvRow& row, const Entry& entry) const
    {
        const bool isBit = entry.table == "coil" || entry.table == "discrete-input";
        if (!isBit && !entry.type)
            return "no known type: " + tomlText(cell(row, Type));
        constexpr std::array<std::string_view, 5> noScale{"", "none", "no", "na", "raw"};
        const std::string word = plainWord(cell(row, Scale));
        const bool hasScale = std::ranges::find(noScale, word) == noScale.end();
        if (!isBit && !entry.scale && hasScale)
            return "no usable scale: " + tomlText(cell(row, Scale));
        return {};
    }

    void skip(std::string why) { result_.skipped.push_back(std::move(why)); }

    void begin(const std::string& path, const Entry& entry)
    {
        result_.text += fmt::format("\n[[resource]]\npath = \"{}\"\ntable = \"{}\"\naddress = {}\n",
                                    path,
                                    entry.table,
                                    entry.address);
        ++result_.resources;
    }

    std::string nextPath(std::uint16_t object, std::uint16_t resource)
    {
        return fmt::format("/{}/{}/{}", object, instances_[object]++, resource);
    }

    void addBit(const Entry& entry)
    {
        constexpr std::uint16_t digitalInput = 3200;
        constexpr std::uint16_t actuation = 3306;
        const bool isOutput = entry.isWritable && entry.table == "coil";
        begin(isOutput ? nextPath(actuation, 5850) : nextPath(digitalInput, 5500), entry);
        addName(entry);
        if (isOutput)
            result_.text += "# To let it be switched: write = {}\n";
    }

    void addNumber(const Entry& entry)
    {
        constexpr std::uint16_t setPoint = 3308;
        const bool isOutput = entry.isWritable && entry.table == "holding";
        const UnitMeaning meaning = unitMeaning(entry.unit);
        begin(isOutput ? nextPath(setPoint, 5900) : nextPath(meaning.object, 5700), entry);
        result_.text += fmt::format("type = \"{}\"\n", *entry.type);
        if (entry.scale && *entry.scale != 1.0)
            result_.text += fmt::format("scale = {}\n", *entry.scale);
        if (!meaning.unit.empty())
            result_.text += fmt::format("units = {}\n", tomlText(meaning.unit));
        addName(entry);
        if (isOutput)
            result_.text += "# To let it be written: write = { range = [smallest, largest] }\n";
    }

    void addText(const Entry& entry, std::size_t number)
    {
        const std::string word = plainWord(entry.name);
        const auto known = std::ranges::find_if(identityNames, [&](const IdentityName& one) {
            return word.find(one.word) != std::string::npos;
        });
        const bool isOfUse = known != identityNames.end() && entry.count > 0 &&
                             entry.count <= mostTextRegisters &&
                             identities_.insert(known->path).second;
        if (!isOfUse) {
            skip(fmt::format(
                "row {}: {} is a text that no Resource is for", number, tomlText(entry.name)));
            return;
        }
        begin(std::string(known->path), entry);
        result_.text +=
            fmt::format("type = \"string\"\nregisters = {}\npoll = \"once\"\n", entry.count);
    }

    void addName(const Entry& entry)
    {
        if (!entry.name.empty())
            result_.text += fmt::format("application = {}\n", tomlText(entry.name));
    }

    const Head& head_;
    ImportedProfile result_;
    std::map<std::uint16_t, std::uint16_t> instances_;
    std::set<std::string_view> identities_;
};

} // namespace

Expected<ImportedProfile> importRegisterList(std::string_view csv, const std::string& title)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    if (csv.starts_with(byteOrderMark))
        csv.remove_prefix(byteOrderMark.size());
    const auto read = sheetOf(csv);
    if (!read)
        return fail(read.error());
    const Sheet& sheet = *read;
    if (!sheet.head)
        return fail(ErrorKind::InvalidArgument,
                    "no line names a column \"address\" or \"register\" and another one");
    if (sheet.rows.size() > mostRows)
        return fail(ErrorKind::LimitExceeded, fmt::format("more than {} lines", mostRows));
    Importer importer(*sheet.head);
    for (std::size_t i = sheet.head->row + 1; i < sheet.rows.size(); ++i)
        importer.take(sheet.rows[i], i + 1);
    ImportedProfile profile = importer.end();
    profile.text = fmt::format("# Made from a list of registers; see causeway-profile(5).\n"
                               "title = {0}\nmanufacturer = \"unknown\"\nmodel = {0}\n\n[modbus]\n",
                               tomlText(title)) +
                   profile.text;
    return profile;
}

} // namespace causeway::dbus::ctl

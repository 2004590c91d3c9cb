// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_list.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "dbus/ctl/list_text.hpp"
#include "dbus/ctl/register_sheet.hpp"
#include "dbus/ctl/register_words.hpp"
#include "dbus/ctl/taken_registers.hpp"

namespace causeway::dbus::ctl {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// A list with more is no device's.
constexpr std::size_t mostRows = 2000;
/// Of a text in a profile; what is longer is cut by whoever edits it.
constexpr std::uint32_t mostTextRegisters = 60;
/// Application Protocol V1.1b3 §4.4: of each table.
constexpr std::uint32_t mostAddresses = 65536;

using enum RegisterColumn;

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

bool isBitTable(std::string_view table)
{
    return table == "coil" || table == "discrete-input";
}

/// All addresses of a list are meant in one way. One that cannot be of the old convention, or names
/// another table than its column, shows that none is: inverters have registers 32080 and 40122.
AddressHabit habitOf(const RegisterSheet& sheet, bool isAsWritten)
{
    AddressHabit habit;
    habit.isAsWritten = isAsWritten;
    habit.isHex = sheet.heading(Address).find("hex") != std::string::npos ||
                  std::ranges::any_of(sheet.rows(), [&](const CsvRow& row) {
                      return isBareHex(sheet.cell(row, Address));
                  });
    for (const CsvRow& row : sheet.rows()) {
        const std::string text = sheet.cell(row, Address);
        const auto place = registerPlace(text, habit);
        const bool isNumber =
            !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        const std::string table = registerTable(sheet.cell(row, Table));
        if (!place || !isNumber || isBitTable(table) || bitPlace(text))
            continue;
        if (place->table.empty() || (!table.empty() && table != place->table))
            habit.isAsWritten = true;
    }
    return habit;
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
    std::optional<std::string> type;  ///< none for a word that nobody knows
    std::optional<std::string> order; ///< the same; empty where the list says none
    std::string table;
    RegisterQuantity quantity;
    std::uint32_t address = 0;
    std::uint32_t count = 0;
    std::optional<std::uint32_t> bit;
    std::optional<double> offset;
    RegisterAccess access = RegisterAccess::ReadOnly;

    /// Whether the list lets it be written, and its table can be.
    [[nodiscard]] bool isWritable() const
    {
        return access != RegisterAccess::ReadOnly && (table == "coil" || table == "holding");
    }
};

class Importer
{
public:
    Importer(const RegisterSheet& sheet, bool isAsWritten)
        : sheet_(sheet)
        , habit_(habitOf(sheet, isAsWritten))
        , hasTables_(std::ranges::any_of(sheet.rows(), [&](const CsvRow& row) {
            return !registerTable(sheet.cell(row, Table)).empty();
        }))
    {}

    void take(const CsvRow& row, std::size_t number)
    {
        const auto place = registerPlace(sheet_.cell(row, Address), habit_);
        if (!place) {
            skip(fmt::format("row {}: no address in {}", number, tomlText(sheet_.cell(row, Name))));
            return;
        }
        isConventional_ = isConventional_ || !place->table.empty();
        const Entry entry = entryOf(row, *place);
        if (const auto wrong = unreadableIn(row, entry); !wrong.empty())
            skip(fmt::format("row {}: {} in {}", number, wrong, tomlText(entry.name)));
        else if (entry.access == RegisterAccess::WriteOnly)
            addWriteOnly(entry, number);
        else if (isBitTable(entry.table) || entry.bit)
            addIfFree(entry, "bit", number, [&] { addBit(entry); });
        else if (entry.type == "string")
            addText(entry, number);
        else if (entry.type == "bit")
            skip(fmt::format("row {}: {} is one bit of a register, and the list does not say which",
                             number,
                             tomlText(entry.name)));
        else
            addIfFree(entry, *entry.type, number, [&] { addNumber(entry); });
    }

    [[nodiscard]] bool isConventional() const { return isConventional_; }

    ImportedProfile end() { return std::move(result_); }

private:
    [[nodiscard]] Entry entryOf(const CsvRow& row, const RegisterPlace& place) const
    {
        Entry entry;
        entry.address = place.address;
        entry.bit = place.bit;
        entry.name = sheet_.cell(row, Name);
        entry.count = countIn(row, place.count);
        entry.type = registerType(sheet_.cell(row, Type), entry.count);
        entry.order = orderIn(row);
        if (entry.type == "string" && entry.count == 0)
            entry.count = (charactersIn(sheet_.cell(row, Type)) + 1) / 2;
        entry.table = place.table.empty() ? registerTable(sheet_.cell(row, Table)) : place.table;
        if (const auto bit = bitPlace(sheet_.cell(row, Address));
            bit && entry.type == "bit" && entry.table.empty()) {
            entry.table = bit->table;
            entry.address = bit->address;
        }
        if (entry.table.empty())
            entry.table = "holding";
        entry.quantity = registerQuantity(
            sheet_.cell(row, Scale), sheet_.heading(Scale), sheet_.cell(row, Unit));
        if (const auto offset = registerScale(sheet_.cell(row, Offset)))
            entry.offset = offset->factor;
        entry.access = registerAccess(sheet_.cell(row, Access), sheet_.heading(Access));
        return entry;
    }

    [[nodiscard]] std::uint32_t countIn(const CsvRow& row, std::uint32_t ofRange) const
    {
        const auto said = registerCount(sheet_.cell(row, Length), sheet_.heading(Length));
        return said != 0 ? said : ofRange;
    }

    [[nodiscard]] std::optional<std::string> orderIn(const CsvRow& row) const
    {
        const auto own = registerOrder(sheet_.cell(row, Order));
        return own && own->empty() ? registerOrder(sheet_.cell(row, Type)) : own;
    }

    /// What the list says and this program does not understand: guessed, it would give wrong
    /// values.
    [[nodiscard]] std::string unreadableIn(const CsvRow& row, const Entry& entry) const
    {
        const bool isBit = isBitTable(entry.table) || entry.bit;
        if (entry.bit &&
            (isBitTable(entry.table) || (entry.type != "bit" && !sheet_.cell(row, Type).empty())))
            return "no usable address: " + tomlText(sheet_.cell(row, Address));
        if (const auto table = sheet_.cell(row, Table);
            hasTables_ && !table.empty() && registerTable(table).empty())
            return "no known table: " + tomlText(table);
        if (!isBit && !entry.type)
            return "no known type: " + tomlText(sheet_.cell(row, Type));
        if (!isBit && !entry.order)
            return "an order of octets that is not ABCD, CDAB, BADC or DCBA";
        if (!isBit && !entry.quantity.wrong.empty())
            return entry.quantity.wrong;
        if (!isBit && !entry.offset && saysNumber(sheet_.cell(row, Offset)) &&
            plainWord(sheet_.cell(row, Offset)) != "0")
            return "no usable offset: " + tomlText(sheet_.cell(row, Offset));
        return {};
    }

    void skip(std::string why) { result_.skipped.push_back(std::move(why)); }

    /// A profile in which two values have a register between them would be refused.
    template <typename Add>
    void addIfFree(const Entry& entry, const std::string& type, std::size_t number, Add add)
    {
        const std::uint32_t count = type == "string" ? entry.count : registersOf(type);
        if (entry.address + count > mostAddresses) {
            skip(fmt::format(
                "row {}: {} reaches beyond register 65535", number, tomlText(entry.name)));
            return;
        }
        const auto other =
            taken_.take({entry.table, type, entry.address, count, entry.bit, entry.name, number});
        if (other)
            skip(fmt::format("row {}: {} overlaps {} in row {}",
                             number,
                             tomlText(entry.name),
                             tomlText(other->name),
                             other->number));
        else
            add();
    }

    /// For whoever edits the profile: what a write does here, and to whom it is allowed, no list
    /// says.
    void addWriteOnly(const Entry& entry, std::size_t number)
    {
        const bool isBit = isBitTable(entry.table) || entry.bit;
        if (!entry.isWritable() || entry.type == "string" || (!isBit && entry.type == "bit")) {
            skip(fmt::format("row {}: {} can only be written", number, tomlText(entry.name)));
            return;
        }
        const std::string others = std::exchange(result_.text, {});
        isBit ? addBit(entry) : addNumber(entry);
        const std::string own = std::exchange(result_.text, others);
        result_.text += fmt::format(
            "\n# Row {}, which can only be written. To let it be, take the # in front away:",
            number);
        for (const char one : std::string_view(own).substr(0, own.size() - 1))
            result_.text += one == '\n' ? "\n# " : std::string(1, one);
        result_.text += '\n';
        skip(fmt::format(
            "row {}: {} can only be written, and is put behind #", number, tomlText(entry.name)));
    }

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
        const bool isOutput = entry.isWritable();
        begin(isOutput ? nextPath(actuation, 5850) : nextPath(digitalInput, 5500), entry);
        if (entry.bit)
            result_.text += fmt::format("type = \"bit\"\nbit = {}\n", *entry.bit);
        addName(entry);
        if (isOutput)
            addWrite(entry, "switched", "{}");
    }

    void addNumber(const Entry& entry)
    {
        constexpr std::uint16_t setPoint = 3308;
        const bool isOutput = entry.isWritable();
        const UnitMeaning meaning = unitMeaning(entry.quantity.unit);
        begin(isOutput ? nextPath(setPoint, 5900) : nextPath(meaning.object, 5700), entry);
        result_.text += fmt::format("type = \"{}\"\n", *entry.type);
        if (entry.quantity.scale != 1.0)
            result_.text += fmt::format("scale = {}\n", entry.quantity.scale);
        if (entry.offset)
            result_.text += fmt::format("offset = {}\n", *entry.offset);
        addOrder(entry);
        if (!meaning.unit.empty())
            result_.text += fmt::format("units = {}\n", tomlText(meaning.unit));
        addName(entry);
        if (isOutput)
            addWrite(entry, "written", "{ range = [smallest, largest] }");
    }

    void addWrite(const Entry& entry, std::string_view what, std::string_view rule)
    {
        result_.text += entry.access == RegisterAccess::WriteOnly
                            ? fmt::format("readable = false\nwrite = {}\n", rule)
                            : fmt::format("# To let it be {}: write = {}\n", what, rule);
    }

    void addText(const Entry& entry, std::size_t number)
    {
        const std::string word = plainWord(entry.name);
        const auto known = std::ranges::find_if(identityNames, [&](const IdentityName& one) {
            return word.find(one.word) != std::string::npos;
        });
        const bool isOfUse = known != identityNames.end() && entry.count > 0 &&
                             entry.count <= mostTextRegisters && !identities_.contains(known->path);
        if (!isOfUse) {
            skip(fmt::format(
                "row {}: {} is a text that no Resource is for", number, tomlText(entry.name)));
            return;
        }
        addIfFree(entry, "string", number, [&] {
            identities_.insert(known->path);
            begin(std::string(known->path), entry);
            result_.text +=
                fmt::format("type = \"string\"\nregisters = {}\npoll = \"once\"\n", entry.count);
            addOrder(entry);
        });
    }

    void addOrder(const Entry& entry)
    {
        if (entry.order && !entry.order->empty())
            result_.text += fmt::format("order = \"{}\"\n", *entry.order);
    }

    void addName(const Entry& entry)
    {
        if (!entry.name.empty())
            result_.text += fmt::format("application = {}\n", tomlText(entry.name));
    }

    const RegisterSheet& sheet_;
    AddressHabit habit_;
    bool hasTables_; ///< the column of that name means them
    bool isConventional_ = false;
    ImportedProfile result_;
    std::map<std::uint16_t, std::uint16_t> instances_;
    std::set<std::string_view> identities_;
    TakenRegisters taken_;
};

} // namespace

Expected<ImportedProfile>
importRegisterList(std::string_view csv, const std::string& title, AddressNumbers numbers)
{
    const auto sheet = RegisterSheet::read(listText(csv));
    if (!sheet)
        return fail(sheet.error());
    if (sheet->rows().size() > mostRows)
        return fail(ErrorKind::LimitExceeded, fmt::format("more than {} lines", mostRows));
    Importer importer(*sheet, numbers == AddressNumbers::AsWritten);
    for (std::size_t i = 0; i < sheet->rows().size(); ++i)
        importer.take(sheet->rows()[i], sheet->firstRow() + i);
    const std::string_view counted =
        importer.isConventional()
            ? "# 40001 of the list is holding register 0, 30001 input register 0.\n"
            : "# Addresses are as the list has them. Where it counts from 1, add first-address = "
              "1.\n";
    ImportedProfile profile = importer.end();
    profile.text = fmt::format("# Made from a list of registers; see causeway-profile(5).\n{1}"
                               "title = {0}\nmanufacturer = \"unknown\"\nmodel = {0}\n\n[modbus]\n",
                               tomlText(title),
                               counted) +
                   profile.text;
    return profile;
}

} // namespace causeway::dbus::ctl

// SPDX-License-Identifier: Apache-2.0
#include <regex>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/model/definition.hpp"
#include "bridges/profile_file.hpp"
#include "dbus/ctl/csv.hpp"
#include "dbus/ctl/register_list.hpp"
#include "dbus/ctl/register_words.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway::dbus::ctl;
using causeway::fakes::TemporaryDirectory;

BOOST_AUTO_TEST_SUITE(register_list)

namespace {

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

void checkReadable(const std::string& profile)
{
    const TemporaryDirectory directory;
    const auto file = directory.write("imported.toml", profile);
    const auto read = causeway::bridges::readProfile(
        file, causeway::model::builtInDefinitions(), {directory.path()});
    BOOST_TEST(read.has_value(), (read ? "" : read.error().message));
}

std::string imported(std::string_view csv)
{
    const auto profile = importRegisterList(csv, "Pump \"P1\"");
    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    checkReadable(profile->text); // before anybody has edited it
    return profile->text;
}

} // namespace

BOOST_AUTO_TEST_CASE(takes_a_list_with_numbers_of_the_old_convention)
{
    const auto text = imported("Modbus Register,Description,Data Type,Units,Scaling\r\n"
                               "30001,Voltage L1,UINT32,V,0.1\r\n"
                               "40013,\"Setpoint, night\",INT16,°C,\"0,5\"\r\n");

    BOOST_TEST(contains(text, "title = \"Pump \\\"P1\\\"\""));
    BOOST_TEST(contains(text,
                        "path = \"/3316/0/5700\"\ntable = \"input\"\naddress = 0\ntype = \"u32\"\n"
                        "scale = 0.1\nunits = \"V\"\napplication = \"Voltage L1\"\n"));
    BOOST_TEST(contains(text,
                        "path = \"/3303/0/5700\"\ntable = \"holding\"\naddress = 12\n"
                        "type = \"s16\"\nscale = 0.5\nunits = \"Cel\"\n"
                        "application = \"Setpoint, night\"\n"));
}

BOOST_AUTO_TEST_CASE(takes_units_in_words_and_a_start)
{
    const auto text = imported("name,function,start,quantity,format,scale,unit\n"
                               "Phase 1,4,0,2,float,,Volts\n"
                               "Supply air,3,7,1,s16,0.1,deg C\n");

    BOOST_TEST(contains(text,
                        "path = \"/3316/0/5700\"\ntable = \"input\"\naddress = 0\ntype = \"f32\"\n"
                        "units = \"V\"\n"));
    BOOST_TEST(contains(text,
                        "path = \"/3303/0/5700\"\ntable = \"holding\"\naddress = 7\n"
                        "type = \"s16\"\nscale = 0.1\nunits = \"Cel\"\n"));
}

BOOST_AUTO_TEST_CASE(leaves_what_can_only_be_written_to_whoever_edits_it)
{
    const std::string_view csv = "name,table,address,type,access\n"
                                 "Reset energy,holding,500,uint16,WO\n"
                                 "Lamp test,coil,3,,W\n"
                                 "Odd,input,7,uint16,WO\n"
                                 "Power,holding,500,uint16,R\n";
    const auto profile = importRegisterList(csv, "Meter");

    BOOST_TEST(profile->resources == 3U);
    const std::vector<std::string> skipped{
        "row 2: \"Reset energy\" can only be written, and is put behind #",
        "row 3: \"Lamp test\" can only be written, and is put behind #",
        "row 4: \"Odd\" can only be written"};
    BOOST_TEST(profile->skipped == skipped, boost::test_tools::per_element());
    BOOST_TEST(contains(imported(csv),
                        "\n# Row 2, which can only be written. To let it be, take the # in front "
                        "away:\n"
                        "# [[resource]]\n# path = \"/3308/0/5900\"\n# table = \"holding\"\n"
                        "# address = 500\n# type = \"u16\"\n# application = \"Reset energy\"\n"
                        "# readable = false\n# write = { range = [smallest, largest] }\n"));
    auto edited = std::regex_replace(profile->text, std::regex("# Row.*\n"), "");
    edited = std::regex_replace(edited, std::regex("\n# (\\[|[a-z]+ =)"), "\n$1");
    checkReadable(std::regex_replace(edited, std::regex("smallest, largest"), "0, 1"));
}

BOOST_AUTO_TEST_CASE(takes_german_headings)
{
    const auto text = imported("Adresse;Bezeichnung;Datentyp;Einheit;Faktor\n"
                               "40001;Wirkleistung;INT32;kW;0,001\n");

    BOOST_TEST(contains(text,
                        "path = \"/3328/0/5700\"\ntable = \"holding\"\naddress = 0\n"
                        "type = \"s32\"\nscale = 0.001\nunits = \"kW\"\n"
                        "application = \"Wirkleistung\"\n"));
}

BOOST_AUTO_TEST_CASE(takes_semicolons_hexadecimal_and_function_codes)
{
    const auto text = imported("Name;Address (hex);FC;Format;Factor;Unit;R/W\n"
                               "Power;0x0034;04;Float;;W;R\n"
                               "Energy;004Ah;03;ULONG32;/100;kWh;RW\n"
                               "Pump;0x0001;01;;;;R\n"
                               "Valve;00003;;BOOL;;;RW\n");

    BOOST_TEST(contains(text,
                        "path = \"/3328/0/5700\"\ntable = \"input\"\naddress = 52\n"
                        "type = \"f32\"\nunits = \"W\"\n"));
    BOOST_TEST(
        contains(text,
                 "path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 74\ntype = \"u32\"\n"
                 "scale = 0.01\nunits = \"kWh\"\napplication = \"Energy\"\n"
                 "# To let it be written"));
    BOOST_TEST(contains(text, "path = \"/3200/0/5500\"\ntable = \"coil\"\naddress = 1\n"));
    BOOST_TEST(contains(text, "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 2\n"));
}

BOOST_AUTO_TEST_CASE(takes_tabs_titles_above_the_head_and_lengths)
{
    const auto profile = importRegisterList("Device X register map\t\t\n"
                                            "Register\tParameter name\tLength (registers)\n"
                                            "100\tFlow\t2\n"
                                            "\tReserved\t1\n"
                                            "102\tLevel\t1\n",
                                            "X");

    BOOST_REQUIRE(profile);
    BOOST_TEST(profile->resources == 2U);
    BOOST_TEST(contains(profile->text, "address = 100\ntype = \"u32\"\napplication = \"Flow\""));
    BOOST_TEST(contains(profile->text, "path = \"/3300/1/5700\""));
    BOOST_REQUIRE(profile->skipped.size() == 1U);
    BOOST_TEST(profile->skipped[0] == "row 4: no address in \"Reserved\"");
}

BOOST_AUTO_TEST_CASE(takes_ranges_texts_and_a_hexadecimal_column_below_a_title)
{
    const auto text = imported("Energy meter, map 2.1\n"
                               "Address [hex];Signal;Data type;Unit\n"
                               "0010-0011;Total;32-bit signed;kWh\n"
                               "0100-0107;Serial number;ASCII;\n"
                               "00A0;State;Bitfield16;\n");

    BOOST_TEST(contains(text, "address = 16\ntype = \"s32\"\nunits = \"kWh\"\n"));
    BOOST_TEST(contains(text,
                        "path = \"/3/0/2\"\ntable = \"holding\"\naddress = 256\n"
                        "type = \"string\"\nregisters = 8\npoll = \"once\"\n"));
    BOOST_TEST(contains(text, "address = 160\ntype = \"u16\"\n"));
}

BOOST_AUTO_TEST_CASE(knows_the_many_words_for_one_type)
{
    const std::pair<const char*, const char*> words[] = {{"UINT16", "u16"},
                                                         {"16-bit unsigned", "u16"},
                                                         {"INT", "s16"},
                                                         {"S16", "s16"},
                                                         {"Unsigned Long", "u32"},
                                                         {"32 bit unsigned int", "u32"},
                                                         {"DINT", "s32"},
                                                         {"Float32 (CDAB)", "f32"},
                                                         {"IEEE754", "f32"},
                                                         {"Double", "f64"},
                                                         {"unsigned int 64", "u64"},
                                                         {"BCD", "bcd16"},
                                                         {"BCD32", "bcd32"},
                                                         {"DWORD", "u32"},
                                                         {"ULONG64", "u64"}};
    for (const auto& [word, type] : words)
        BOOST_TEST(registerType(word, 0).value_or("none") == type, word);
    const std::pair<const char*, const char*> more[] = {{"INT16U", "u16"},
                                                        {"fp32", "f32"},
                                                        {"U48", "u48"},
                                                        {"INT8", "s8"},
                                                        {"UINT8", "u8"},
                                                        {"16U", "u16"},
                                                        {"real32 BE", "f32"},
                                                        {"unsigned int", "u16"},
                                                        {"signed int", "s16"},
                                                        {"unsigned", "u16"},
                                                        {"signed word", "s16"},
                                                        {"double word", "u32"},
                                                        {"single word", "u16"},
                                                        {"INT32 (word swap)", "s32"},
                                                        {"S32 (low word first)", "s32"},
                                                        {"INT16 (1 register)", "s16"},
                                                        {"Float / IEEE 754", "f32"}};
    for (const auto& [word, type] : more)
        BOOST_TEST(registerType(word, 0).value_or("none") == type, word);
    BOOST_TEST(registerType("INT", 2).value_or("none") == "s32");
    BOOST_TEST(registerType("INT", 3).value_or("none") == "s48");
    BOOST_TEST(!registerType("INT", 5).has_value());
    BOOST_TEST(!registerType("date32", 0).has_value());
    BOOST_TEST(registerType("", 4).value_or("none") == "u64");
    BOOST_TEST(!registerType("foo", 1).has_value());
    BOOST_TEST(!registerType("INT16 (1/10)", 1).has_value());
    BOOST_TEST(!registerType("UINT16/INT16", 1).has_value());
}

BOOST_AUTO_TEST_CASE(takes_the_order_of_octets_from_the_type_or_a_column)
{
    const auto text = imported("Address,Name,Type,Byte order\n"
                               "1,A,float32 CDAB,\n3,B,UINT32,DCBA\n5,C,UINT16 BE,\n"
                               "6,D,U32 (word swap),\n8,E,S32,\n10,F,UINT32,little endian\n");

    BOOST_TEST(contains(text, "address = 1\ntype = \"f32\"\norder = \"CDAB\"\n"));
    BOOST_TEST(contains(text, "address = 3\ntype = \"u32\"\norder = \"DCBA\"\n"));
    BOOST_TEST(contains(text, "address = 5\ntype = \"u16\"\napplication"));
    BOOST_TEST(contains(text, "address = 6\ntype = \"u32\"\norder = \"CDAB\"\n"));
    BOOST_TEST(contains(text, "address = 8\ntype = \"s32\"\napplication"));
    BOOST_TEST(!contains(text, "address = 10"));
}

BOOST_AUTO_TEST_CASE(reads_factors_as_people_write_them)
{
    const std::pair<const char*, double> factors[] = {{"0.1", 0.1},
                                                      {"0,1", 0.1},
                                                      {"x0.1", 0.1},
                                                      {"x 10", 10},
                                                      {"/10", 0.1},
                                                      {"1/10", 0.1},
                                                      {"10^-1", 0.1},
                                                      {"10**-2", 0.01},
                                                      {"1E-3", 0.001},
                                                      {"value/10", 0.1},
                                                      {"raw * 0.5", 0.5},
                                                      {"-0.1", -0.1},
                                                      {"0.1 kWh", 0.1},
                                                      {"\u00D70.01", 0.01},
                                                      {"\u00F7100", 0.01},
                                                      {"10\u207B\u00B9", 0.1},
                                                      {"0,001", 0.001},
                                                      {"1000", 1000}};
    for (const auto& [cell, factor] : factors)
        BOOST_TEST(registerScale(cell).value_or(RegisterScale{}).factor == factor,
                   boost::test_tools::tolerance(1e-12));
    for (const char* const cell :
         {"1,000", "0.1*x+40", "tenths", "0", "y=0.1x", "1:10", "", "E-2", "2 decimals", "1 digit"})
        BOOST_TEST(!registerScale(cell).has_value(), cell);
    BOOST_TEST(registerScale("10", "gain").value().factor == 0.1);
    BOOST_TEST(registerScale("0.1", "gain").value().factor == 0.1);
    BOOST_TEST(registerScale("100", "divisor").value().factor == 0.01);
    BOOST_TEST(registerScale("2", "decimals").value().factor == 0.01);
}

BOOST_AUTO_TEST_CASE(takes_scale_and_unit_from_either_column)
{
    struct Row
    {
        const char* scale;
        const char* unit;
        double factor;
        const char* result; ///< the unit, or what is wrong with a factor of 0
    };

    const Row rows[] = {{"0.1", "V", 0.1, "V"},
                        {"10 mV", "", 10, "mV"},
                        {"0.1 kWh", "kWh", 0.1, "kWh"},
                        {"0.1 kwh/bit", "kWh", 0.1, "kWh"},
                        {"", "0.1V", 0.1, "V"},
                        {"", "V/10", 0.1, "V"},
                        {"1", "V/100", 0.01, "V"},
                        {"n/a", "1/min", 1, "1/min"},
                        {"", "m3/h", 1, "m3/h"},
                        {"10 mV", "V", 0, "two units: \"10 mV\" and \"V\""},
                        {"0.1kV", "V", 0, "two units: \"0.1kV\" and \"V\""},
                        {"0.1", "V/10", 0, "two scales: \"0.1\" and \"V/10\""},
                        {"", "1..5 V", 0, "no usable unit: \"1..5 V\""},
                        {"tenths", "V", 0, "no usable scale: \"tenths\""}};
    for (const Row& row : rows) {
        const auto read = registerQuantity(row.scale, "scale", row.unit);
        const std::string told = row.factor == 0 ? read.wrong : read.unit;
        BOOST_TEST(told == row.result, row.scale << " and " << row.unit << ": " << told);
        if (row.factor != 0)
            BOOST_TEST(read.scale == row.factor, boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(knows_function_codes_and_the_tables_of_the_old_convention)
{
    const std::pair<const char*, const char*> words[] = {{"FC04", "input"},
                                                         {"0x04", "input"},
                                                         {"4", "input"},
                                                         {"03/16", "holding"},
                                                         {"FC 3, 6", "holding"},
                                                         {"0x10", "holding"},
                                                         {"4x", "holding"},
                                                         {"4xxxx", "holding"},
                                                         {"3x", "input"},
                                                         {"1x", "discrete-input"},
                                                         {"0x", "coil"},
                                                         {"05", "coil"},
                                                         {"Read Input Registers (4)", "input"},
                                                         {"x", ""},
                                                         {"43", ""},
                                                         {"RO", ""}};
    for (const auto& [word, table] : words)
        BOOST_TEST(registerTable(word) == table, word);

    const auto mixed = importRegisterList("Address,Name,Function\n1,A,FC04\n2,B,43\n", "X");
    const auto other = importRegisterList("Address,Name,Function\n1,A,cooling\n", "X");
    BOOST_REQUIRE((mixed && other));
    BOOST_TEST(contains(mixed->text, "table = \"input\"\naddress = 1\n"));
    BOOST_TEST(mixed->skipped == std::vector<std::string>{"row 3: no known table: \"43\" in \"B\""},
               boost::test_tools::per_element());
    BOOST_TEST(other->resources == 1U);
}

BOOST_AUTO_TEST_CASE(lets_all_rows_say_how_addresses_are_counted)
{
    const auto inverter = imported("Address,Name,Type,Function\n"
                                   "32080,Power,INT32,3\n40125,Limit,INT16,3\n");
    const auto mixed = imported("Address,Name,Type\n40001,A,u16\n100,B,u16\n");
    const auto hex = imported("Address,Name,Type\n0010,A,u16\n00A0,B,u16\n");
    const auto told =
        importRegisterList("Address,Name,Type\n40001,A,u16\n", "X", AddressNumbers::AsWritten);

    BOOST_TEST(contains(inverter, "table = \"holding\"\naddress = 32080\n"));
    BOOST_TEST(contains(inverter, "table = \"holding\"\naddress = 40125\n"));
    BOOST_TEST(contains(mixed, "address = 40001\n"));
    BOOST_TEST(contains(hex, "address = 16\n"));
    BOOST_TEST(contains(hex, "address = 160\n"));
    BOOST_REQUIRE(told);
    BOOST_TEST(contains(told->text, "address = 40001\n"));
}

BOOST_AUTO_TEST_CASE(takes_many_kinds_of_addresses)
{
    const auto text = imported("Register;Name;Type\n4x0010;A;u16\n3x00011;B;u16\n4x40012;C;u16\n"
                               "4x0020\u201321;D;\n4x0030.3;Pump;BOOL\n1x0005;Door;BOOL\n");

    BOOST_TEST(contains(text, "table = \"holding\"\naddress = 9\n"));
    BOOST_TEST(contains(text, "table = \"input\"\naddress = 10\n"));
    BOOST_TEST(contains(text, "table = \"holding\"\naddress = 11\n"));
    BOOST_TEST(contains(text, "address = 29\ntype = \"bit\"\nbit = 3\n"));
    BOOST_TEST(contains(text, "table = \"discrete-input\"\naddress = 4\n"));
}

BOOST_AUTO_TEST_CASE(knows_who_may_write)
{
    const auto text = imported("Address,Name,Type,Access\n1,A,u16,RO\n2,B,u16,R/W\n3,C,u16,WO\n"
                               "4,D,u16,read only\n5,E,u16,Lesen/Schreiben\n");
    const auto yes = imported("Address,Name,Type,Writable\n1,A,u16,yes\n2,B,u16,no\n3,C,u16,x\n");

    BOOST_TEST(contains(text, "path = \"/3300/0/5700\"\ntable = \"holding\"\naddress = 1\n"));
    BOOST_TEST(contains(text, "path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 2\n"));
    BOOST_TEST(!contains(text, "\naddress = 3\n"));
    BOOST_TEST(contains(text, "path = \"/3300/1/5700\"\ntable = \"holding\"\naddress = 4\n"));
    BOOST_TEST(contains(text, "path = \"/3308/2/5900\"\ntable = \"holding\"\naddress = 5\n"));
    BOOST_TEST(contains(yes, "path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 1\n"));
    BOOST_TEST(contains(yes, "path = \"/3300/0/5700\"\ntable = \"holding\"\naddress = 2\n"));
    BOOST_TEST(contains(yes, "path = \"/3308/1/5900\"\ntable = \"holding\"\naddress = 3\n"));
}

BOOST_AUTO_TEST_CASE(takes_heads_of_two_rows_texts_and_offsets)
{
    const auto text = imported("Modbus map of a heat pump;;;;;\n"
                               "Register;;Data;;;\n"
                               "dec;hex;type;Length (bytes);Parameter;Offset\n"
                               "10;000A;INT16;2;Temperature;-40\n"
                               "12;000C;ASCII(16);;Serial;\n"
                               "20;0014;STRING;8;Firmware;\n");

    BOOST_TEST(contains(text, "address = 10\ntype = \"s16\"\noffset = -40\n"));
    BOOST_TEST(contains(text, "address = 12\ntype = \"string\"\nregisters = 8\n"));
    BOOST_TEST(contains(text, "address = 20\ntype = \"string\"\nregisters = 4\n"));
}

BOOST_AUTO_TEST_CASE(reads_files_as_spreadsheets_save_them)
{
    const std::string_view wide("\xFF\xFE"
                                "A\0d\0d\0r\0,\0U\0n\0i\0t\0\n\0"
                                "1\0,\0\xB0\0C\0\n\0",
                                32);

    const auto windows = imported("Adresse;Bezeichnung;Einheit\n1;K\xFChlung \x80;\xB0"
                                  "C\n");
    const auto utf16 = imported(wide);
    const auto marked = imported("\xEF\xBB\xBF"
                                 "Address,Unit\n1,\u00B0C\n");

    BOOST_TEST(contains(windows, "units = \"Cel\"\napplication = \"K\u00FChlung \u20AC\"\n"));
    BOOST_TEST(contains(utf16, "units = \"Cel\"\n"));
    BOOST_TEST(contains(marked, "units = \"Cel\"\n"));
}

BOOST_AUTO_TEST_CASE(skips_and_names_what_it_would_have_to_guess)
{
    const auto profile = importRegisterList("Address,Name,Type,Scale\n"
                                            "1,Flow,foo,1\n"
                                            "2,Level,u16,tenths\n"
                                            "3,Speed,u16,0\n"
                                            "4,Power,u16,n/a\n"
                                            "5,Volume,,\n",
                                            "X");

    BOOST_REQUIRE(profile);
    const std::vector<std::string> skipped{"row 2: no known type: \"foo\" in \"Flow\"",
                                           "row 3: no usable scale: \"tenths\" in \"Level\"",
                                           "row 4: no usable scale: \"0\" in \"Speed\""};
    BOOST_TEST(profile->skipped == skipped, boost::test_tools::per_element());
    BOOST_TEST(profile->resources == 2U);
}

BOOST_AUTO_TEST_CASE(an_unclosed_quote_is_named_by_its_line)
{
    const auto profile = importRegisterList("address,name\n1,Flow\n2,\"Level\n3,Speed\n", "X");

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message == "line 3: a quote is not closed");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_list_of_registers)
{
    for (const std::string_view text : {"", "\n\n", "a,b,c\n1,2,3\n", "\"", "\xFF\xFE\x00"}) {
        const auto profile = importRegisterList(text, "X");
        BOOST_TEST(!profile.has_value());
    }
}

BOOST_AUTO_TEST_CASE(keeps_separators_quotes_and_line_ends_inside_quotes)
{
    const auto rows = parseCsv("a;\"b;\"\"c\"\"\nd\";e\nf", ';').value();

    BOOST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(rows[0] == (CsvRow{"a", "b;\"c\"\nd", "e"}), boost::test_tools::per_element());
    BOOST_TEST(rows[1] == CsvRow{"f"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_the_rows_that_overlap_others)
{
    const std::string csv = "address,name,type\n"
                            "40001,Power,float\n"
                            "40002,Voltage,u16\n"
                            "40003,Energy,u32\n"
                            "40003,Energy,u32\n"
                            "40004,Tariff,s16\n"
                            "40005,Mode,u16\n";

    const auto profile = importRegisterList(csv, "x");

    BOOST_REQUIRE(profile.has_value());
    BOOST_TEST(profile->skipped ==
                   (std::vector<std::string>{"row 3: \"Voltage\" overlaps \"Power\" in row 2",
                                             "row 5: \"Energy\" overlaps \"Energy\" in row 4",
                                             "row 6: \"Tariff\" overlaps \"Energy\" in row 4"}),
               boost::test_tools::per_element());
    BOOST_TEST(profile->resources == 3U);
    static_cast<void>(imported(csv));
}

BOOST_AUTO_TEST_CASE(keeps_rows_that_share_a_register_as_a_profile_may)
{
    const std::string csv = "address,name,type\n"
                            "100,Alarms,u16\n"
                            "100.0,Door,bit\n"
                            "100.1,Fan,bit\n"
                            "200,Energy import,u32\n"
                            "200,Energy total,u32\n";

    const auto profile = importRegisterList(csv, "x");

    BOOST_REQUIRE(profile.has_value());
    BOOST_TEST(profile->skipped.empty());
    BOOST_TEST(profile->resources == 5U);
    static_cast<void>(imported(csv));
}

BOOST_AUTO_TEST_CASE(names_a_row_that_reaches_beyond_the_last_register)
{
    const auto profile = importRegisterList("address,name,type\n65535,Energy,u32\n", "x");

    BOOST_REQUIRE(profile.has_value());
    BOOST_TEST(profile->skipped ==
                   std::vector<std::string>{"row 2: \"Energy\" reaches beyond register 65535"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;
using model::Path;

BOOST_AUTO_TEST_SUITE(profile)

namespace {

const std::string head = "title = \"Test\"\nmanufacturer = \"Maker\"\nmodel = \"M1\"\n[modbus]\n";

const model::Definitions& definitions()
{
    static const model::Definitions built = model::builtInDefinitions();
    return built;
}

auto parse(const std::string& text)
{
    return parseProfile(text, "test.toml", definitions());
}

/// A resource table that begins in line 5.
std::string resource(const std::string& lines)
{
    return head + "[[resource]]\n" + lines;
}

const ResourceMapping& find(const DeviceProfile& profile, const Path& path)
{
    for (const auto& mapping : profile.mappings) {
        if (mapping.resource.path == path)
            return mapping;
    }
    throw std::runtime_error("not mapped: " + path.toString());
}

} // namespace

BOOST_AUTO_TEST_CASE(maps_a_register_with_its_units)
{
    const auto profile = parse(resource("path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\n"
                                        "type = \"s16\"\nscale = 0.1\nunits = \"Cel\"\n"));

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(profile->name == "test");
    const auto& mapping = find(*profile, {3303, 0, 5700});
    BOOST_TEST(mapping.resource.operations.read);
    BOOST_TEST(!mapping.resource.operations.write);
    BOOST_TEST(mapping.resource.description == "input register 0x0001, s16, Cel");
    BOOST_TEST(
        (find(*profile, {3303, 0, 5701}).resource.constant == model::Value(std::string("Cel"))));
    BOOST_TEST((find(*profile, {3, 0, 0}).resource.constant == model::Value(std::string("Maker"))));
}

BOOST_AUTO_TEST_CASE(lets_servers_write_only_what_says_so)
{
    const std::string coil = "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 0\n";

    const auto quiet = parse(resource(coil + "write = { verify = true }\n"));
    const auto open = parse(resource(coil + "write = { by-server = true }\n"));

    BOOST_REQUIRE(quiet && open);
    BOOST_TEST(find(*quiet, {3306, 0, 5850}).resource.operations.write);
    BOOST_TEST(!find(*quiet, {3306, 0, 5850}).resource.allowsServerWrites);
    BOOST_TEST(find(*open, {3306, 0, 5850}).resource.allowsServerWrites);
}

BOOST_AUTO_TEST_CASE(maps_one_register_in_two_units)
{
    const auto profile =
        parse(resource("path = \"/3305/0/5800\"\ntable = \"input\"\naddress = 12\ntype = \"f32\"\n"
                       "[[resource]]\npath = \"/3303/0/5700\"\ntable = \"input\"\naddress = 12\n"
                       "type = \"f32\"\nscale = 0.001\n"));

    BOOST_TEST(profile.has_value());
}

BOOST_AUTO_TEST_CASE(maps_an_alarm_word_and_its_bits)
{
    const std::string word = "path = \"/3300/0/5700\"\ntable = \"holding\"\naddress = 12\n";
    const std::string bits = "[[resource]]\npath = \"/3200/0/5500\"\ntable = \"holding\"\n"
                             "address = 12\ntype = \"bit\"\nbit = 3\n";

    BOOST_TEST(parse(resource(word + "type = \"u16\"\n" + bits)).has_value());
    BOOST_TEST(parse(resource(word + "type = \"u32\"\n" + bits)).has_value());
    BOOST_TEST(!parse(resource(word + "type = \"f32\"\n" + bits)));
}

BOOST_AUTO_TEST_CASE(toggles_bits_and_nothing_else)
{
    const std::string coil = "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 1\n";
    const std::string value =
        "path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\ntype = \"s16\"\n";
    const std::string trigger = "path = \"/3303/0/5605\"\naddress = 1\n";

    const auto relay = parse(resource(coil + "write = { toggle = true, address = 9 }\n"));
    const auto number =
        parse(resource("path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 1\n"
                       "type = \"u16\"\nwrite = { toggle = true, range = [0, 1] }\n"));
    const auto executed = parse(resource(value) + "[[resource]]\n" + trigger +
                                "table = \"coil\"\nexecute = \"toggle\"\n");
    const auto which = parse(resource(trigger + "table = \"holding\"\nexecute = \"toggle\"\n"));

    BOOST_REQUIRE_MESSAGE(relay, (relay ? "" : relay.error().message));
    BOOST_TEST(find(*relay, {3306, 0, 5850}).point->write->toggles);
    BOOST_TEST(!number);
    BOOST_REQUIRE_MESSAGE(executed, (executed ? "" : executed.error().message));
    BOOST_TEST(find(*executed, {3303, 0, 5605}).point->executeToggles);
    BOOST_TEST((!which && which.error().message.find("bit is missing") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(gives_bits_a_meaning)
{
    const std::string coil = "path = \"/3200/0/5500\"\ntable = \"coil\"\naddress = 1\n";

    const auto inverted = parse(resource(coil + "enum = { 0 = true, 1 = false }\n"));
    const auto open = parse(resource(coil + "enum = { 0 = true }\notherwise = false\n"));
    const auto wrong = parse(resource(coil + "enum = { 0 = true, 2 = false }\n"));
    const auto alone = parse(resource(coil + "otherwise = false\n"));

    BOOST_REQUIRE_MESSAGE(inverted, (inverted ? "" : inverted.error().message));
    BOOST_REQUIRE_MESSAGE(open, (open ? "" : open.error().message));
    BOOST_TEST(find(*inverted, {3200, 0, 5500}).point->encoding.meanings.size() == 2U);
    BOOST_TEST((find(*open, {3200, 0, 5500}).point->encoding.otherMeaning == model::Value(false)));
    BOOST_TEST((!wrong && wrong.error().message.find("a bit is 0 or 1") != std::string::npos));
    BOOST_TEST(!alone);
}

BOOST_AUTO_TEST_CASE(cuts_sentinels_to_the_bits_that_count)
{
    const std::string word = "path = \"/3303/0/5700\"\ntable = \"holding\"\naddress = 1\n";
    const auto sentinels = [&](const std::string& lines) {
        const auto profile = parse(resource(word + lines));
        BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
        return find(*profile, {3303, 0, 5700}).point->encoding.sentinels;
    };
    using Raw = std::vector<std::uint64_t>;

    BOOST_TEST((sentinels("type = \"s8\"\nsentinels = [-128]\n") == Raw{0x80}));
    BOOST_TEST((sentinels("type = \"s24\"\nsentinels = [-1]\n") == Raw{0xFFFFFF}));
    BOOST_TEST((sentinels("type = \"s16\"\nfirst-bit = 4\nbits = 4\nsentinels = [-1, 15]\n") ==
                Raw{15, 15}));
    BOOST_TEST((sentinels("type = \"s64\"\nsentinels = [-1]\n") == Raw{~std::uint64_t{0}}));
}

BOOST_AUTO_TEST_CASE(takes_no_sentinel_that_can_never_come)
{
    const std::string word = "path = \"/3303/0/5700\"\ntable = \"holding\"\naddress = 1\n";
    const auto isRefused = [&](const std::string& lines) {
        const auto profile = parse(resource(word + lines));
        return !profile && profile.error().message.starts_with("test.toml:11: ") &&
               profile.error().message.find("can never come") != std::string::npos;
    };

    BOOST_TEST(isRefused("type = \"s16\"\n\nsentinels = [0x18000]\n"));
    BOOST_TEST(isRefused("type = \"u8\"\n\nsentinels = [0xFF, 0x03FF]\n"));
    BOOST_TEST(isRefused("type = \"s8\"\n\nsentinels = [-129]\n"));
    BOOST_TEST(isRefused("type = \"u24\"\n\nsentinels = [0x1FFFFFF]\n"));
    BOOST_TEST(isRefused("type = \"u16\"\nfirst-bit = 4\nsentinels = [16]\nbits = 4\n"));
}

BOOST_AUTO_TEST_CASE(swaps_octets_by_default_in_values_of_several_registers_only)
{
    const std::string swapping = head + "order = \"BADC\"\n[[resource]]\n";
    const std::string word = "path = \"/3303/0/5700\"\ntable = \"holding\"\naddress = 1\n";
    const auto isSwapped = [&](const std::string& lines, const Path& path) {
        const auto profile = parse(swapping + lines);
        BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
        return find(*profile, path).point->encoding.hasSwappedBytes;
    };
    const std::string text =
        "path = \"/3/0/2\"\ntable = \"holding\"\naddress = 1\ntype = \"string\"\n";

    BOOST_TEST(isSwapped(word + "type = \"u32\"\n", {3303, 0, 5700}));
    BOOST_TEST(isSwapped(text + "registers = 2\n", {3, 0, 2}));
    BOOST_TEST(!isSwapped(text + "registers = 1\n", {3, 0, 2}));
    BOOST_TEST(!isSwapped(word + "type = \"u16\"\n", {3303, 0, 5700}));
    BOOST_TEST(isSwapped(word + "type = \"u16\"\norder = \"BADC\"\n", {3303, 0, 5700}));
    BOOST_TEST(!isSwapped("path = \"/3200/0/5500\"\ntable = \"holding\"\naddress = 1\n"
                          "type = \"bit\"\nbit = 0\n",
                          {3200, 0, 5500}));
}

BOOST_AUTO_TEST_CASE(repeats_a_resource_over_instances_and_addresses)
{
    const auto profile =
        parse(resource("path = \"/3306/2/5850\"\ntable = \"coil\"\naddress = 0x200\nrepeat = 3\n"
                       "application = \"relay {n}\"\nwrite = { address = 0, verify = true }\n"));

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    const auto& last = find(*profile, {3306, 4, 5850});
    BOOST_TEST(last.point->address == 0x202);
    BOOST_TEST(last.point->write->address.value() == 2);
    BOOST_TEST((find(*profile, {3306, 4, 5750}).resource.constant ==
                model::Value(std::string("relay 3"))));
}

BOOST_AUTO_TEST_CASE(converts_the_units_of_the_device_into_those_of_the_resource)
{
    const auto profile = parse(
        resource("path = \"/3305/0/5800\"\ntable = \"input\"\naddress = 1\ntype = \"u16\"\n"
                 "from = \"kW\"\n[[resource]]\npath = \"/3303/0/5700\"\ntable = \"input\"\n"
                 "address = 2\ntype = \"s16\"\nscale = 0.1\nfrom = \"degF\"\nunits = \"Cel\"\n"));

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(find(*profile, {3305, 0, 5800}).point->encoding.scale == 1000.0);
    const auto& celsius = find(*profile, {3303, 0, 5700}).point->encoding;
    BOOST_TEST(celsius.scale * 2120 + celsius.offset == 100.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(makes_one_value_of_several_registers)
{
    const auto profile = parse(
        resource("path = \"/3331/0/5700\"\ntable = \"input\"\naddress = 10\ntype = \"u16\"\n"
                 "scale = 1000\nfrom = \"kWh\"\nunits = \"Wh\"\n"
                 "plus = [{ address = 11, type = \"u32\", order = \"CDAB\" }]\n"
                 "times = [{ table = \"holding\", address = 6, type = \"u16\", scale = 0.1 },\n"
                 "         { table = \"holding\", address = 7, type = \"u16\" }]\n"));

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    const auto& point = *find(*profile, {3331, 0, 5700}).point;
    BOOST_TEST(point.encoding.scale == 1e6);
    BOOST_REQUIRE(point.plus.size() == 1U);
    BOOST_TEST(point.plus[0].encoding.scale == 1000.0);
    BOOST_TEST(point.plus[0].encoding.isLowWordFirst);
    BOOST_REQUIRE(point.times.size() == 2U);
    BOOST_TEST((point.times[0].table == modbus::RegisterTable::HoldingRegister));
    BOOST_TEST(point.times[0].encoding.scale == 0.1);
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_made_of_several_registers)
{
    const std::string value = "path = \"/3331/0/5700\"\ntable = \"input\"\naddress = 10\n";
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"type = \"u16\"\nplus = [{ address = 300, type = \"u16\" }]\n",
         "what is added is too far from its value for one request"},
        {"type = \"u16\"\nplus = [{ address = 11 }]\n", "type is missing"},
        {"type = \"u16\"\nplus = [{ address = 11, type = \"u16\", table = \"input\" }]\n",
         "unknown key \"table\""},
        {"type = \"u16\"\ntimes = [{ address = 11, type = \"u16\" }]\n", "table is missing"},
        {"type = \"u16\"\ntimes = [{ table = \"coil\", address = 11 }]\n",
         "a bit is neither added nor multiplied by"},
        {"type = \"u16\"\nenum = { 0 = 1 }\nplus = [{ address = 11, type = \"u16\" }]\n",
         "only numbers are added and multiplied"},
        {"type = \"u16\"\nplus = { at = 1 }\n", "plus must be tables"},
    };
    for (const auto& [text, complaint] : wrong) {
        const auto profile = parse(resource(value + text));
        BOOST_REQUIRE(!profile);
        BOOST_TEST(profile.error().message.find(complaint) != std::string::npos,
                   profile.error().message);
    }
    const auto written =
        parse(resource("path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 1\ntype = \"u16\"\n"
                       "plus = [{ address = 2, type = \"u16\" }]\nwrite = { range = [0, 1] }\n"));
    BOOST_REQUIRE(!written);
    BOOST_TEST(written.error().message.find("is only read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(reads_what_a_device_wants_to_be_given)
{
    const auto profile = parse(
        head +
        "[[keep-alive]]\ntable = \"holding\"\naddress = 0x1000\nvalues = 1\nalternate = 2\n"
        "period-ms = 500\n[[resource]]\npath = \"/3308/0/5900\"\ntable = \"holding\"\n"
        "address = 301\ntype = \"u16\"\nreadable = false\nwrite = { range = [0, 15] }\n"
        "unlock = { address = 40, values = [1, 2] }\n[[resource]]\npath = \"/3306/0/5850\"\n"
        "table = \"coil\"\naddress = 1\n[[resource]]\npath = \"/3305/0/5822\"\n"
        "table = \"holding\"\naddress = 9\nexecute = 1\nunlock = { address = 40, values = 3 }\n"
        "[[resource]]\npath = \"/3305/0/5800\"\ntable = \"input\"\naddress = 1\n"
        "type = \"u16\"\n");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_REQUIRE(profile->keepAlives.size() == 1U);
    BOOST_TEST(profile->keepAlives[0].address == 0x1000);
    BOOST_TEST(profile->keepAlives[0].otherWords.front() == 2);
    BOOST_TEST((profile->keepAlives[0].period == std::chrono::milliseconds(500)));
    const auto& point = *find(*profile, {3308, 0, 5900}).point;
    BOOST_TEST(point.isUnreadable);
    BOOST_TEST((point.pollClass == modbus::PollClass::OnDemand));
    BOOST_TEST(point.unlock.value().words.size() == 2U);
    BOOST_TEST(find(*profile, {3305, 0, 5822}).point->unlock.value().words.front() == 3);
}

BOOST_AUTO_TEST_CASE(refuses_what_a_device_cannot_be_given)
{
    const std::string value = "path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 10\n"
                              "type = \"u16\"\n";
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"readable = false\n", "it needs write"},
        {"readable = false\nwrite = { range = [0, 1], verify = true }\n", "reads it"},
        {"readable = false\npoll = \"slow\"\nwrite = { range = [0, 1] }\n", "is not polled"},
        {"readable = false\nfirst-bit = 0\nbits = 2\nwrite = { range = [0, 1] }\n",
         "cannot be written"},
        {"unlock = { address = 1, values = 2 }\n", "what is written or executed"},
        {"unlock = { address = 1 }\nwrite = { range = [0, 1] }\n", "values is missing"},
        {"unlock = { table = \"input\", address = 1, values = 1 }\nwrite = { range = [0, 1] }\n",
         "input registers cannot be written"},
        {"[[keep-alive]]\ntable = \"holding\"\naddress = 1\nvalues = 1\n", "period-ms"},
        {"[[keep-alive]]\ntable = \"holding\"\naddress = 1\nvalues = 1\nalternate = [1, 2]\n"
         "period-ms = 500\n",
         "as many numbers as values"},
        {"[[keep-alive]]\ntable = \"input\"\naddress = 1\nvalues = 1\nperiod-ms = 500\n",
         "cannot be written"},
    };
    for (const auto& [text, complaint] : wrong) {
        const auto profile = parse(resource(value + text));
        BOOST_REQUIRE_MESSAGE(!profile, text);
        BOOST_TEST(profile.error().message.find(complaint) != std::string::npos,
                   profile.error().message);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_value_that_one_request_cannot_bring)
{
    const auto profile = parse(head + "max-registers = 2\n[[resource]]\npath = \"/3303/0/5700\"\n"
                                      "table = \"input\"\naddress = 1\ntype = \"f64\"\n");

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message.find("max-registers is 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(reads_every_key_of_a_value)
{
    const auto profile = parse(
        head +
        "order = \"GHEFCDAB\"\nnot-available = \"sunspec\"\ntimeout-ms = 900\n"
        "silence-ms = 20\nidle-timeout-s = 30\nfirst-address = 1\n[[resource]]\npath = "
        "\"/3303/0/5700\"\n"
        "table = \"holding\"\naddress = 101\ntype = \"s32\"\nscale = [0.1, 40]\ndecimals = 2\n"
        "scale-register = 105\n[[resource]]\npath = \"/3348/0/5547\"\ntable = \"holding\"\n"
        "address = 201\ntype = \"u16\"\nenum = { 0x10 = 1, 32 = 2 }\n"
        "[[resource]]\npath = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 301\n"
        "type = \"u16\"\nfirst-bit = 4\nbits = 4\nalone = true\nclamp = [1, 9]\n"
        "write = { range = [0, 15], mask = true }\n");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    const auto& point = *find(*profile, {3303, 0, 5700}).point;
    BOOST_TEST(point.address == 100);
    BOOST_TEST(point.exponentAddress.value() == 104);
    BOOST_TEST(point.encoding.isLowWordFirst);
    BOOST_TEST(point.encoding.scale == 4.0);
    BOOST_TEST(point.encoding.sentinels == std::vector<std::uint64_t>{0x80000000U},
               boost::test_tools::per_element());
    BOOST_TEST(find(*profile, {3348, 0, 5547}).point->encoding.meanings.front().first == 16);
    const auto& part = *find(*profile, {3308, 0, 5900}).point;
    BOOST_TEST(part.isAlone);
    BOOST_TEST(part.encoding.clamp.value().largest == 9.0);
    BOOST_TEST(part.write.value().usesMask);
    BOOST_TEST((profile->limits.responseTimeout == std::chrono::milliseconds(900)));
    BOOST_TEST((profile->limits.silence == std::chrono::milliseconds(20)));
    BOOST_TEST((profile->limits.idleTimeout == std::chrono::seconds(30)));
    BOOST_TEST(profile->limits.outstanding == 1);
}

BOOST_AUTO_TEST_CASE(reads_how_many_requests_a_device_takes_at_once)
{
    const auto profile = parse(head + "max-outstanding = 4\nsilence-ms = 0\n[[resource]]\n"
                                      "path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\n"
                                      "type = \"s16\"\n");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(profile->limits.outstanding == 4);
}

BOOST_AUTO_TEST_CASE(reads_what_to_ask_and_to_tell_a_device_first)
{
    const auto profile = parse(resource("path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\n"
                                        "type = \"s16\"\n[[probe]]\ntable = \"holding\"\n"
                                        "address = 9\nequals = 0x1234\nmask = 0xFF00\n[[setup]]\n"
                                        "table = \"holding\"\naddress = 20\nvalues = [1, 2]\n"));

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(profile->opening.probes.at(0).mask == 0xFF00);
    BOOST_TEST(profile->opening.setup.at(0).words.size() == 2U);
    BOOST_TEST(!profile->opening.walksSunspec);
}

struct Refused
{
    std::string text;
    std::string complaint;
};

namespace {

void checkRefused(const std::vector<Refused>& rows)
{
    for (const Refused& row : rows) {
        const auto profile = parse(row.text);
        BOOST_REQUIRE_MESSAGE(!profile, row.complaint);
        BOOST_TEST(profile.error().message.starts_with(row.complaint),
                   profile.error().message << " instead of " << row.complaint);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(complains_with_file_and_line)
{
    const std::string good = "path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\n";
    const std::string typed = good + "type = \"s16\"\n";
    const std::string coil = "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 0\n";
    const std::vector<Refused> rows{
        {"title = \n", "test.toml:1: "},
        {"", "test.toml:1: title is missing"},
        {head, "test.toml:1: a profile maps at least one [[resource]]"},
        {head + "max-gaps = 3\n",
         "test.toml:5: unknown key \"max-gaps\"; did you mean \"max-gap\"?"},
        {head + "max-registers = 126\n",
         "test.toml:5: max-registers must be a whole number from 1 to 125"},
        {head + "max-outstanding = 2\nsilence-ms = 20\n",
         "test.toml:6: no silence can be kept between requests that are under way together"},
        {resource(typed + "colour = 1\n"), "test.toml:10: unknown key \"colour\""},
        {resource("path = \"/3303/0/5700\"\naddress = 1\ntabel = \"input\"\ntype = \"s16\"\n"),
         "test.toml:8: table is missing; did you mean \"table\" by \"tabel\"?"},
        {resource(typed + "sclae = 0.1\n"),
         "test.toml:10: unknown key \"sclae\"; did you mean \"scale\"?"},
        {resource("path = \"/3303/0\"\n"), "test.toml:6: no definition has /3303/0"},
        {resource("path = \"/33333/0/1\"\n"), "test.toml:6: no definition has /33333/0/1"},
        {resource("path = \"3303/0/5700\"\n"), "test.toml:6: "},
        {resource("path = \"/1/0/1\"\ntable = \"input\"\naddress = 1\ntype = \"u16\"\n"),
         "test.toml:6: /1/0/1 belongs to the gateway, no device has it"},
        {resource(good), "test.toml:5: type is missing"},
        {resource(good + "type = \"float\"\n"), "test.toml:9: \"float\" is none of bit, u8"},
        {resource(good + "type = \"string\"\nregisters = 4\n"),
         "test.toml:9: string cannot become Float"},
        {resource(typed + "scale = 0\n"), "test.toml:10: scale must not be 0"},
        {resource(typed + "scale = \"x\"\n"), "test.toml:10: scale must be a number"},
        {resource(typed + "valid = [3]\n"), "test.toml:10: valid must be [smallest, largest]"},
        {resource(typed + "write = { range = [0, 1] }\n"),
         "test.toml:10: input registers cannot be written"},
        {resource("path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 65536\n"),
         "test.toml:8: address must be a whole number from 0 to 65535"},
        {resource("path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 65535\ntype = \"f32\"\n"),
         "test.toml:8: the value reaches beyond address 65535"},
        {resource(coil + "type = \"u16\"\n"), "test.toml:9: a coil is a bit"},
        {resource(coil + "scale = 2\n"), "test.toml:9: a bit is not scaled"},
        {resource(typed + "[[resource]]\n" + typed), "test.toml:10: /3303/0/5700 stands in line 5"},
        {resource(typed + "[[resource]]\npath = \"/3304/0/5700\"\ntable = \"input\"\naddress = 0\n"
                          "type = \"f32\"\n"),
         "test.toml:10: /3304/0/5700 overlaps /3303/0/5700, which is input register 0x0001"},
        {resource("path = \"/3305/0/5810\"\ntable = \"input\"\naddress = 1\ntype = \"f32\"\n"),
         "test.toml:5: /3305/0 needs the mandatory /3305/0/5800"},
        {resource(typed + "[[constant]]\npath = \"/3303/0/5701\"\n"),
         "test.toml:10: value is missing"},
        {resource(typed + "[[constant]]\npath = \"/3303/0/5601\"\nvalue = \"warm\"\n"),
         "test.toml:10: /3303/0/5601: "},
        {resource(typed + "execute = 1\n"), "test.toml:10: input registers cannot be written"},
    };

    checkRefused(rows);
}

BOOST_AUTO_TEST_CASE(complains_of_what_cannot_be_meant)
{
    const std::string typed =
        "path = \"/3303/0/5700\"\ntable = \"input\"\naddress = 1\ntype = \"s16\"\n";
    const std::vector<Refused> rows{
        {resource(typed + "from = \"kWh\"\nunits = \"Cel\"\n"),
         "test.toml:10: \"kWh\" cannot be converted to \"Cel\""},
        {resource(typed + "from = \"degX\"\nunits = \"Cel\"\n"),
         "test.toml:10: \"degX\" cannot be converted to \"Cel\"; known are Cel, degC, K, degF"},
        {resource(typed + "from = \"degC\"\nunits = \"Col\"\n"),
         "test.toml:10: \"degC\" cannot be converted to \"Col\", which is no unit that is known"},
        {resource(typed + "enum = { on = 1 }\n"), "test.toml:10: enum must be a table like"},
        {resource(typed + "scale-register = 200\n"), "test.toml:10: the scale is too far"},
        {resource(typed + "decode = \"power-factor-4q\"\n"),
         "test.toml:10: a s16 is not encoded so"},
        {resource(typed + "repeat = 300\n"), "test.toml:10: repeat must be a whole number from 1"},
        {resource(typed + "repeat = 200\nstride = 4000\n"),
         "test.toml:10: /3303/0/5700 cannot be repeated so often"},
        {resource(typed + "[[probe]]\ntable = \"holding\"\naddress = 1\n"),
         "test.toml:10: equals is missing"},
        {resource(typed + "[[setup]]\ntable = \"input\"\naddress = 1\nvalues = 1\n"),
         "test.toml:11: input registers cannot be written"},
        {resource("path = \"/3/0/4\"\ntable = \"holding\"\naddress = 9\nexecute = 1\n"),
         "test.toml:9: of Object 3 a profile tells values only"},
        {resource(typed + "extends = \"../x\"\n"), "test.toml:10: unknown key \"extends\""},
        {resource("path = \"/3308/0/5900\"\ntable = \"holding\"\naddress = 1\ntype = \"u16\"\n"
                  "write = { range = [0, 9], mask = true }\n"),
         "test.toml:10: only a part of one register is written with a mask"},
        {"extends = \"nobody\"\n" + resource(typed),
         "test.toml:1: there is no other profile \"nobody\" to extend"},
    };

    checkRefused(rows);
}

BOOST_AUTO_TEST_SUITE_END()

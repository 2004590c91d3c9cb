// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/dbus/running_gateway.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using causeway::tests::Finished;
using causeway::tests::PolkitMock;
using causeway::tests::RunningGateway;
using Json = nlohmann::json;

namespace {

struct Fixture : RunningGateway
{
    auto settingsOf(const std::string& device)
    {
        return inside([&](World& world) { return world.gateway.devices.at(device).settings; });
    }
};

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(causewayctl, Fixture)

BOOST_AUTO_TEST_CASE(status_tells_the_gateway_at_a_glance)
{
    const auto people = ctl({"status"});
    const auto scripts = json({"status"});

    BOOST_TEST(people.exitCode == 0);
    BOOST_TEST(contains(people.output, "sealed"));
    BOOST_TEST(contains(people.output, "1 (1 available)"));
    BOOST_TEST(contains(people.output, "listens passively"));
    BOOST_TEST((scripts["Version"] == "0.1.0"));
    BOOST_TEST((scripts["Bluetooth"] == "passive"));
    BOOST_TEST((scripts["devices"].size() == 1U));
}

BOOST_AUTO_TEST_CASE(a_locked_key_store_says_why_and_what_to_do)
{
    inside([](World& world) {
        world.gateway.store = {api::KeyStoreState::Locked, "there is no TPM", "connect one"};
    });

    const auto status = ctl({"status"});

    BOOST_TEST(contains(status.output, "locked"));
    BOOST_TEST(contains(status.output, "there is no TPM"));
    BOOST_TEST(contains(status.output, "connect one"));
}

BOOST_AUTO_TEST_CASE(lists_have_a_row_each)
{
    BOOST_TEST(contains(ctl({"devices"}).output, "main: registered"));
    BOOST_TEST(contains(ctl({"lines"}).output, "/dev/ttyUSB0 9600 n1"));
    BOOST_TEST(contains(ctl({"servers"}).output, "coaps://lwm2m.example"));
    BOOST_TEST(contains(ctl({"profiles"}).output, "Eastron SDM120"));
    BOOST_TEST((json({"devices"})[0]["Name"] == "meter-1"));
    BOOST_TEST((json({"lines"})[0]["Settings"]["baudRate"] == 9600));
    BOOST_TEST((json({"servers"})[0]["Settings"]["uri"] == "coaps://lwm2m.example"));
    BOOST_TEST((json({"profiles"})[0]["name"] == "eastron-sdm120"));
}

BOOST_AUTO_TEST_CASE(security_tells_what_protects_each_session)
{
    const auto people = ctl({"security"}).output;
    const auto scripts = json({"security", "meter-1"});

    for (const std::string text :
         {"meter-1", "main", "psk", "TLS_PSK_WITH_AES_128_CCM_8", "resumed", "1f2e3d4c5b6a7988"})
        BOOST_TEST(contains(people, text), people);
    BOOST_REQUIRE_EQUAL(scripts.size(), 1U);
    BOOST_TEST((scripts[0]["device"] == "meter-1"));
    BOOST_TEST((scripts[0]["extendedMasterSecret"] == true));
    BOOST_TEST((scripts[0]["encryptThenMac"] == false));
    BOOST_TEST((scripts[0]["channelUsedAt"] == 1767225660000000));
}

BOOST_AUTO_TEST_CASE(security_without_a_session_shows_none)
{
    inside([](World& world) { world.gateway.devices.at("meter-1").registrations[0].channel = {}; });

    const auto people = ctl({"security"});

    BOOST_TEST(people.exitCode == 0);
    BOOST_TEST(!contains(people.output, "psk"));
}

BOOST_AUTO_TEST_CASE(security_tells_when_a_certificate_ends_and_why_it_is_not_renewed)
{
    inside([](World& world) {
        const base::WallTime now = std::chrono::system_clock::now();
        world.renewals.known[{"meter-1", "main"}] = {now + std::chrono::hours(60),
                                                     now + std::chrono::minutes(90),
                                                     "it is older than \x1b what is kept",
                                                     now};
    });

    const auto people = ctl({"security"}).output;
    const auto scripts = json({"security"});

    for (const std::string text : {"ENDS IN",
                                   "2 d 11 h",
                                   "RENEWED IN",
                                   "1 h ",
                                   "meter-1: the certificate for main is not renewed: it is older "
                                   "than <1B> what is kept"})
        BOOST_TEST(contains(people, text), people);
    for (const char* const key : {"certificateExpiresAt", "renewalAt", "renewalErrorAt"})
        BOOST_TEST(scripts[0].contains(key), key);
}

BOOST_AUTO_TEST_CASE(security_tells_that_a_certificate_has_ended)
{
    inside([](World& world) { world.renewals.known[{"meter-1", "main"}] = {}; });

    BOOST_TEST(contains(ctl({"security"}).output, "ENDED"));
    BOOST_TEST(!json({"security"})[0].contains("renewalAt"));
}

BOOST_AUTO_TEST_CASE(a_server_takes_a_list_of_cipher_suites)
{
    const auto added = ctl({"server",
                            "add",
                            "cloud",
                            "--uri",
                            "coaps://cloud.example",
                            "--cipher-suite",
                            "0xC0A8",
                            "--cipher-suite",
                            "0x00A8"});

    BOOST_TEST(added.exitCode == 0, added.errors);
    const std::vector<std::string> expected{"0xC0A8", "0x00A8"};
    BOOST_TEST((inside([](World& world) {
                    return world.gateway.servers.at("cloud").settings.cipherSuites;
                }) == expected));
}

BOOST_AUTO_TEST_CASE(a_device_is_added_with_all_that_was_said)
{
    const auto added = ctl({"device",
                            "add",
                            "meter-2",
                            "--profile",
                            "eastron-sdm120",
                            "--line",
                            "rtu-0",
                            "--unit",
                            "2",
                            "--server",
                            "main",
                            "--psk-generate"});

    BOOST_TEST(added.exitCode == 0, added.errors);
    const auto settings = settingsOf("meter-2");
    BOOST_TEST(settings.profile == "eastron-sdm120");
    BOOST_TEST(settings.line == "rtu-0");
    BOOST_TEST(settings.unitId == 2);
    BOOST_TEST((settings.servers == std::vector<std::string>{"main"}));
    BOOST_TEST((json({"credential", "show", "meter-2", "main"})["exportable"] == true));
}

BOOST_AUTO_TEST_CASE(a_device_is_shown_changed_disabled_and_removed)
{
    const auto shown = ctl({"device", "show", "meter-1"});
    const auto changed = ctl({"device", "change", "meter-1", "--unit", "9"});
    const auto disabled = ctl({"device", "disable", "meter-1"});
    const auto settings = settingsOf("meter-1");
    const auto removed = ctl({"device", "detach", "meter-1"});

    BOOST_TEST(contains(shown.output, "TLS_PSK_WITH_AES_128_CCM_8"));
    BOOST_TEST(changed.exitCode + disabled.exitCode + removed.exitCode == 0);
    BOOST_TEST(settings.unitId == 9);
    BOOST_TEST(!settings.isEnabled);
    BOOST_TEST(json({"devices"}).empty());
}

BOOST_AUTO_TEST_CASE(lines_and_servers_are_added_changed_and_removed)
{
    const auto line = ctl({"line", "add", "tcp-0", "--host", "192.0.2.7", "--port", "1502"});
    const auto server =
        ctl({"server", "add", "spare", "--uri", "coaps://b.example", "--queue-mode"});
    const auto change = ctl({"server", "change", "spare", "--lifetime", "300"});

    BOOST_TEST(line.exitCode == 0, line.errors);
    BOOST_TEST(server.exitCode == 0, server.errors);
    BOOST_TEST(change.exitCode == 0, change.errors);
    BOOST_TEST((json({"line", "show", "tcp-0"})["Settings"]["kind"] == "tcp"));
    BOOST_TEST((json({"server", "show", "spare"})["Settings"]["lifetime"] == 300));
    BOOST_TEST(ctl({"line", "remove", "tcp-0"}).exitCode == 0);
    BOOST_TEST(ctl({"server", "remove", "spare"}).exitCode == 0);
    BOOST_TEST((json({"lines"}).size() == 1U));
}

BOOST_AUTO_TEST_CASE(values_are_read_written_and_executed)
{
    const auto read = ctl({"read", "meter-1", "/3305/0/5800"});
    const auto written = ctl({"write", "meter-1", "/3305/0/5800", "7"});
    const auto value = json({"read", "meter-1", "/3305/0/5800"});
    const auto executed = ctl({"execute", "meter-1", "/3/0/4"});
    const auto updated = ctl({"device", "update", "meter-1", "--server", "main"});
    const auto sent = ctl({"device", "send", "meter-1", "/3305/0", "/3316"});

    BOOST_TEST(read.output == "230.5 W\n");
    BOOST_TEST(written.exitCode == 0, written.errors);
    // A Float stays one, though the text looks like an integer.
    BOOST_TEST((value["type"] == "Float"));
    BOOST_TEST((value["value"] == 7.0));
    BOOST_TEST(executed.exitCode + updated.exitCode + sent.exitCode == 0);
    const auto did = inside([](World& world) {
        return world.gateway.executed.at(0) + "; " + world.gateway.updated.at(0) + "; " +
               world.gateway.sent.at(0);
    });
    BOOST_TEST(did == "meter-1 /3/0/4 ; meter-1 main; meter-1  /3305/0 /3316");
}

BOOST_AUTO_TEST_CASE(a_profile_shows_what_it_maps)
{
    const auto shown = ctl({"profile", "show", "eastron-sdm120"});

    BOOST_TEST(contains(shown.output, "/3316/0/5700"));
    BOOST_TEST(contains(shown.output, "r--"));
    BOOST_TEST(contains(shown.output, "input register 0x0000"));
}

BOOST_AUTO_TEST_CASE(a_key_comes_from_standard_input_and_not_out_again)
{
    const std::string key = "00112233445566778899aabbccddeeff";

    const auto set = ctl({"credential", "set", "meter-1", "main"}, key + "\n");
    const auto shown = ctl({"credential", "show", "meter-1", "main"});

    BOOST_TEST(set.exitCode == 0, set.errors);
    const auto arrived = inside([](World& world) {
        return base::toHex(world.gateway.credentials.at({"meter-1", "main"}).key.view());
    });
    BOOST_TEST(arrived == key);
    BOOST_TEST(!contains(set.output + set.errors + shown.output, key));
}

BOOST_AUTO_TEST_CASE(a_generated_key_is_exported_into_a_private_file)
{
    const fakes::TemporaryDirectory directory;
    const std::string file = directory.path() / "key";
    static_cast<void>(ctl({"credential", "generate", "meter-1", "main"}));

    const auto exported = ctl({"credential", "export", "meter-1", "main", "--file", file});
    const auto again = ctl({"credential", "export", "meter-1", "main"});

    BOOST_TEST(exported.exitCode == 0, exported.errors);

    struct stat status
    {};

    BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777U) == 0600U);
    BOOST_TEST(status.st_size == 65);
    BOOST_TEST(again.exitCode == 1);
}

BOOST_AUTO_TEST_CASE(a_list_of_keys_goes_in_from_standard_input)
{
    const std::string key = "00112233445566778899aabbccddeeff";

    const auto imported =
        ctl({"credential", "import", "main"}, "endpoint,key\nmeter-1," + key + "\n");
    const auto wrong = ctl({"credential", "import", "main"}, "endpoint,key\nmeter-1,0\n");

    BOOST_TEST(imported.exitCode == 0, imported.errors);
    BOOST_TEST(imported.output == "main: 1 credential stored\n");
    BOOST_TEST(wrong.exitCode == 1);
    BOOST_TEST(wrong.errors == "causewayctl: line 2: the key has an odd number of digits\n");
}

BOOST_AUTO_TEST_CASE(generated_keys_are_exported_into_a_private_list_once)
{
    const fakes::TemporaryDirectory directory;
    const std::string file = directory.path() / "keys.csv";
    const std::string other = directory.path() / "other.csv";
    inside([](World& world) {
        world.lists.missing = 3;
        world.lists.exportable.push_back(
            {"meter-1", "urn:1", base::toBytes("id"), base::Secret(base::asBytes("key")), 0});
    });

    const auto made = ctl({"credential", "generate-missing", "main"});
    const auto forScripts = json({"credential", "generate-missing", "main"});
    const auto exported = ctl({"credential", "export-all", "main", "--file", file});
    const auto again = ctl({"credential", "export-all", "main", "--file", other});

    BOOST_TEST(made.output == "main: 3 keys made\n");
    BOOST_TEST(forScripts.at("count").is_number(), forScripts.dump());
    BOOST_TEST(exported.exitCode == 0, exported.errors);

    struct stat status
    {};

    BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777U) == 0600U);
    BOOST_TEST(status.st_size == 40);
    BOOST_TEST(again.exitCode == 1);
    BOOST_TEST(!std::filesystem::exists(other));
}

BOOST_AUTO_TEST_CASE(exit_codes_say_what_went_wrong)
{
    const auto usage = ctl({"device", "add"});
    const auto unknownCommand = ctl({"frobnicate"});
    const auto notThere = ctl({"device", "show", "ghost"});
    const auto badNumber = ctl({"line", "change", "rtu-0", "--baud-rate", "fast"});
    inside([](World& world) { world.polkit.answer = PolkitMock::Answer::No; });
    const auto refused = ctl({"device", "detach", "meter-1"});
    const auto noBus = causeway::tests::run({CAUSEWAYCTL, "--bus", "unix:path=/nowhere", "status"});

    BOOST_TEST(usage.exitCode == 2);
    BOOST_TEST(unknownCommand.exitCode == 2);
    BOOST_TEST(notThere.exitCode == 1);
    BOOST_TEST(notThere.errors == "causewayctl: there is no device \"ghost\"\n");
    BOOST_TEST(badNumber.exitCode == 2);
    BOOST_TEST(refused.exitCode == 4);
    BOOST_TEST(contains(refused.errors, "org.causeway.Gateway1.manage"));
    BOOST_TEST(noBus.exitCode == 3, noBus.errors);
}

BOOST_AUTO_TEST_CASE(help_names_a_switch_and_its_opposite)
{
    const auto help = ctl({"device", "add", "--help"}).output;

    BOOST_TEST(contains(help, "--enabled,--disabled "));
    BOOST_TEST(!contains(help, "{false}"));
}

BOOST_AUTO_TEST_CASE(a_line_is_a_port_or_a_host)
{
    const auto both =
        ctl({"line", "add", "x", "--serial-port", "/dev/ttyUSB1", "--host", "192.0.2.7"});

    BOOST_TEST(both.exitCode == 2);
    BOOST_TEST(contains(both.errors, "--serial-port and --host exclude each other"));
}

BOOST_AUTO_TEST_CASE(a_type_is_one_of_the_words_that_help_and_error_name)
{
    const auto wrong = ctl({"write", "meter-1", "/3305/0/5800", "1", "--type", "flot"});
    const auto help = ctl({"write", "--help"});

    BOOST_TEST(wrong.exitCode == 2);
    for (const auto& text : {wrong.errors, help.output}) {
        BOOST_TEST(contains(text, "boolean,corelnk,float,integer"), text);
        BOOST_TEST(std::ranges::all_of(text, [](char c) { return c == '\n' || c >= ' '; }));
    }
    BOOST_TEST(ctl({"write", "meter-1", "/3305/0/5800", "1", "--type", "FLOAT"}).exitCode == 0);
}

BOOST_AUTO_TEST_CASE(a_switch_is_written_as_people_say_it)
{
    const std::string relay = "/3306/0/5850";
    const auto written = [&](const char* word) {
        const auto finished = ctl({"write", "meter-1", relay, word});
        return finished.exitCode == 0 ? ctl({"read", "meter-1", relay}).output : finished.errors;
    };

    for (const auto* word : {"on", "Yes", "TRUE", "1"})
        BOOST_TEST(written(word) == "on\n");
    for (const auto* word : {"off", "no", "false", "0"})
        BOOST_TEST(written(word) == "off\n");
    BOOST_TEST(contains(written("maybe"), "\"maybe\" is none of true, false, yes, no, on, off"));
}

BOOST_AUTO_TEST_CASE(a_negative_value_needs_no_dashes)
{
    const auto written = ctl({"write", "meter-1", "/3305/0/5800", "-7.5"});

    BOOST_TEST(written.exitCode == 0, written.errors);
    BOOST_TEST(ctl({"read", "meter-1", "/3305/0/5800"}).output == "-7.5 W\n");
}

BOOST_AUTO_TEST_CASE(people_read_words_and_units_and_scripts_the_names_of_the_bus)
{
    const auto shown = ctl({"device", "show", "meter-1"}).output;
    const auto line = ctl({"line", "show", "rtu-0"}).output;
    const auto values = ctl({"values", "meter-1"}).output;

    for (const auto* words : {"field state", "registration with main", "  cipher suite", "  unit "})
        BOOST_TEST(contains(shown, words), shown);
    BOOST_TEST(!contains(shown, "FieldState"));
    BOOST_TEST(!contains(shown, "unitId"));
    BOOST_TEST(contains(line, "500 ms"), line);
    BOOST_TEST(contains(values, "Instantaneous active power"), values);
    BOOST_TEST(contains(values, "230.5 W"));
    BOOST_TEST(json({"device", "show", "meter-1"}).contains("FieldState"));
}

BOOST_AUTO_TEST_CASE(a_bus_without_the_daemon_is_told_apart)
{
    const causeway::tests::PrivateBus empty;

    const auto finished = causeway::tests::run({CAUSEWAYCTL, "--bus", empty.address(), "devices"});

    BOOST_TEST(finished.exitCode == 3);
    BOOST_TEST(contains(finished.errors, "causewayd is not running"));
}

BOOST_AUTO_TEST_CASE(a_daemon_that_hangs_does_not_answer)
{
    // While the service's thread runs the command, it answers nothing.
    const auto finished = inside([&](World&) {
        return causeway::tests::run(
            {CAUSEWAYCTL, "--bus", address(), "devices"}, "", {{"SYSTEMD_BUS_TIMEOUT", "300ms"}});
    });

    BOOST_TEST(finished.exitCode == 3);
    BOOST_TEST(finished.errors == "causewayctl: causewayd does not answer\n");
}

BOOST_AUTO_TEST_CASE(control_characters_of_a_device_do_not_reach_the_terminal)
{
    inside([](World& world) { world.gateway.devices["meter-1"].lastError = "\x1b[2Jgone"; });

    inside([](World& world) {
        const model::Path plate{3, 0, 0};
        world.gateway.samples[{"meter-1", plate}] = {plate, std::string("\xc2\x9b\x1b[2J"), {}};
    });

    for (const auto& finished : {ctl({"device", "show", "meter-1"}),
                                 ctl({"devices"}),
                                 ctl({"read", "meter-1", "/3/0/0"}),
                                 ctl({"values", "meter-1"}),
                                 ctl({"--json", "devices"}),
                                 ctl({"--json", "read", "meter-1", "/3/0/0"})}) {
        BOOST_TEST(finished.exitCode == 0, finished.errors);
        BOOST_TEST(!contains(finished.output, "\x1b"));
        BOOST_TEST(!contains(finished.output, "\xc2\x9b"));
    }
}

BOOST_AUTO_TEST_CASE(bash_completes_names_of_the_running_gateway)
{
    const std::string script =
        "PATH=" + std::filesystem::path(CAUSEWAYCTL).parent_path().string() + ":$PATH\n" +
        "source " + COMPLETION + "\n" +
        "complete_line() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _causewayctl; "
        "echo \"${COMPREPLY[*]}\"; }\n"
        "complete_line causewayctl device show ''\n"
        "complete_line causewayctl device add x --profile ''\n"
        "complete_line causewayctl read meter-1 ''\n"
        "complete_line causewayctl dev\n"
        "complete_line causewayctl --bus unix:path=/x dev\n"
        "complete_line causewayctl line scan rtu-0 --parities ''\n"
        "complete_line causewayctl line read rtu-0 1 ''\n"
        "complete_line causewayctl device send meter-1 ''\n"
        "complete_line causewayctl line trace --seconds 5 ''\n"
        "complete_line causewayctl device update --server main ''\n"
        "complete_line causewayctl --json device show ''\n"
        "complete_line causewayctl line add x --stop-bits ''\n"
        "complete_line causewayctl line scan rtu-0 --baud-rates 10\n";

    const auto finished =
        causeway::tests::run({"bash", "-c", script}, "", {{"CAUSEWAY_BUS", address()}});

    BOOST_TEST(finished.output ==
               "meter-1\neastron-sdm120\n/3305/0/5800\ndevices device\n"
               "devices device\nnone even odd\n"
               "coil discrete-input input holding\n/3305/0/5800\nrtu-0\nmeter-1\n"
               "meter-1\n1 2\n1000000\n");
}

BOOST_AUTO_TEST_SUITE_END()

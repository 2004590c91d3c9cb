// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "dbus/ctl/client.hpp"
#include "dbus/errors.hpp"
#include "dbus/secret_file.hpp"
#include "tests/dbus/running_gateway.hpp"

using namespace causeway;
using namespace causeway::dbus;
using causeway::tests::PolkitMock;
using causeway::tests::RunningGateway;

namespace {

const std::string line = "/org/causeway/Gateway1/line/rtu_2d0";
const std::string server = "/org/causeway/Gateway1/server/main";
const std::string device = "/org/causeway/Gateway1/device/meter_2d1";

/// A method that asks polkit, as busctl calls it.
struct Row
{
    std::string path;
    std::string interface;
    std::string method;
    std::string action;
    std::vector<std::string> arguments;
};

// clang-format off
const std::vector<Row> guarded{
    {rootPath, "Gateway", "AddLine",            "manage",      {"sa{sv}", "x", "0"}},
    {rootPath, "Gateway", "AddServer",          "manage",      {"sa{sv}", "x", "0"}},
    {rootPath, "Gateway", "AttachDevice",       "manage",      {"sa{sv}", "x", "0"}},
    {line,     "Line",    "Change",             "manage",      {"a{sv}", "0"}},
    {rootPath, "Gateway", "ReloadProfiles",     "manage",      {}},
    {rootPath, "Gateway", "ScanBluetooth",      "read",        {"u", "1"}},
    {line,     "Line",    "ReadRegisters",      "read",        {"ysqq", "1", "holding", "0", "1"}},
    {line,     "Line",    "WriteRegisters",     "manage",      {"ysqaq", "1", "holding", "0", "1", "7"}},
    {line,     "Line",    "Pause",              "manage",      {}},
    {line,     "Line",    "Resume",             "manage",      {}},
    {line,     "Line",    "StartScan",          "manage",      {"a{sv}", "0"}},
    {line,     "Line",    "StopScan",           "manage",      {}},
    {line,     "Line",    "Trace",              "read",        {"t", "0"}},
    {line,     "Line",    "Remove",             "manage",      {}},
    {server,   "Server",  "Change",             "manage",      {"a{sv}", "0"}},
    {server,   "Server",  "Remove",             "manage",      {}},
    {server,   "Server",  "GenerateCredentials", "credentials", {}},
    {server,   "Server",  "ExportCredentials",  "export",      {"s", "leshan"}},
    {keyStorePath, "KeyStore", "MakeRecoveryKey", "keystore",  {}},
    {keyStorePath, "KeyStore", "Seal",          "keystore",    {"au", "0"}},
    {keyStorePath, "KeyStore", "Rotate",        "keystore",    {}},
    {keyStorePath, "KeyStore", "Erase",         "keystore",    {}},
    {device,   "Device",  "Change",             "manage",      {"a{sv}", "0"}},
    {device,   "Device",  "Enable",             "manage",      {}},
    {device,   "Device",  "Disable",            "manage",      {}},
    {device,   "Device",  "Detach",             "manage",      {}},
    {device,   "Device",  "ReadResource",       "read",        {"s", "/3305/0/5800"}},
    {device,   "Device",  "WriteResource",      "operate",     {"sv", "/3305/0/5800", "d", "1"}},
    {device,   "Device",  "Execute",            "operate",     {"ss", "/3/0/4", ""}},
    {device,   "Device",  "Send",               "operate",     {"ass", "1", "/3305", "main"}},
    {device,   "Device",  "UpdateNow",          "operate",     {"s", "main"}},
    {device,   "Device",  "GenerateCredential", "credentials", {"ss", "main", ""}},
    {device,   "Device",  "GenerateKeyPair",    "credentials", {"s", "main"}},
    {device,   "Device",  "GenerateKeyPairWith", "credentials", {"sa{sv}", "main", "0"}},
    {device,   "Device",  "RequestCertificate", "credentials", {"s", "main"}},
    {device,   "Device",  "SetCertificate",     "credentials", {"say", "main", "0"}},
    {device,   "Device",  "ExportCredential",   "export",      {"s", "main"}},
    {device,   "Device",  "RemoveCredential",   "credentials", {"s", "main"}},
    {device,   "Device",  "RemoveFieldKey",     "credentials", {}},
};

// They change nothing and show what properties could.
const std::set<std::string> unguarded{
    "Gateway.ListProfiles", "Gateway.DescribeProfile", "Device.NewestValues", "Device.DescribeCredential",
    "KeyStore.Describe",
};
// clang-format on

// busctl cannot send descriptors; a test of its own covers it.
const std::set<std::string> withDescriptor{
    "Device.SetCredential", "Device.SetFieldKey", "Server.ImportCredentials", "KeyStore.Recover"};

std::set<std::string> allMethods()
{
    std::set<std::string> all;
    for (const std::string interface : {"Gateway", "Line", "Server", "Device", "KeyStore"}) {
        std::ifstream file(std::string(DBUS_DIRECTORY) + "/org.causeway.Gateway1." + interface +
                           ".xml");
        std::ostringstream stream;
        stream << file.rdbuf();
        const std::string text = stream.str();
        const std::regex method("<method name=\"(\\w+)\"");
        for (std::sregex_iterator it(text.begin(), text.end(), method), end; it != end; ++it)
            all.insert(interface + "." + (*it)[1].str());
    }
    return all;
}

struct Fixture : RunningGateway
{
    causeway::tests::Finished call(const Row& row)
    {
        std::vector<std::string> command{
            "call", busName, row.path, "org.causeway.Gateway1." + row.interface, row.method};
        command.insert(command.end(), row.arguments.begin(), row.arguments.end());
        return busctl(command);
    }

    void answer(PolkitMock::Answer with)
    {
        inside([with](World& world) { world.polkit.answer = with; });
    }

    std::vector<PolkitMock::Question> questions()
    {
        return inside([](World& world) { return std::exchange(world.polkit.questions, {}); });
    }
};

base::Error errorOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const sdbus::Error& error) {
        return fromBusError(error);
    }
    BOOST_FAIL("no error came");
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(authorisation, Fixture)

BOOST_AUTO_TEST_CASE(every_method_is_known_here_as_guarded_or_open)
{
    auto known = unguarded;
    known.insert(withDescriptor.begin(), withDescriptor.end());
    for (const auto& row : guarded)
        known.insert(row.interface + "." + row.method);

    BOOST_TEST(allMethods() == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_guarded_method_is_refused_when_polkit_says_no_and_names_the_action)
{
    answer(PolkitMock::Answer::No);

    for (const auto& row : guarded) {
        const auto result = call(row);
        BOOST_TEST(result.exitCode != 0, row.method);
        BOOST_TEST(result.errors.find("org.causeway.Gateway1." + row.action + ": polkit says no") !=
                       std::string::npos,
                   row.method << ": " << result.errors);
    }
    const auto untouched = inside([](World& world) {
        return world.gateway.devices.size() == 1 && world.gateway.lines.size() == 1 &&
               world.gateway.servers.size() == 1 && world.gateway.credentials.empty() &&
               world.gateway.executed.empty() && world.gateway.updated.empty() &&
               world.gateway.sent.empty() && world.keyStore.done.empty();
    });
    BOOST_TEST(untouched);
}

BOOST_AUTO_TEST_CASE(polkit_is_asked_about_the_caller_by_its_name_on_the_bus)
{
    static_cast<void>(call(guarded.front()));

    const auto asked = questions();
    BOOST_REQUIRE(asked.size() == 1U);
    BOOST_TEST(asked[0].action == "org.causeway.Gateway1.manage");
    BOOST_TEST(asked[0].subjectKind == "system-bus-name");
    BOOST_TEST(asked[0].subjectName.starts_with(":1."));
}

BOOST_AUTO_TEST_CASE(a_person_is_asked_only_when_the_caller_allows_it)
{
    ctl::Client client; // allows it
    client.useBus(address());
    client.gateway().AddLine("x", {});
    const auto allowing = questions();
    const auto quiet = busctl({"--allow-interactive-authorization=no",
                               "call",
                               busName,
                               line,
                               "org.causeway.Gateway1.Line",
                               "Remove"});
    const auto notAllowing = questions();

    BOOST_TEST(quiet.exitCode == 0);
    BOOST_TEST(allowing.at(0).mayAskPerson);
    BOOST_TEST(!notAllowing.at(0).mayAskPerson);
}

BOOST_AUTO_TEST_CASE(a_credential_is_refused_when_polkit_says_no)
{
    answer(PolkitMock::Answer::No);
    ctl::Client client;
    client.useBus(address());
    auto file = makeSecretFile(base::asBytes("0123456789abcdef"));
    const sdbus::UnixFd secret(file->release(), sdbus::adopt_fd);

    const auto error = errorOf([&] {
        client.withDevice("meter-1", [&](ctl::DeviceProxy& proxy) {
            proxy.SetCredential("main", "psk", {}, secret);
        });
    });

    BOOST_TEST((error.kind == base::ErrorKind::NotAuthorized));
    BOOST_TEST(error.message == "org.causeway.Gateway1.credentials: polkit says no");
}

BOOST_AUTO_TEST_CASE(a_list_of_credentials_is_refused_when_polkit_says_no)
{
    answer(PolkitMock::Answer::No);
    ctl::Client client;
    client.useBus(address());
    auto file = makeSecretFile(base::asBytes("device,key"));
    const sdbus::UnixFd list(file->release(), sdbus::adopt_fd);

    const auto error =
        errorOf([&] { ctl::ServerProxy(client.connection(), server).ImportCredentials(list); });

    BOOST_TEST((error.kind == base::ErrorKind::NotAuthorized));
    BOOST_TEST(error.message == "org.causeway.Gateway1.credentials: polkit says no");
    BOOST_TEST(inside([](World& world) { return world.lists.imported.empty(); }));
}

BOOST_AUTO_TEST_CASE(without_polkit_the_answer_is_no)
{
    inside([](World& world) { world.polkit.vanish(); });

    const auto result = call(guarded.front());

    BOOST_TEST(result.exitCode != 0);
    BOOST_TEST(result.errors.find("polkit did not answer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_polkit_that_comes_back_is_asked_again)
{
    inside([](World& world) { world.polkit.vanish(); });
    static_cast<void>(call(guarded.front()));

    inside([](World& world) { world.polkit.comeBack(); });

    BOOST_TEST(call(guarded.front()).exitCode == 0);
}

BOOST_AUTO_TEST_CASE(a_polkit_that_says_nothing_is_a_no_after_a_while)
{
    RunningGateway impatient(
        ServiceSettings{{}, "0.1.0", Authorisation::Polkit, std::chrono::milliseconds(50)});
    impatient.inside([](World& world) { world.polkit.answer = PolkitMock::Answer::Silence; });

    const auto result = impatient.busctl({"--allow-interactive-authorization=no",
                                          "call",
                                          busName,
                                          line,
                                          "org.causeway.Gateway1.Line",
                                          "Remove"});
    // The late answer finds nobody, and nothing happens.
    impatient.inside([](World& world) { world.polkit.answerAll(PolkitMock::Answer::Yes); });

    BOOST_TEST(result.exitCode != 0);
    BOOST_TEST(result.errors.find("polkit did not answer") != std::string::npos, result.errors);
    BOOST_TEST(
        impatient.inside([](World& world) { return world.gateway.lines.contains("rtu-0"); }));
}

BOOST_AUTO_TEST_CASE(the_eleventh_call_at_a_time_is_refused_and_others_are_not)
{
    answer(PolkitMock::Answer::Silence);
    const auto connection = bus::connect(address());
    const auto proxy =
        sdbus::createProxy(*connection, bus::ServiceName{busName}, sdbus::ObjectPath{line});
    bus::registerProxy(*proxy);
    const auto remove = [&] {
        proxy->callMethod("Remove").onInterface("org.causeway.Gateway1.Line");
    };

    for (int i = 0; i < 10; ++i)
        proxy->callMethodAsync("Remove")
            .onInterface("org.causeway.Gateway1.Line")
            .uponReplyInvoke([](bus::MaybeError) {});
    const auto error = errorOf(remove);
    answer(PolkitMock::Answer::Yes);
    const auto other = call(guarded.front());

    BOOST_TEST((error.kind == base::ErrorKind::LimitExceeded));
    BOOST_TEST(other.exitCode == 0);
}

BOOST_AUTO_TEST_CASE(a_call_whose_object_goes_while_polkit_thinks_is_cancelled)
{
    answer(PolkitMock::Answer::Silence);
    const auto connection = bus::connect(address());
    const auto proxy =
        sdbus::createProxy(*connection, bus::ServiceName{busName}, sdbus::ObjectPath{line});
    bus::registerProxy(*proxy);
    std::optional<base::ErrorKind> kind;
    proxy->callMethodAsync("Remove")
        .onInterface("org.causeway.Gateway1.Line")
        .uponReplyInvoke([&](bus::MaybeError error) {
            kind = error ? fromBusError(*error).kind : base::ErrorKind::Internal;
            connection->leaveEventLoop();
        });
    while (inside([](World& world) { return world.polkit.questions.empty(); })) {
    }

    inside([](World& world) {
        world.gateway.lines.erase("rtu-0");
        world.gateway.listener->onLineRemoved("rtu-0");
        world.polkit.answerAll(PolkitMock::Answer::Yes);
    });
    connection->enterEventLoop();

    BOOST_TEST((kind == base::ErrorKind::Cancelled));
}

BOOST_AUTO_TEST_CASE(on_a_bus_of_ones_own_other_users_are_refused)
{
    if (::geteuid() != 0)
        return; // only root can become another user
    const RunningGateway own(dbus::Authorisation::Automatic);
    const std::vector<std::string> call{"busctl",
                                        "--address=" + own.address(),
                                        "call",
                                        busName,
                                        line,
                                        "org.causeway.Gateway1.Line",
                                        "Remove"};
    std::vector<std::string> asNobody{"setpriv", "--reuid=65534", "--clear-groups"};
    asNobody.insert(asNobody.end(), call.begin(), call.end());

    const auto refused = causeway::tests::run(asNobody);
    const auto allowed = causeway::tests::run(call);

    BOOST_TEST(refused.errors.find("user 65534 is neither root nor the gateway's own") !=
                   std::string::npos,
               refused.errors);
    BOOST_TEST(allowed.exitCode == 0);
}

BOOST_AUTO_TEST_SUITE_END()

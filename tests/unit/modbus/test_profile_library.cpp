// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "bridges/profile_library.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace causeway::bridges;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(profile_library)

namespace {

const std::string relay = "manufacturer = \"Maker\"\nmodel = \"M1\"\n[modbus]\n[[resource]]\n"
                          "path = \"/3306/0/5850\"\ntable = \"coil\"\naddress = 0\n";

struct Fixture
{
    fakes::TemporaryDirectory root;
    std::filesystem::path ours = root.path() / "ours";
    std::filesystem::path operators = root.path() / "operators";

    Fixture()
    {
        std::filesystem::create_directory(ours);
        std::filesystem::create_directory(operators);
        put(ours / "relay.toml", "title = \"Ours\"\n" + relay);
    }

    static void put(const std::filesystem::path& file, const std::string& text)
    {
        std::ofstream(file) << text;
    }

    [[nodiscard]] ProfileLibrary read() const
    {
        return {{ours, operators, root.path() / "absent"}, model::builtInDefinitions()};
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(finds_profiles_by_name, Fixture)
{
    const ProfileLibrary library = read();

    BOOST_TEST(library.names() == std::vector<std::string>{"relay"});
    BOOST_TEST((*library.find("relay"))->title == "Ours");
    BOOST_TEST(library.describe("relay")->resources.size() == 3U);
    BOOST_TEST((library.find("toaster").error().kind == ErrorKind::NotFound));
    BOOST_TEST(library.find("toaster").error().message == "there is no profile toaster");
}

BOOST_FIXTURE_TEST_CASE(prefers_the_operators_file, Fixture)
{
    put(operators / "relay.toml", "title = \"Operator's\"\n" + relay);

    BOOST_TEST((*read().find("relay"))->title == "Operator's");
}

BOOST_FIXTURE_TEST_CASE(hides_no_broken_override, Fixture)
{
    put(operators / "relay.toml", "title = \"Operator's\"\ncolour = 1\n" + relay);

    const ProfileLibrary library = read();

    const std::string complaint =
        (operators / "relay.toml").string() + ":2: unknown key \"colour\"";
    BOOST_TEST(library.names().empty());
    BOOST_TEST(library.find("relay").error().message == complaint);
    BOOST_REQUIRE(library.summaries().size() == 1U);
    BOOST_TEST(library.summaries()[0].error == complaint);
}

BOOST_FIXTURE_TEST_CASE(tells_what_is_different_when_it_reads_anew, Fixture)
{
    put(ours / "valve.toml", "title = \"Valve\"\n" + relay);
    put(ours / "other.toml", "title = \"Other\"\n" + relay);
    put(ours / "child.toml", "extends = \"valve\"\nmodel = \"C\"\n");
    ProfileLibrary library = read();
    const auto kept = library.find("valve");

    put(ours / "valve.toml", "title = \"Another valve\"\n" + relay);
    std::filesystem::remove(ours / "other.toml");
    put(operators / "relay.toml", "title = \n");
    const auto changed = library.reload();
    const auto again = library.reload();

    BOOST_TEST(changed == (std::vector<std::string>{"child", "other", "relay", "valve"}),
               boost::test_tools::per_element());
    BOOST_TEST(again.empty());
    BOOST_TEST((*kept)->title == "Valve");
    BOOST_TEST((*library.find("valve"))->title == "Another valve");
    BOOST_TEST(!library.find("relay"));
}

BOOST_AUTO_TEST_SUITE_END()

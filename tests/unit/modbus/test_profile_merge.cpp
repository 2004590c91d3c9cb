// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/register_codec.hpp"
#include "bridges/profile_file.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace causeway::bridges;
using model::Path;

BOOST_AUTO_TEST_SUITE(profile_merge)

namespace {

const std::string base = R"(title = "Family"
manufacturer = "Maker"
model = "F"
[parameters]
ratio = 1
place = "hall"
[modbus]
max-gap = 3
[[resource]]
path = "/3303/0/5700"
table = "input"
address = 1
type = "u16"
scale = [0.1, "{ratio}"]
application = "in the {place}"
[[resource]]
path = "/3304/0/5700"
table = "input"
address = 2
type = "u16"
)";

struct Fixture
{
    fakes::TemporaryDirectory directory;
    model::Definitions definitions = model::builtInDefinitions();

    void put(const std::string& name, const std::string& text)
    {
        std::ofstream(directory.path() / (name + ".toml")) << text;
    }

    base::Expected<DeviceProfile> read(const std::string& name)
    {
        return readProfile(directory.path() / (name + ".toml"), definitions, {directory.path()});
    }
};

const ResourceMapping* find(const DeviceProfile& profile, const Path& path)
{
    for (const auto& mapping : profile.mappings) {
        if (mapping.resource.path == path)
            return &mapping;
    }
    return nullptr;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(takes_a_parameter_as_number_and_inside_a_text, Fixture)
{
    put("family", base);

    const auto profile = read("family");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(find(*profile, {3303, 0, 5700})->point->encoding.scale == 0.1);
    BOOST_TEST((find(*profile, {3303, 0, 5750})->resource.constant ==
                model::Value(std::string("in the hall"))));
}

BOOST_FIXTURE_TEST_CASE(extends_another_profile_key_by_key, Fixture)
{
    put("family", base);
    put("model", R"(extends = "family"
model = "F2"
remove = ["/3304/0"]
[parameters]
ratio = 40
[[resource]]
path = "/3303/0/5700"
address = 7
)");

    const auto profile = read("model");

    BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
    BOOST_TEST(profile->model == "F2");
    BOOST_TEST(profile->manufacturer == "Maker");
    BOOST_TEST(profile->limits.mostGap == 3);
    const auto& point = *find(*profile, {3303, 0, 5700})->point;
    BOOST_TEST(point.address == 7);
    BOOST_TEST(point.encoding.scale == 4.0);
    BOOST_TEST(find(*profile, {3304, 0, 5700}) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(complains_with_the_line_of_the_child, Fixture)
{
    put("family", base);
    put("model", "extends = \"family\"\n[[resource]]\npath = \"/3303/0/5700\"\naddress = 70000\n");

    const auto profile = read("model");

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message.find("model.toml:4: address") != std::string::npos,
               profile.error().message);
}

BOOST_FIXTURE_TEST_CASE(refuses_a_parameter_that_nobody_set, Fixture)
{
    put("family", base);
    put("model", "extends = \"family\"\ntitle = \"The {colour} one\"\n");

    const auto profile = read("model");

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message.find("there is no parameter \"colour\"") !=
               std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(refuses_profiles_that_extend_one_another, Fixture)
{
    put("one", "extends = \"two\"\n");
    put("two", "extends = \"one\"\n");

    const auto profile = read("one");

    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().message.find("extend one another too deeply") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

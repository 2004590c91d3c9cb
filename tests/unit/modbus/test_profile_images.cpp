// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "bridges/modbus/poll_plan.hpp"
#include "bridges/modbus/register_codec.hpp"
#include "bridges/modbus/sunspec_walk.hpp"
#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;
using modbus::RegisterTable;

BOOST_AUTO_TEST_SUITE(profile_images)

namespace {

/// tests/data/profiles/NAME.image: "TABLE ADDRESS WORD…" is what a device holds, "expect PATH TEXT"
/// what the profile NAME makes of it; '#' begins a comment.
struct Image
{
    std::map<std::string, std::map<std::uint32_t, std::uint16_t>> tables;
    std::map<std::string, std::string> expected;

    explicit Image(const std::filesystem::path& file)
    {
        std::ifstream stream(file);
        for (std::string line; std::getline(stream, line);) {
            std::istringstream words(line);
            std::string first;
            words >> first;
            if (first == "expect")
                takeExpected(words);
            else if (!first.empty() && first[0] != '#')
                takeRegisters(first, words);
        }
    }

    void takeExpected(std::istringstream& words)
    {
        std::string path;
        std::string text;
        words >> path >> std::ws;
        std::getline(words, text);
        expected[path] = text;
    }

    void takeRegisters(const std::string& table, std::istringstream& words)
    {
        std::string text;
        words >> text;
        std::uint32_t address = static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
        while (words >> text)
            tables[table][address++] = static_cast<std::uint16_t>(std::stoul(text, nullptr, 16));
    }

    /// 0 for what the image says nothing of.
    std::vector<std::uint16_t> read(RegisterTable table, modbus::Extent extent) const
    {
        static const std::map<RegisterTable, std::string> names{
            {RegisterTable::Coil, "coil"},
            {RegisterTable::DiscreteInput, "discrete-input"},
            {RegisterTable::InputRegister, "input"},
            {RegisterTable::HoldingRegister, "holding"}};
        std::vector<std::uint16_t> words;
        const auto known = tables.find(names.at(table));
        for (std::uint32_t address = extent.address; address < extent.end(); ++address) {
            const bool isThere = known != tables.end() && known->second.contains(address);
            words.push_back(isThere ? known->second.at(address) : 0);
        }
        return words;
    }
};

std::filesystem::path directory(const char* variable)
{
    const char* value = std::getenv(variable);
    BOOST_REQUIRE_MESSAGE(value != nullptr, variable);
    return value;
}

bool isSame(const std::string& one, const std::string& other)
{
    char* oneEnd = nullptr;
    char* otherEnd = nullptr;
    const double first = std::strtod(one.c_str(), &oneEnd);
    const double second = std::strtod(other.c_str(), &otherEnd);
    if (one.empty() || other.empty() || *oneEnd != '\0' || *otherEnd != '\0')
        return one == other;
    return std::abs(first - second) <= 1e-6 * std::max(1.0, std::abs(second));
}

void check(const DeviceProfile& profile, const Image& image)
{
    modbus::SunspecWalk walk;
    while (const auto extent = profile.opening.walksSunspec ? walk.next() : std::nullopt)
        walk.take(image.read(RegisterTable::HoldingRegister, *extent));
    std::size_t checked = 0;
    for (const auto& mapping : profile.mappings) {
        if (!mapping.point || mapping.point->executeValue)
            continue;
        const std::string path = mapping.resource.path.toString();
        modbus::Point point = *mapping.point;
        if (!point.sunspecModels.empty()) {
            const auto placed = placedIn(point, walk.models());
            BOOST_REQUIRE_MESSAGE(placed, profile.name << " " << path);
            point = *placed;
        }
        BOOST_REQUIRE_MESSAGE(image.expected.contains(path), profile.name << " " << path);
        const auto value = decode(point, image.read(point.table, point.extent()));
        const std::string text = value ? model::toText(*value) : "none: " + value.error().message;
        BOOST_TEST(isSame(text, image.expected.at(path)),
                   profile.name << " " << path << ": " << text << " instead of "
                                << image.expected.at(path));
        ++checked;
    }
    BOOST_TEST(checked == image.expected.size(), profile.name);
}

} // namespace

BOOST_AUTO_TEST_CASE(makes_the_right_values_of_every_devices_registers)
{
    const auto definitions = model::builtInDefinitions();
    const auto profiles = directory("CAUSEWAY_PROFILES");
    const auto images = directory("CAUSEWAY_IMAGES");
    std::size_t count = 0;

    for (const auto& file : std::filesystem::directory_iterator(profiles)) {
        if (file.path().extension() != ".toml")
            continue;
        const auto profile = readProfile(file.path(), definitions, {profiles});
        BOOST_REQUIRE_MESSAGE(profile, (profile ? "" : profile.error().message));
        if (profile->bridge != "modbus")
            continue; // Bluetooth frames are in unit-ble
        const auto image = images / (profile->name + ".image");
        BOOST_REQUIRE_MESSAGE(std::filesystem::exists(image), image);
        check(*profile, Image(image));
        ++count;
    }

    BOOST_TEST(count >= 30U);
}

BOOST_AUTO_TEST_CASE(reads_all_of_an_sdm630_in_three_transactions)
{
    const auto profiles = directory("CAUSEWAY_PROFILES");
    const auto profile =
        readProfile(profiles / "eastron-sdm630.toml", model::builtInDefinitions(), {profiles});
    BOOST_REQUIRE(profile);
    std::vector<modbus::Point> points;
    for (const auto& mapping : profile->mappings) {
        if (mapping.point)
            points.push_back(*mapping.point);
    }

    const auto spans = modbus::mergeSpans(points, profile->limits);

    BOOST_TEST(points.size() > 40U);
    BOOST_TEST(spans.size() <= 3U);
}

BOOST_AUTO_TEST_SUITE_END()

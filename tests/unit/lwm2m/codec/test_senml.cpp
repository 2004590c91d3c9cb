// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using lwm2m::Record;
using model::Path;
using model::Value;

namespace {

std::string json(const Path& target, const std::vector<Record>& records)
{
    const auto payload =
        lwm2m::encode(lwm2m::senmlJsonFormat, target, records, lwm2m::testDefinitions());
    return payload ? std::string(base::asText(*payload)) : payload.error().message;
}

std::string cbor(const Path& target, const std::vector<Record>& records)
{
    const auto payload =
        lwm2m::encode(lwm2m::senmlCborFormat, target, records, lwm2m::testDefinitions());
    return payload ? base::toHex(*payload) : payload.error().message;
}

Record temperature(double value, std::chrono::milliseconds takenAt)
{
    return {{3303, 0, 5700}, Value(value), base::WallTime(takenAt)};
}

std::string paths(api::ContentFormat format, base::ByteView payload)
{
    const auto names = lwm2m::decodePaths(format, payload);
    if (!names)
        return names.error().message;
    std::string all;
    for (const Path& name : *names)
        all += name.toString() + " ";
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(senml)

BOOST_AUTO_TEST_CASE(writes_a_time_series_relative_to_its_first_time)
{
    const std::vector<Record> series{temperature(22.5, 1700000000000ms),
                                     temperature(22.75, 1700000000500ms),
                                     temperature(23, 1700000030000ms)};

    BOOST_TEST(json({3303, 0, 5700}, series) ==
               R"([{"bn":"/3303/0/5700","bt":1700000000,"v":22.5},)"
               R"({"t":0.5,"v":22.75},{"t":30,"v":23}])");
    BOOST_TEST(cbor({3303, 0, 5700}, {series[0], series[2]}) ==
               "82a3216c2f333330332f302f35373030221a6553f10002fa41b40000a206181e02fa41b80000");
}

BOOST_AUTO_TEST_CASE(writes_single_times_where_not_every_value_has_one)
{
    const std::vector<Record> mixed{{{3303, 0, 5518}, Value(model::Time{5}), {}},
                                    temperature(22.5, 1700000000000ms)};

    BOOST_TEST(json({3303, 0}, mixed) ==
               R"([{"bn":"/3303/0/","n":"5518","v":5},{"n":"5700","t":1700000000,"v":22.5}])");
}

BOOST_AUTO_TEST_CASE(leaves_out_what_json_has_no_number_for)
{
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Record> records{{{3303, 0, 5601}, Value(infinity), {}},
                                      {{3303, 0, 5700}, Value(1.5), {}}};

    BOOST_TEST(json({3303, 0}, records) == R"([{"bn":"/3303/0/","n":"5700","v":1.5}])");
}

BOOST_AUTO_TEST_CASE(leaves_out_empty_instances_and_resources)
{
    BOOST_TEST(json({3442}, {{{3442, 7}, {}, {}}}) == "[]");
    BOOST_TEST(cbor({3, 0, 6}, {{{3, 0, 6}, {}, {}}}) == "80");
}

BOOST_AUTO_TEST_CASE(writes_values_in_their_defined_type)
{
    const std::vector<Record> records{{{3303, 0, 5700}, Value(std::int64_t{22}), {}}};

    BOOST_TEST(cbor({3303, 0, 5700}, records) == "81a2216c2f333330332f302f3537303002fa41b00000");
}

BOOST_AUTO_TEST_CASE(replaces_broken_text_rather_than_break_the_json)
{
    const std::vector<Record> records{{{3442, 0, 110}, Value(std::string("a\xff\x01")), {}}};

    BOOST_TEST(json({3442, 0, 110}, records) ==
               "[{\"bn\":\"/3442/0/110\",\"vs\":\"a\xef\xbf\xbd\\u0001\"}]");
}

BOOST_AUTO_TEST_CASE(reads_the_names_of_a_composite_in_their_order)
{
    const auto asJson = base::toBytes(R"([{"n":"/3/0/1"},{"n":"/3"},{"n":"/3/0/1"},{"n":"/"}])");
    const auto asCbor =
        lwm2m::hex("83 A1 00 66 2F332F302F30 A1 00 66 2F332F302F39 A1 00 66 2F312F302F31");

    BOOST_TEST(paths(lwm2m::senmlJsonFormat, asJson) == "/3/0/1 /3 / ");
    BOOST_TEST(paths(lwm2m::senmlCborFormat, asCbor) == "/3/0/0 /3/0/9 /1/0/1 ");
}

BOOST_AUTO_TEST_CASE(refuses_composites_with_values_or_without_names)
{
    BOOST_TEST(
        !lwm2m::decodePaths(lwm2m::senmlJsonFormat, base::toBytes(R"([{"n":"/3/0/1","v":1}])")));
    BOOST_TEST(!lwm2m::decodePaths(lwm2m::senmlJsonFormat, base::toBytes("[{}]")));
    const auto text = lwm2m::decodePaths(lwm2m::plainTextFormat, base::toBytes("/3"));
    BOOST_TEST((text.error().kind == base::ErrorKind::NotSupported));
}

BOOST_AUTO_TEST_CASE(knows_what_the_root_link_may_list)
{
    const std::vector<api::ContentFormat> expected{60, 110, 112, 11542, 11544};

    BOOST_TEST(lwm2m::optionalFormats() == expected, boost::test_tools::per_element());
    BOOST_TEST(lwm2m::isSupported(0));
    BOOST_TEST(!lwm2m::isSupported(40));
    BOOST_TEST(!lwm2m::isSupported(1543));
}

BOOST_AUTO_TEST_SUITE_END()

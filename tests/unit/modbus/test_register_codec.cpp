// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/register_codec.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using base::ErrorKind;
using model::ResourceType;
using model::Value;

BOOST_AUTO_TEST_SUITE(register_codec)

namespace {

Point point(RawType type, ResourceType valueType = ResourceType::Float)
{
    Point result;
    result.table = RegisterTable::HoldingRegister;
    result.encoding.type = type;
    result.encoding.words = wordsOf(type);
    result.valueType = valueType;
    return result;
}

Point scaled(RawType type, double scale, double offset = 0.0)
{
    Point result = point(type);
    result.encoding.scale = scale;
    result.encoding.offset = offset;
    return result;
}

Point ordered(RawType type, bool isLowWordFirst, bool hasSwappedBytes)
{
    Point result = point(type, ResourceType::Integer);
    result.encoding.isLowWordFirst = isLowWordFirst;
    result.encoding.hasSwappedBytes = hasSwappedBytes;
    return result;
}

Point text(std::uint16_t words)
{
    Point result = point(RawType::String, ResourceType::String);
    result.encoding.words = words;
    return result;
}

Point field(std::uint8_t shift, std::uint8_t width)
{
    Point result = point(RawType::U16, ResourceType::Integer);
    result.encoding.shift = shift;
    result.encoding.width = width;
    return result;
}

Point bit(std::uint8_t shift)
{
    Point result = point(RawType::Bit, ResourceType::Boolean);
    result.encoding.words = 1;
    result.encoding.shift = shift;
    return result;
}

Point part(RawType type, std::uint8_t shift, std::uint8_t width)
{
    Point result = point(type, ResourceType::Integer);
    result.encoding.shift = shift;
    result.encoding.width = width;
    return result;
}

Point decoded(RawType type, Decoding decoding)
{
    Point result = point(type);
    result.encoding.decoding = decoding;
    return result;
}

Point characters(Characters which)
{
    Point result = text(3);
    result.encoding.characters = which;
    return result;
}

Point rounded(std::uint8_t decimals)
{
    Point result = scaled(RawType::U16, 1.0 / 3);
    result.encoding.decimals = decimals;
    return result;
}

Point states(ResourceType valueType, Value first, Value second)
{
    Point result = point(RawType::U16, valueType);
    result.encoding.meanings = {{1, std::move(first)}, {7, std::move(second)}};
    return result;
}

/// The value in register 100, its power of ten in register 102.
Point withExponent()
{
    Point result = point(RawType::S16);
    result.address = 100;
    result.exponentAddress = 102;
    return result;
}

Point swappedWithExponent(RawType type)
{
    Point result = ordered(type, false, true);
    result.valueType = ResourceType::Float;
    result.address = 100;
    result.exponentAddress = 102;
    return result;
}

} // namespace

struct Row
{
    Point point;
    std::vector<std::uint16_t> words;
    Value value;
};

BOOST_AUTO_TEST_CASE(turns_registers_into_values)
{
    const std::vector<Row> rows{
        {point(RawType::F32), {0x4366, 0x199A}, 230.1},
        {point(RawType::F32), {0x0000, 0x0000}, 0.0},
        {point(RawType::F64), {0x400C, 0, 0, 0}, 3.5},
        {scaled(RawType::F32, 1000), {0x43AB, 0x599A}, 342700.0},
        {scaled(RawType::S16, 0.1), {0x0131}, 30.5},
        {scaled(RawType::S16, 0.1), {0xFF33}, -20.5},
        {scaled(RawType::U16, 0.1), {0x0003}, 0.3},
        {scaled(RawType::U16, 2, -40), {50}, 60.0},
        {scaled(RawType::S32, 0.001), {0xFFFF, 0xFFFF}, -0.001},
        {ordered(RawType::U32, false, false), {0x0102, 0x0304}, std::int64_t{0x01020304}},
        {ordered(RawType::U32, true, false), {0x0304, 0x0102}, std::int64_t{0x01020304}},
        {ordered(RawType::U32, false, true), {0x0201, 0x0403}, std::int64_t{0x01020304}},
        {ordered(RawType::U32, true, true), {0x0403, 0x0201}, std::int64_t{0x01020304}},
        {ordered(RawType::S64, false, false), {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE}, std::int64_t{-2}},
        {ordered(RawType::U64, true, false), {4, 3, 2, 1}, std::int64_t{0x0001000200030004}},
        {point(RawType::Bcd16), {0x1234}, 1234.0},
        {point(RawType::Bcd32), {0x1234, 0x5678}, 12345678.0},
        {field(4, 3), {0x00F0}, std::int64_t{7}},
        {bit(3), {0x0008}, true},
        {bit(3), {0xFFF7}, false},
        {text(3), {0x4142, 0x4320, 0x2000}, std::string("ABC")},
        {ordered(RawType::U48, false, false), {1, 2, 3}, std::int64_t{0x000100020003}},
        {ordered(RawType::S48, true, false), {0xFFFE, 0xFFFF, 0xFFFF}, std::int64_t{-2}},
        {ordered(RawType::U64, false, true),
         {0x0100, 0x0200, 0x0300, 0x0400},
         std::int64_t{0x0001000200030004}},
        {ordered(RawType::U64, true, true),
         {0x0400, 0x0300, 0x0200, 0x0100},
         std::int64_t{0x0001000200030004}},
        {point(RawType::F16), {0x3C00}, 1.0},
        {point(RawType::F16), {0xC500}, -5.0},
        {point(RawType::Bcd48), {0x1234, 0x5678, 0x9012}, 123456789012.0},
        {point(RawType::Bcd64), {0, 0, 0, 0x0042}, 42.0},
        {part(RawType::S16, 8, 8), {0xFE01}, std::int64_t{-2}},
        {part(RawType::U32, 4, 24), {0x0ABC, 0xDEF1}, std::int64_t{0xABCDEF}},
        {decoded(RawType::U48, Decoding::Mod10000), {1, 2, 3}, 100020003.0},
        {decoded(RawType::U16, Decoding::SignMagnitude), {0x8005}, -5.0},
        {decoded(RawType::F32, Decoding::PowerFactor4q), {0x3F99, 0x999A}, 0.8},
        {decoded(RawType::F32, Decoding::PowerFactor4q), {0xBF99, 0x999A}, -0.8},
        {decoded(RawType::F32, Decoding::PowerFactor4q), {0x3F00, 0}, 0.5},
        {characters(Characters::High), {0x4100, 0x4200, 0x4300}, std::string("ABC")},
        {characters(Characters::Low), {0x0041, 0x0042, 0x0043}, std::string("ABC")},
        {rounded(1), {10}, 3.3},
        {states(ResourceType::String, std::string("off"), std::string("fault")),
         {7},
         std::string("fault")},
        {states(ResourceType::Boolean, false, true), {7}, true},
        {withExponent(), {2305, 0, 0xFFFF}, 230.5},
        {withExponent(), {0xFFFB, 0, 2}, -500.0},
        {swappedWithExponent(RawType::U32), {0x0100, 0x0200, 2}, 6553800.0},
        {swappedWithExponent(RawType::U16), {0x0500, 0, 0x0200}, 500.0},
        {point(RawType::U32, ResourceType::String), {0, 4711}, std::string("4711")},
    };

    for (const Row& row : rows) {
        const auto value = decode(row.point, row.words);
        BOOST_REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
        BOOST_TEST(model::toText(*value) == model::toText(row.value));
    }
}

// A normally closed contact: 0 is the alarm.
BOOST_AUTO_TEST_CASE(turns_bits_round_where_they_mean_the_opposite)
{
    Point contact = bit(5);
    contact.encoding.meanings = {{0, Value(true)}, {1, Value(false)}};

    BOOST_TEST((decode(contact, std::vector<std::uint16_t>{0x0020}) == Value(false)));
    BOOST_TEST((decode(contact, std::vector<std::uint16_t>{0xFFDF}) == Value(true)));
    BOOST_TEST((encode(contact, Value(false)) == std::vector<std::uint16_t>{0x0020}));
}

BOOST_AUTO_TEST_CASE(takes_all_numbers_without_a_name_together)
{
    Point alarm = point(RawType::U16, ResourceType::Boolean);
    alarm.encoding.meanings = {{0, Value(false)}};
    alarm.encoding.otherMeaning = Value(true);

    BOOST_TEST((decode(alarm, std::vector<std::uint16_t>{0}) == Value(false)));
    BOOST_TEST((decode(alarm, std::vector<std::uint16_t>{0x4001}) == Value(true)));
    BOOST_TEST(!encode(alarm, Value(true)));
}

BOOST_AUTO_TEST_CASE(keeps_all_digits_of_64_bit_counters)
{
    const auto value = decode(ordered(RawType::S64, false, false),
                              std::vector<std::uint16_t>{0x7FFF, 0xFFFF, 0xFFFF, 0xFFFD});

    BOOST_TEST(std::get<std::int64_t>(*value) == 9223372036854775805);
}

BOOST_AUTO_TEST_CASE(makes_no_number_of_what_is_not_available)
{
    Point sentinel = point(RawType::U16);
    sentinel.encoding.sentinels = {0x7FFF};
    const std::vector<std::pair<Point, std::vector<std::uint16_t>>> rows{
        {point(RawType::F32), {0x7FC0, 0}},
        {point(RawType::F32), {0x7F80, 0}},
        {point(RawType::F64), {0xFFF8, 0, 0, 0}},
        {sentinel, {0x7FFF}},
        {withExponent(), {2305, 0, 0x8000}},
        {point(RawType::F16), {0x7E00}},
    };

    for (const auto& [where, words] : rows) {
        const auto value = decode(where, words);
        BOOST_TEST((!value && value.error().kind == ErrorKind::Refused));
    }
}

// The neighbours' bits say nothing of the part.
BOOST_AUTO_TEST_CASE(knows_a_part_that_is_not_available_by_its_own_bits)
{
    struct Case
    {
        Point where;
        std::uint64_t sentinel;
        std::vector<std::uint16_t> words;
    };

    const std::vector<Case> rows{
        {part(RawType::U16, 4, 4), 15, {0x12F5}},
        {part(RawType::U16, 0, 8), 0xFF, {0x03FF}},
        {part(RawType::S16, 0, 8), 0x80, {0x0080}},
        {part(RawType::U32, 0, 24), 0xFFFFFF, {0xAAFF, 0xFFFF}},
        {part(RawType::S32, 0, 24), 0xFFFFFF, {0x00FF, 0xFFFF}},
        {part(RawType::U16, 8, 8), 0xFF, {0xFF03}},
    };

    for (Case row : rows) {
        row.where.encoding.sentinels = {row.sentinel};
        const auto value = decode(row.where, row.words);
        BOOST_TEST((!value && value.error().kind == ErrorKind::Refused));
    }
    Point other = part(RawType::U16, 4, 4);
    other.encoding.sentinels = {0x12F5};
    BOOST_TEST((decode(other, std::vector<std::uint16_t>{0x12F5}) == Value(std::int64_t{15})));
}

BOOST_AUTO_TEST_CASE(believes_nothing_that_cannot_be)
{
    Point limited = scaled(RawType::S16, 0.1);
    limited.encoding.valid = model::Range{-50, 125};
    const std::vector<std::pair<Point, std::vector<std::uint16_t>>> rows{
        {point(RawType::Bcd16), {0x12A4}},
        {limited, {0x7FFF}},
        {text(1), {0xC328}},
        {point(RawType::U32), {1}},
        {states(ResourceType::String, std::string("off"), std::string("fault")), {2}},
        {decoded(RawType::U32, Decoding::Mod10000), {0, 10000}},
    };

    for (const auto& [where, words] : rows) {
        const auto value = decode(where, words);
        BOOST_TEST((!value && value.error().kind == ErrorKind::Corrupt));
    }
}

BOOST_AUTO_TEST_CASE(takes_what_lies_a_little_outside_for_the_end)
{
    Point powerFactor = scaled(RawType::S16, 0.001);
    powerFactor.encoding.valid = model::Range{-1.01, 1.01};
    powerFactor.encoding.clamp = model::Range{-1, 1};

    BOOST_TEST((decode(powerFactor, std::vector<std::uint16_t>{1003}) == Value(1.0)));
    BOOST_TEST((decode(powerFactor, std::vector<std::uint16_t>{0xFC15}) == Value(-1.0)));
    BOOST_TEST((decode(powerFactor, std::vector<std::uint16_t>{997}) == Value(0.997)));
    BOOST_TEST(!decode(powerFactor, std::vector<std::uint16_t>{1020}));
}

BOOST_AUTO_TEST_CASE(writes_what_it_would_read)
{
    const std::vector<Row> rows{
        {scaled(RawType::S16, 0.1), {0xFF33}, -20.5},
        {scaled(RawType::U16, 2, -40), {50}, 60.0},
        {point(RawType::F32), {0x4366, 0x199A}, 230.1},
        {point(RawType::F64), {0x400C, 0, 0, 0}, 3.5},
        {ordered(RawType::U32, true, false), {0x0304, 0x0102}, std::int64_t{0x01020304}},
        {point(RawType::Bcd32), {0x1234, 0x5678}, 12345678.0},
        {bit(0), {1}, true},
        {text(3), {0x4142, 0x4300, 0}, std::string("ABC")},
        {ordered(RawType::S48, true, false), {0xFFFE, 0xFFFF, 0xFFFF}, std::int64_t{-2}},
        {point(RawType::Bcd48), {0x1234, 0x5678, 0x9012}, 123456789012.0},
        {part(RawType::S16, 8, 8), {0xFE00}, std::int64_t{-2}},
        {decoded(RawType::U48, Decoding::Mod10000), {1, 2, 3}, 100020003.0},
        {decoded(RawType::U16, Decoding::SignMagnitude), {0x8005}, -5.0},
        {characters(Characters::High), {0x4100, 0x4200, 0x4300}, std::string("ABC")},
        {characters(Characters::Low), {0x0041, 0x0042, 0x0043}, std::string("ABC")},
        {states(ResourceType::String, std::string("off"), std::string("fault")),
         {7},
         std::string("fault")},
        {states(ResourceType::Boolean, false, true), {1}, false},
    };

    for (const Row& row : rows) {
        const auto words = encode(row.point, row.value);
        BOOST_REQUIRE_MESSAGE(words, (words ? "" : words.error().message));
        BOOST_TEST(*words == row.words, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(writes_nothing_that_does_not_fit)
{
    Point limited = scaled(RawType::U16, 0.1);
    limited.write.emplace().range = model::Range{5, 35};
    Point stepped = limited;
    stepped.write->step = 0.5;
    const std::vector<std::pair<Point, Value>> rows{
        {limited, 4.9},
        {limited, 35.1},
        {stepped, 20.3},
        {states(ResourceType::String, std::string("off"), std::string("on")), std::string("no")},
        {part(RawType::S16, 8, 8), std::int64_t{128}},
        {limited, std::string("20")},
        {limited, std::numeric_limits<double>::quiet_NaN()},
        {point(RawType::U16), 65536.0},
        {point(RawType::U16), -1.0},
        {point(RawType::S16), 40000.0},
        {point(RawType::F32), 1e39},
        {point(RawType::Bcd16), 10000.0},
        {text(1), std::string("ABC")},
    };

    for (const auto& [where, value] : rows) {
        const auto words = encode(where, value);
        BOOST_TEST((!words && words.error().kind == ErrorKind::InvalidArgument),
                   model::toText(value));
    }
}

BOOST_AUTO_TEST_CASE(knows_which_bits_of_a_register_are_others)
{
    Point swappedField = part(RawType::U16, 4, 4);
    swappedField.encoding.hasSwappedBytes = true;

    BOOST_TEST(foreignBits(bit(3)) == std::vector<std::uint16_t>{0xFFF7},
               boost::test_tools::per_element());
    BOOST_TEST(foreignBits(swappedField) == std::vector<std::uint16_t>{0x0FFF},
               boost::test_tools::per_element());
    BOOST_TEST(foreignBits(point(RawType::U16)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

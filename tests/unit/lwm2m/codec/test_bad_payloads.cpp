// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using base::ErrorKind;
using model::Path;

namespace {

constexpr auto text = lwm2m::plainTextFormat;
constexpr auto opaque = lwm2m::opaqueFormat;
constexpr auto cbor = lwm2m::cborFormat;
constexpr auto json = lwm2m::senmlJsonFormat;
constexpr auto senmlCbor = lwm2m::senmlCborFormat;
constexpr auto tlv = lwm2m::tlvFormat;
constexpr auto oldJson = lwm2m::oldJsonFormat;
constexpr auto lwm2mCbor = lwm2m::lwm2mCborFormat;
constexpr auto etch = lwm2m::senmlEtchCborFormat;

/// What a decoder must refuse, and as what.
struct BadPayload
{
    const char* why;
    api::ContentFormat format;
    Path target;
    base::Bytes payload;
    ErrorKind kind;
};

std::ostream& operator<<(std::ostream& out, const BadPayload& bad)
{
    return out << bad.why << " (" << bad.format << ' ' << bad.target.toString() << ')';
}

base::Bytes operator""_h(const char* digits, std::size_t size)
{
    return lwm2m::hex({digits, size});
}

base::Bytes operator""_t(const char* characters, std::size_t size)
{
    return base::toBytes({characters, size});
}

base::Bytes repeated(std::string_view start, std::string_view piece, std::size_t times)
{
    std::string all(start);
    for (std::size_t i = 0; i < times; ++i)
        all += piece;
    return base::toBytes(all);
}

constexpr auto invalid = ErrorKind::InvalidArgument;
constexpr auto corrupt = ErrorKind::Corrupt;
constexpr auto unsupported = ErrorKind::NotSupported;
constexpr auto notFound = ErrorKind::NotFound;
constexpr auto tooMuch = ErrorKind::LimitExceeded;

// clang-format off
const BadPayload badPayloads[] = {
    {"unknown format", 666, {3442, 0, 120}, "1"_t, unsupported},
    {"link-format carries no values", 40, {3442, 0, 120}, "1"_t, unsupported},

    {"text for an instance", text, {3442, 0}, "1"_t, unsupported},
    {"text for a multiple Resource", text, {3, 0, 11}, "1"_t, unsupported},
    {"unknown Resource", text, {3442, 0, 9}, "1"_t, notFound},
    {"unknown Object", text, {4711, 0, 9}, "1"_t, notFound},
    {"empty", text, {3442, 0, 120}, {}, invalid},
    {"no number", text, {3442, 0, 120}, "abc"_t, invalid},
    {"leading space", text, {3442, 0, 120}, " 5"_t, invalid},
    {"trailing octet", text, {3442, 0, 120}, "5\n"_t, invalid},
    {"fraction for an integer", text, {3442, 0, 120}, "5.5"_t, invalid},
    {"beyond 64 bits", text, {3442, 0, 120}, "9223372036854775808"_t, invalid},
    {"negative unsigned", text, {3442, 0, 125}, "-1"_t, invalid},
    {"infinity", text, {3442, 0, 130}, "inf"_t, invalid},
    {"no number", text, {3442, 0, 130}, "nan"_t, invalid},
    {"too large for a double", text, {3442, 0, 130}, "1e999"_t, invalid},
    {"boolean in words", text, {3442, 0, 140}, "true"_t, invalid},
    {"bad base64", text, {3442, 0, 150}, "A"_t, invalid},
    {"bad base64", text, {3442, 0, 150}, "AA=A"_t, invalid},
    {"bits left over in base64", text, {3442, 0, 150}, "AB"_t, invalid},
    {"no link", text, {3442, 0, 170}, "66"_t, invalid},
    {"link out of range", text, {3442, 0, 170}, "66:65536"_t, invalid},
    {"not UTF-8", text, {3442, 0, 110}, "C3 28"_h, invalid},
    {"out of the defined range", text, {1, 0, 0}, "0"_t, invalid},
    {"value for an executable", text, {3, 0, 4}, "1"_t, invalid},
    {"octets for an integer", opaque, {3442, 0, 120}, "01"_h, unsupported},
    {"octets for an instance", opaque, {3442, 0}, "01"_h, unsupported},

    {"target without a value", tlv, {3442, 0, 120}, {}, invalid},
    {"TLV for a composite", tlv, {}, {}, unsupported},
    {"header cut", tlv, {3442, 0}, "C1"_h, corrupt},
    {"identifier cut", tlv, {3442, 0}, "E1 01"_h, corrupt},
    {"length cut", tlv, {3442, 0}, "D0 78 00"_h, corrupt},
    {"value cut", tlv, {3442, 0}, "C2 78 01"_h, corrupt},
    {"claims 16 MiB", tlv, {3442, 0}, "D8 78 FF FF FF 01"_h, corrupt},
    {"inner element longer than the outer", tlv, {3, 0, 11}, "83 0B 42 00 00"_h, corrupt},
    {"other Resource", tlv, {3442, 0, 120}, "C1 7D 05"_h, invalid},
    {"two values for one Resource", tlv, {3442, 0, 120}, "C1 78 05 C1 78 06"_h, invalid},
    {"Resource twice", tlv, {3442, 0}, "C1 78 05 C1 78 05"_h, invalid},
    {"Resource Instance twice", tlv, {3, 0, 11}, "86 0B 41 00 01 41 00 02"_h, invalid},
    {"multiple Resource twice", tlv, {3, 0}, "83 0B 41 00 01 83 0B 41 01 01"_h, invalid},
    {"instance twice", tlv, {3442}, "00 01 00 01"_h, invalid},
    {"other instance", tlv, {3442, 0}, "03 01 C1 78 05"_h, invalid},
    {"instance around a Resource", tlv, {3442, 0, 120}, "03 00 C1 78 05"_h, invalid},
    {"instances beside Resources", tlv, {3442}, "00 01 C1 78 05"_h, invalid},
    {"instance in an instance", tlv, {3442}, "02 01 00 02"_h, invalid},
    {"Resource Instance in an instance", tlv, {3442, 0}, "41 00 01"_h, invalid},
    {"Resource in a multiple Resource", tlv, {3, 0}, "83 0B C1 00 01"_h, invalid},
    {"single as multiple", tlv, {3442, 0}, "83 78 41 00 01"_h, invalid},
    {"multiple as single", tlv, {3, 0}, "C1 0B 01"_h, invalid},
    {"identifier 65535", tlv, {3442}, "20 FF FF"_h, invalid},
    {"integer of 3 octets", tlv, {3442, 0, 120}, "C3 78 01 02 03"_h, invalid},
    {"empty integer", tlv, {3442, 0, 120}, "C0 78"_h, invalid},
    {"float of 2 octets", tlv, {3442, 0, 130}, "C2 82 01 02"_h, invalid},
    {"NaN", tlv, {3442, 0, 130}, "C4 82 7F C0 00 00"_h, invalid},
    {"boolean 2", tlv, {3442, 0, 140}, "C1 8C 02"_h, invalid},
    {"boolean of 2 octets", tlv, {3442, 0, 140}, "C2 8C 00 01"_h, invalid},
    {"link of 3 octets", tlv, {3442, 0, 170}, "C3 AA 00 01 02"_h, invalid},
    {"not UTF-8", tlv, {3442, 0, 110}, "C1 6E FF"_h, invalid},
    {"other Resource Instance", tlv, {3442, 0, 1110, 0}, "41 01 61"_h, invalid},
    {"more instances than we take", tlv, {3442}, repeated("", {"\x00\x01", 2}, 4097), tooMuch},

    {"no item", cbor, {3442, 0, 120}, {}, corrupt},
    {"two items", cbor, {3442, 0, 120}, "01 01"_h, corrupt},
    {"item cut", cbor, {3442, 0, 120}, "1A 00 01"_h, corrupt},
    {"text cut", cbor, {3442, 0, 110}, "65 61"_h, corrupt},
    {"text of 2^63 octets", cbor, {3442, 0, 110}, "7B 8000000000000000 61"_h, corrupt},
    {"octets of 2^64 - 1", cbor, {3442, 0, 150}, "5B FFFFFFFFFFFFFFFF 61"_h, corrupt},
    {"reserved", cbor, {3442, 0, 120}, "1C"_h, corrupt},
    {"lonely break", cbor, {3442, 0, 120}, "FF"_h, invalid},
    {"null", cbor, {3442, 0, 120}, "F6"_h, invalid},
    {"array", cbor, {3442, 0, 120}, "81 01"_h, invalid},
    {"map of 2^64 - 1 pairs", cbor, {3442, 0, 120}, "BB FFFFFFFFFFFFFFFF"_h, invalid},
    {"text for an integer", cbor, {3442, 0, 120}, "61 35"_h, invalid},
    {"octets for text", cbor, {3442, 0, 110}, "41 61"_h, invalid},
    {"integer for a boolean", cbor, {3442, 0, 140}, "01"_h, invalid},
    {"below 64 bits", cbor, {3442, 0, 120}, "3B 8000000000000000"_h, invalid},
    {"above 63 bits", cbor, {3442, 0, 120}, "1B 8000000000000000"_h, invalid},
    {"infinity", cbor, {3442, 0, 130}, "F9 7C00"_h, invalid},
    {"a float that stands for several integers", cbor, {3442, 0, 120}, "FB 4340000000000001"_h, invalid},
    {"foreign piece", cbor, {3442, 0, 110}, "7F 61 61 41 62 FF"_h, corrupt},
    {"a character in two pieces", cbor, {3442, 0, 110}, "7F 61 C3 61 A9 FF"_h, corrupt},
    {"pieces without an end", cbor, {3442, 0, 110}, "7F 61 61"_h, corrupt},
    {"bignum", cbor, {3442, 0, 120}, "C2 41 01"_h, invalid},
    {"tag in a tag", cbor, {3442, 0, 160}, "C1 C1 C1 01"_h, invalid},
    {"tag without an item", cbor, {3442, 0, 160}, "C1"_h, corrupt},
    {"no date", cbor, {3442, 0, 160}, "C0 64 61626364"_h, invalid},

    {"not JSON", json, {3442, 0}, "x"_t, invalid},
    {"nothing", json, {3442, 0}, {}, invalid},
    {"not an array", json, {3442, 0}, R"({"n":"/3442/0/120","v":1})"_t, invalid},
    {"scalar", json, {3442, 0}, "1"_t, invalid},
    {"scalar in the pack", json, {3442, 0}, "[1]"_t, invalid},
    {"array in the pack", json, {3442, 0}, "[[]]"_t, invalid},
    {"array as a value", json, {3442, 0}, R"([{"n":"/3442/0/120","v":[1]}])"_t, invalid},
    {"object as a name", json, {3442, 0}, R"([{"n":{"n":1},"v":1}])"_t, invalid},
    {"array under a label that must be understood", json, {3442, 0}, R"([{"x_":[1],"n":"/3442/0/120","v":1}])"_t, invalid},
    {"too deep under an unknown label", json, {3442, 0}, repeated(R"([{"x":)", "[", 65), tooMuch},
    {"array under a label that must be understood", senmlCbor, {3442, 0}, "81 A3 00 6B 2F333434322F302F313230 63 666F5F 82 01 02 02 05"_h, invalid},
    {"array as a value", senmlCbor, {3442, 0}, "81 A2 00 6B 2F333434322F302F313230 02 81 05"_h, invalid},
    {"too deep under an unknown label", senmlCbor, {3442, 0}, repeated("\x81\xA1\x61x", "\x81", 65), tooMuch},
    {"an unknown value that ends early", senmlCbor, {3442, 0}, "81 A1 63 666F6F 82 01"_h, corrupt},
    {"a break that ends nothing", senmlCbor, {3442, 0}, "81 A1 63 666F6F 82 01 FF"_h, corrupt},
    {"a map of three halves", senmlCbor, {3442, 0}, "81 A1 63 666F6F BF 01 02 03 FF"_h, corrupt},
    {"a foreign piece under an unknown label", senmlCbor, {3442, 0}, "81 A1 63 666F6F 7F 41 61 FF"_h, corrupt},
    {"deep", json, {3442, 0}, repeated("", "[", 100000), invalid},
    {"not ended", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1})"_t, invalid},
    {"more after the pack", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1}] [])"_t, invalid},
    {"no value", json, {3442, 0}, R"([{"n":"/3442/0/120"}])"_t, invalid},
    {"two values", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1,"vs":"1"}])"_t, invalid},
    {"a label twice", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1,"v":2}])"_t, invalid},
    {"a path twice", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1},{"n":"/3442/0/120","v":2}])"_t, invalid},
    {"a path twice at other times", json, {3442, 0}, R"([{"n":"/3442/0/120","v":1},{"n":"/3442/0/120","t":1,"v":2}])"_t, invalid},
    {"null", json, {3442, 0}, R"([{"n":"/3442/0/120","v":null}])"_t, invalid},
    {"string for an integer", json, {3442, 0}, R"([{"n":"/3442/0/120","vs":"1"}])"_t, invalid},
    {"text under v", json, {3442, 0}, R"([{"n":"/3442/0/120","v":"1"}])"_t, invalid},
    {"fraction for an integer", json, {3442, 0}, R"([{"n":"/3442/0/120","v":5.5}])"_t, invalid},
    {"beyond 64 bits", json, {3442, 0}, R"([{"n":"/3442/0/120","v":-9223372036854775809}])"_t, invalid},
    {"too large for a double", json, {3442, 0}, R"([{"n":"/3442/0/130","v":1e999}])"_t, invalid},
    {"not base64", json, {3442, 0}, R"([{"n":"/3442/0/150","vd":"!"}])"_t, invalid},
    {"outside the target", json, {3442, 0}, R"([{"n":"/3/0/9","v":1}])"_t, invalid},
    {"name without a slash", json, {3442, 0}, R"([{"n":"3442/0/120","v":1}])"_t, invalid},
    {"name with five levels", json, {3442, 0}, R"([{"n":"/3442/0/120/0/0","v":1}])"_t, invalid},
    {"name is a number", json, {3442, 0}, R"([{"n":1,"v":1}])"_t, invalid},
    {"long base name", json, {3442, 0}, repeated(R"([{"bn":")", "x", 100), invalid},
    {"65535 outside a Create", json, {3442, 0}, R"([{"n":"/3442/65535/120","v":1}])"_t, invalid},
    {"65535 in a composite", json, {}, R"([{"n":"/3442/65535/120","v":1}])"_t, invalid},
    {"value for an instance", json, {3442}, R"([{"n":"/3442/0","v":1}])"_t, invalid},
    {"unknown Resource in a composite", json, {}, R"([{"n":"/3442/0/9","v":1}])"_t, notFound},
    {"base value", json, {3442, 0}, R"([{"bv":1,"n":"/3442/0/120","v":1}])"_t, invalid},
    {"future version", json, {3442, 0}, R"([{"bver":11,"n":"/3442/0/120","v":1}])"_t, invalid},
    {"label that must be understood", json, {3442, 0}, R"([{"x_":1,"n":"/3442/0/120","v":1}])"_t, invalid},
    {"not UTF-8", json, {3442, 0}, "[{\"n\":\"/3442/0/110\",\"vs\":\"\xff\"}]"_t, invalid},
    {"lone surrogate", json, {3442, 0}, R"([{"n":"/3442/0/110","vs":"\ud800"}])"_t, invalid},
    {"more records than we take", json, {3442, 0}, repeated("[", R"({"n":"/3442/0/120","v":1},)", 4097), tooMuch},
    {"more octets than we look at", json, {3442, 0}, repeated("[", "                ", 65537), tooMuch},

    {"nothing", senmlCbor, {3442, 0}, {}, corrupt},
    {"not an array", senmlCbor, {3442, 0}, "A0"_h, invalid},
    {"scalar in the pack", senmlCbor, {3442, 0}, "81 01"_h, invalid},
    {"array in the pack", senmlCbor, {3442, 0}, "81 80"_h, invalid},
    {"fewer records than claimed", senmlCbor, {3442, 0}, "82 A2 00 6B 2F333434322F302F313230 02 01"_h, corrupt},
    {"claims 2^64 - 1 records", senmlCbor, {3442, 0}, "9B FFFFFFFFFFFFFFFF"_h, corrupt},
    {"claims 2^64 - 1 pairs", senmlCbor, {3442, 0}, "81 BB FFFFFFFFFFFFFFFF 02 01"_h, corrupt},
    {"key without a value", senmlCbor, {3442, 0}, "81 BF 02 FF"_h, invalid},
    {"array in a record", senmlCbor, {3442, 0}, "81 A1 18 63 81 01"_h, invalid},
    {"map as a label", senmlCbor, {3442, 0}, "81 A1 A0 01"_h, invalid},
    {"deep", senmlCbor, {3442, 0}, repeated("", "\x81", 100000), invalid},
    {"more after the pack", senmlCbor, {3442, 0}, "80 80"_h, corrupt},
    {"null", senmlCbor, {3442, 0}, "81 A2 00 6B 2F333434322F302F313230 02 F6"_h, invalid},
    {"label that must be understood", senmlCbor, {3442, 0}, "81 A3 00 6B 2F333434322F302F313230 02 01 62 785F 01"_h, invalid},

    {"no JSON", oldJson, {3442, 0}, "{"_t, invalid},
    {"an array", oldJson, {3442, 0}, "[]"_t, invalid},
    {"an array that is not e", oldJson, {3442, 0}, R"({"x":[]})"_t, invalid},
    {"a deeper structure", oldJson, {3442, 0}, R"({"e":[{"n":"120","v":[5]}]})"_t, invalid},
    {"an object inside", oldJson, {3442, 0}, R"({"bn":{}})"_t, invalid},
    {"null", oldJson, {3442, 0}, R"({"e":[{"n":"120","v":null}]})"_t, invalid},
    {"two values", oldJson, {3442, 0}, R"({"e":[{"n":"120","v":5,"bv":true}]})"_t, invalid},
    {"no value", oldJson, {3442, 0}, R"({"e":[{"n":"120"}]})"_t, invalid},
    {"a number as text", oldJson, {3442, 0}, R"({"e":[{"n":"120","sv":"5"}]})"_t, invalid},
    {"text as a number", oldJson, {3442, 0}, R"({"e":[{"n":"110","v":"x"}]})"_t, invalid},
    {"bad base64", oldJson, {3442, 0}, R"({"e":[{"n":"150","sv":"*"}]})"_t, invalid},
    {"outside the target", oldJson, {3442, 0}, R"({"bn":"/3/0/","e":[{"n":"9","v":5}]})"_t, invalid},
    {"the same path twice", oldJson, {3442, 0}, R"({"e":[{"n":"120","v":5},{"n":"120","v":6}]})"_t, invalid},

    {"ETCH for one path", etch, {3442, 0, 120}, "80"_h, unsupported},
    {"no map", lwm2mCbor, {3442, 0}, "80"_h, invalid},
    {"empty payload", lwm2mCbor, {3442, 0}, {}, corrupt},
    {"ends inside a map", lwm2mCbor, {3442, 0}, "A1 82 190D72 00"_h, corrupt},
    {"more after the map", lwm2mCbor, {3442, 0}, "A0 00"_h, corrupt},
    {"text as a key", lwm2mCbor, {3442, 0}, "A1 61 33 A0"_h, invalid},
    {"nothing of the target", lwm2mCbor, {3, 0, 11, 0}, "A1 82 03 00 A0"_h, invalid},
    {"negative key", lwm2mCbor, {3442, 0}, "A1 20 A0"_h, invalid},
    {"empty key", lwm2mCbor, {3442, 0}, "A1 80 A0"_h, invalid},
    {"an identifier beyond 16 bits", lwm2mCbor, {3442, 0}, "A1 1A00010000 A0"_h, invalid},
    {"a path of five levels", lwm2mCbor, {}, "A1 85 03 00 06 00 00 01"_h, invalid},
    {"a map below a Resource Instance", lwm2mCbor, {}, "A1 84 03 00 06 00 A0"_h, invalid},
    {"a value for an instance", lwm2mCbor, {3442, 0}, "A1 82 190D72 00 05"_h, invalid},
    {"null", lwm2mCbor, {3442, 0}, "A1 83 190D72 00 1878 F6"_h, invalid},
    {"outside the target", lwm2mCbor, {3442, 0}, "A1 83 03 00 09 05"_h, invalid},
    {"another instance, empty", lwm2mCbor, {3442, 0}, "A1 82 190D72 01 A0"_h, invalid},
    {"an open instance in a Write", lwm2mCbor, {3442, 0}, "A1 82 190D72 19FFFF A1 1878 05"_h, invalid},
    {"the same path twice", lwm2mCbor, {3442, 0}, "A2 83 190D72 00 1878 05 82 190D72 00 A1 1878 06"_h, invalid},
    {"instances of a single Resource", lwm2mCbor, {3442, 0}, "A1 83 190D72 00 1878 A1 00 05"_h, invalid},
    {"unknown Object", lwm2mCbor, {}, "A1 83 191267 00 00 05"_h, notFound},
};

struct BadTarget
{
    const char* why;
    api::ContentFormat format;
    Path target;
    std::vector<lwm2m::Record> records;
};

std::ostream& operator<<(std::ostream& out, const BadTarget& bad)
{
    return out << bad.why;
}

const lwm2m::Record integer{{3442, 0, 120}, model::Value(std::int64_t{5}), {}};

const BadTarget badTargets[] = {
    {"text for an instance", text, {3442, 0}, {integer}},
    {"text for a multiple Resource", text, {3, 0, 11}, {{{3, 0, 11, 0}, model::Value(std::int64_t{5}), {}}}},
    {"CBOR for an instance", cbor, {3442, 0}, {integer}},
    {"octet-stream for an integer", opaque, {3442, 0, 120}, {integer}},
    {"TLV for a composite", tlv, {}, {integer}},
    {"TLV for a time series", tlv, {3442, 0, 120}, {integer, integer}},
    {"link-format for a value", 40, {3442, 0, 120}, {integer}},
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_SUITE(bad_payloads)

BOOST_DATA_TEST_CASE(are_refused_as_what_they_are, badPayloads, bad)
{
    const auto records =
        lwm2m::decode(bad.format, bad.target, bad.payload, lwm2m::testDefinitions());

    BOOST_TEST_INFO((records ? lwm2m::show(*records) : records.error().message));
    BOOST_REQUIRE(!records.has_value());
    BOOST_TEST(base::toString(records.error().kind) == base::toString(bad.kind));
}

BOOST_DATA_TEST_CASE(are_not_made_for_targets_a_format_cannot_carry, badTargets, bad)
{
    const auto payload =
        lwm2m::encode(bad.format, bad.target, bad.records, lwm2m::testDefinitions());

    BOOST_REQUIRE(!payload.has_value());
    BOOST_TEST((payload.error().kind == ErrorKind::NotSupported));
}

BOOST_AUTO_TEST_SUITE_END()

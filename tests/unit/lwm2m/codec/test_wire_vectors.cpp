// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace std::string_literals;
using lwm2m::Record;
using model::Path;
using model::Value;

namespace {

constexpr auto text = lwm2m::plainTextFormat;
constexpr auto opaque = lwm2m::opaqueFormat;
constexpr auto cbor = lwm2m::cborFormat;
constexpr auto json = lwm2m::senmlJsonFormat;
constexpr auto senmlCbor = lwm2m::senmlCborFormat;
constexpr auto tlv = lwm2m::tlvFormat;
constexpr auto oldJson = lwm2m::oldJsonFormat;
constexpr auto lwm2mCbor = lwm2m::lwm2mCborFormat;

/// What stands on the wire, and what it means: both ways must hold.
struct Vector
{
    const char* source;
    api::ContentFormat format;
    Path target;
    base::Bytes payload;
    std::vector<Record> records;
};

std::ostream& operator<<(std::ostream& out, const Vector& vector)
{
    return out << vector.source << " (" << vector.format << ' ' << vector.target.toString() << ')';
}

base::Bytes operator""_h(const char* digits, std::size_t size)
{
    return lwm2m::hex({digits, size});
}

base::Bytes operator""_t(const char* characters, std::size_t size)
{
    return base::toBytes({characters, size});
}

Record integer(Path path, std::int64_t number)
{
    return {path, Value(number), {}};
}

Record string(Path path, std::string content)
{
    return {path, Value(std::move(content)), {}};
}

Record boolean(Path path, bool truth)
{
    return {path, Value(truth), {}};
}

Record number(Path path, double value)
{
    return {path, Value(value), {}};
}

Record octets(Path path, base::Bytes bytes)
{
    return {path, Value(std::move(bytes)), {}};
}

Record link(Path path, model::Id object, model::Id instance)
{
    return {path, Value(model::ObjectLink{object, instance}), {}};
}

Record time(Path path, std::int64_t seconds)
{
    return {path, Value(model::Time{seconds}), {}};
}

Record nothing(Path path)
{
    return {path, {}, {}};
}

const std::vector<Record> exampleDevice{
    string({3, 0, 0}, "Open Mobile Alliance"),
    string({3, 0, 1}, "Lightweight M2M Client"),
    string({3, 0, 2}, "345000123"),
    string({3, 0, 3}, "1.0"),
    integer({3, 0, 6, 0}, 1),
    integer({3, 0, 6, 1}, 5),
    integer({3, 0, 7, 0}, 3800),
    integer({3, 0, 7, 1}, 5000),
    integer({3, 0, 8, 0}, 125),
    integer({3, 0, 8, 1}, 900),
    integer({3, 0, 9}, 100),
    integer({3, 0, 10}, 15),
    integer({3, 0, 11, 0}, 0),
    time({3, 0, 13}, 1367491215),
    string({3, 0, 14}, "+02:00"),
    string({3, 0, 16}, "U"),
};

const auto exampleDeviceTlv =
    "C80014 4F70656E204D6F62696C6520416C6C69616E6365"
    "C80116 4C69676874776569676874204D324D20436C69656E74"
    "C80209 333435303030313233 C303 312E30 86 06 41 00 01 41 01 05"
    "88 07 08 42 00 0E D8 42 01 13 88 87 08 41 00 7D 42 01 03 84"
    "C1 09 64 C1 0A 0F 83 0B 41 00 00 C4 0D 51 82 42 8F C6 0E 2B30323A3030 C1 10 55"_h;

base::Bytes wrapped(base::Bytes head, const base::Bytes& content)
{
    head.insert(head.end(), content.begin(), content.end());
    return head;
}

constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr auto smallest = std::numeric_limits<std::int64_t>::min();

// clang-format off
const Vector vectors[] = {
    {"Core 1.1 §7.4.3.1", tlv, {3, 0}, exampleDeviceTlv, exampleDevice},
    {"Core 1.1 §7.4.3.2", tlv, {3}, wrapped("08 00 79"_h, exampleDeviceTlv), exampleDevice},
    {"one instance of /1", tlv, {1}, "08 00 0F C1 00 01 C4 01 00 01 51 80 C1 06 01 C1 07 55"_h,
     {integer({1, 0, 0}, 1), integer({1, 0, 1}, 86400), boolean({1, 0, 6}, true), string({1, 0, 7}, "U")}},
    {"ACL of two servers", tlv, {2}, "08 02 12 C1 00 03 C1 01 00 87 02 41 7F 07 61 01 36 01 C1 03 7F"_h,
     {integer({2, 2, 0}, 3), integer({2, 2, 1}, 0), integer({2, 2, 2, 127}, 7), integer({2, 2, 2, 310}, 1), integer({2, 2, 3}, 127)}},
    {"ETS 1630, length field corrected", tlv, {16},
     "08 01 2E 88 00 2B 48 00 11 486F737420446576696365204944202332 48 01 14 486F737420446576696365204D6F64656C202332"_h,
     {string({16, 1, 0, 0}, "Host Device ID #2"), string({16, 1, 0, 1}, "Host Device Model #2")}},
    {"multiple, one instance", tlv, {3, 0, 11}, "83 0B 41 00 00"_h, {integer({3, 0, 11, 0}, 0)}},
    {"multiple, empty", tlv, {3, 0, 6}, "80 06"_h, {nothing({3, 0, 6})}},
    {"instance, empty", tlv, {3442}, "00 07"_h, {nothing({3442, 7})}},
    {"object, empty", tlv, {3442}, {}, {}},
    {"Create without an instance", tlv, {3442}, "C1 78 05"_h, {integer({3442, 65535, 120}, 5)}},
    {"float32", tlv, {3303, 0, 5700}, "E4 16 44 41 B4 00 00"_h, {number({3303, 0, 5700}, 22.5)}},
    {"float64", tlv, {3303, 0, 5700}, "E8 16 44 08 40 36 19 99 99 99 99 9A"_h, {number({3303, 0, 5700}, 22.1)}},
    {"objlnk", tlv, {3442, 0, 170}, "C4 AA 00 42 00 00"_h, {link({3442, 0, 170}, 66, 0)}},
    {"null link", tlv, {3442, 0, 170}, "C4 AA FF FF FF FF"_h, {link({3442, 0, 170}, 65535, 65535)}},
    {"int8", tlv, {3442, 0, 120}, "C1 78 FF"_h, {integer({3442, 0, 120}, -1)}},
    {"int16", tlv, {3442, 0, 120}, "C2 78 00 80"_h, {integer({3442, 0, 120}, 128)}},
    {"int32", tlv, {3442, 0, 120}, "C4 78 FF FF 7F FF"_h, {integer({3442, 0, 120}, -32769)}},
    {"int64", tlv, {3442, 0, 120}, "C8 78 08 00 00 01 00 00 00 00 00"_h, {integer({3442, 0, 120}, 1099511627776)}},
    {"smallest", tlv, {3442, 0, 120}, "C8 78 08 80 00 00 00 00 00 00 00"_h, {integer({3442, 0, 120}, smallest)}},
    {"unsigned", tlv, {3442, 0, 125}, "C1 7D FF"_h, {{{3442, 0, 125}, Value(std::uint64_t{255}), {}}}},
    {"Leshan M18", tlv, {3, 0, 1}, "c8010b49542d544553542d313233"_h, {string({3, 0, 1}, "IT-TEST-123")}},
    {"Leshan M18", tlv, {3442, 0, 1120}, "a4046042000400"_h, {integer({3442, 0, 1120, 0}, 1024)}},
    {"Leshan M18", tlv, {3442, 0, 1110, 0}, "48000d696e697469616c2076616c7565"_h, {string({3442, 0, 1110, 0}, "initial value")}},
    {"Leshan M18", tlv, {3442, 0, 120}, "c2780400"_h, {integer({3442, 0, 120}, 1024)}},

    {"Leshan M18", text, {3, 0, 1}, "IT-TEST-123"_t, {string({3, 0, 1}, "IT-TEST-123")}},
    {"Leshan M18", text, {3442, 0, 150}, "ASNFZ4mrze8="_t, {octets({3442, 0, 150}, "0123456789abcdef"_h)}},
    {"Leshan M18", text, {3442, 0, 160}, "946684800"_t, {time({3442, 0, 160}, 946684800)}},
    {"decimal", text, {3303, 0, 5700}, "-22.5"_t, {number({3303, 0, 5700}, -22.5)}},
    {"never an exponent", text, {3303, 0, 5700}, "0.0000001"_t, {number({3303, 0, 5700}, 1e-7)}},
    {"boolean", text, {3442, 0, 140}, "0"_t, {boolean({3442, 0, 140}, false)}},
    {"objlnk", text, {3442, 0, 170}, "66:0"_t, {link({3442, 0, 170}, 66, 0)}},
    {"empty string", text, {3442, 0, 110}, {}, {string({3442, 0, 110}, "")}},
    {"resource instance", text, {3, 0, 11, 0}, "8"_t, {integer({3, 0, 11, 0}, 8)}},
    {"largest", text, {3442, 0, 120}, "9223372036854775807"_t, {integer({3442, 0, 120}, largest)}},
    {"Leshan M18", opaque, {3442, 0, 150}, "0123456789abcdef"_h, {octets({3442, 0, 150}, "0123456789abcdef"_h)}},

    {"RFC 8949", cbor, {1, 0, 1}, "1A 00015180"_h, {integer({1, 0, 1}, 86400)}},
    {"RFC 8949", cbor, {3442, 0, 140}, "F4"_h, {boolean({3442, 0, 140}, false)}},
    {"RFC 8949", cbor, {1, 0, 7}, "61 55"_h, {string({1, 0, 7}, "U")}},
    {"RFC 8949", cbor, {3442, 0, 120}, "38 27"_h, {integer({3442, 0, 120}, -40)}},
    {"RFC 8949", cbor, {3442, 0, 120}, "3B 7FFFFFFFFFFFFFFF"_h, {integer({3442, 0, 120}, smallest)}},
    {"RFC 8949", cbor, {3303, 0, 5700}, "FA 41B40000"_h, {number({3303, 0, 5700}, 22.5)}},
    {"RFC 8949", cbor, {3442, 0, 150}, "42 0102"_h, {octets({3442, 0, 150}, "0102"_h)}},
    {"a float that is whole", cbor, {3303, 0, 5700}, "FA 41B00000"_h, {number({3303, 0, 5700}, 22)}},
    {"Leshan M18, tag 1", cbor, {3442, 0, 160}, "c11a386d4380"_h, {time({3442, 0, 160}, 946684800)}},
    {"Leshan M18", cbor, {3442, 0, 130}, "fb400921f9f01b866e"_h, {number({3442, 0, 130}, 3.14159)}},

    {"Core 1.1 §7.4.4", json, {3, 0},
     R"([{"bn":"/3/0/","n":"0","vs":"Open Mobile Alliance"},{"n":"9","v":100},{"n":"11/0","v":0}])"_t,
     {string({3, 0, 0}, "Open Mobile Alliance"), integer({3, 0, 9}, 100), integer({3, 0, 11, 0}, 0)}},
    {"Leshan M18", json, {3442, 0, 160}, R"([{"bn":"/3442/0/160","v":946684800}])"_t, {time({3442, 0, 160}, 946684800)}},
    {"Leshan M18", json, {3442, 0, 1120}, R"([{"bn":"/3442/0/1120/","n":"0","v":1024}])"_t, {integer({3442, 0, 1120, 0}, 1024)}},
    {"Leshan M18", json, {2}, "[]"_t, {}},
    {"composite", json, {}, R"([{"bn":"/","n":"1/0/6","vb":false},{"n":"3442/0/170","vlo":"3:0"}])"_t,
     {boolean({1, 0, 6}, false), link({3442, 0, 170}, 3, 0)}},
    {"base64url without padding", json, {3442, 0, 150}, R"([{"bn":"/3442/0/150","vd":"-_8"}])"_t, {octets({3442, 0, 150}, "fbff"_h)}},
    {"64 bits", json, {3442, 0, 120}, R"([{"bn":"/3442/0/120","v":-9223372036854775808}])"_t, {integer({3442, 0, 120}, smallest)}},
    {"64 bits", json, {3442, 0, 125}, R"([{"bn":"/3442/0/125","v":18446744073709551615}])"_t,
     {{{3442, 0, 125}, Value(std::numeric_limits<std::uint64_t>::max()), {}}}},
    {"escapes", json, {3442, 0, 110}, R"([{"bn":"/3442/0/110","vs":"a\"b\\c\nd"}])"_t, {string({3442, 0, 110}, "a\"b\\c\nd")}},
    {"Create without an instance", json, {3442}, R"([{"bn":"/3442/","n":"65535/120","v":5}])"_t, {integer({3442, 65535, 120}, 5)}},

    {"Core 1.1 §7.4.5", senmlCbor, {3, 0},
     "83 A3 21 65 2F332F302F 00 61 30 03 74 4F70656E204D6F62696C6520416C6C69616E6365 A2 00 61 39 02 18 64 A2 00 64 31312F30 02 00"_h,
     {string({3, 0, 0}, "Open Mobile Alliance"), integer({3, 0, 9}, 100), integer({3, 0, 11, 0}, 0)}},
    {"ETS 257", senmlCbor, {}, "83 A3 21 61 2F 00 65 312F302F32 02 18 65 A2 00 65 312F302F36 04 F5 A2 00 66 332F302F3133 02 00"_h,
     {integer({1, 0, 2}, 101), boolean({1, 0, 6}, true), time({3, 0, 13}, 0)}},
    {"objlnk", senmlCbor, {3442, 0, 170}, "81 A2 21 6B 2F333434322F302F313730 63766C6F 63333A31"_h, {link({3442, 0, 170}, 3, 1)}},
    {"empty", senmlCbor, {3442}, "80"_h, {}},
    {"Leshan M18 bootstrap", senmlCbor, {1, 0},
     "85a321652f312f302f006130021908aea20061310219012ca20061320201a200613604f5a2006137036155"_h,
     {integer({1, 0, 0}, 2222), integer({1, 0, 1}, 300), integer({1, 0, 2}, 1), boolean({1, 0, 6}, true), string({1, 0, 7}, "U")}},
    {"Leshan M18 bootstrap", senmlCbor, {0, 0},
     "8ca321652f302f302f0061300376636f61703a2f2f3132372e302e302e313a3235373833a200613104f5a20061320203a20061330840a2"
     "0061340840a20061350840a20061360203a20061370840a20061380840a20061390360a2006231310201a2006231320200"_h,
     {string({0, 0, 0}, "coap://127.0.0.1:25783"), boolean({0, 0, 1}, true), integer({0, 0, 2}, 3), octets({0, 0, 3}, {}),
      octets({0, 0, 4}, {}), octets({0, 0, 5}, {}), integer({0, 0, 6}, 3), octets({0, 0, 7}, {}), octets({0, 0, 8}, {}),
      string({0, 0, 9}, ""), integer({0, 0, 11}, 1), integer({0, 0, 12}, 0)}},

    {"Core 1.0 §6.4.4", oldJson, {3, 0},
     R"({"bn":"/3/0/","e":[{"n":"0","sv":"Open Mobile Alliance"},{"n":"9","v":100},{"n":"11/0","v":0}]})"_t,
     {string({3, 0, 0}, "Open Mobile Alliance"), integer({3, 0, 9}, 100), integer({3, 0, 11, 0}, 0)}},
    {"each kind of value", oldJson, {3442, 0},
     R"({"bn":"/3442/0/","e":[{"n":"130","v":22.5},{"n":"140","bv":true},{"n":"150","sv":"AQI="},{"n":"160","v":5},{"n":"170","ov":"66:0"}]})"_t,
     {number({3442, 0, 130}, 22.5), boolean({3442, 0, 140}, true), octets({3442, 0, 150}, "0102"_h), time({3442, 0, 160}, 5),
      link({3442, 0, 170}, 66, 0)}},
    {"one Resource", oldJson, {1, 0, 1}, R"({"bn":"/1/0/","e":[{"n":"1","v":86400}]})"_t, {integer({1, 0, 1}, 86400)}},
    {"object, empty", oldJson, {3442}, R"({"bn":"/3442/","e":[]})"_t, {}},

    {"Core 1.2 §7.4.7", lwm2mCbor, {3, 0},
     "A1 82 03 00 A3 00 74 4F70656E204D6F62696C6520416C6C69616E6365 09 18 64 0B A1 00 00"_h,
     {string({3, 0, 0}, "Open Mobile Alliance"), integer({3, 0, 9}, 100), integer({3, 0, 11, 0}, 0)}},
    {"Core 1.2 §7.4.7", lwm2mCbor, {3, 0, 6}, "A1 83 03 00 06 A2 00 01 01 05"_h,
     {integer({3, 0, 6, 0}, 1), integer({3, 0, 6, 1}, 5)}},
    {"one Resource", lwm2mCbor, {1, 0, 1}, "A1 83 01 00 01 1A 00015180"_h, {integer({1, 0, 1}, 86400)}},
    {"one Resource Instance", lwm2mCbor, {3, 0, 6, 1}, "A1 84 03 00 06 01 05"_h, {integer({3, 0, 6, 1}, 5)}},
    {"two instances, one empty", lwm2mCbor, {3442}, "A2 82 190D72 00 A1 1878 05 82 190D72 07 A0"_h,
     {integer({3442, 0, 120}, 5), nothing({3442, 7})}},
    {"multiple, empty", lwm2mCbor, {3, 0, 6}, "A1 83 03 00 06 A0"_h, {nothing({3, 0, 6})}},
    {"object, empty", lwm2mCbor, {3442}, "A0"_h, {}},
    {"composite", lwm2mCbor, {}, "A2 82 01 00 A1 06 F4 82 190D72 00 A1 18AA 63 333A30"_h,
     {boolean({1, 0, 6}, false), link({3442, 0, 170}, 3, 0)}},
    {"Create without an instance", lwm2mCbor, {3442}, "A1 82 190D72 19FFFF A1 1878 05"_h,
     {integer({3442, 65535, 120}, 5)}},
};

/// Accepted though we would not write it like this.
const Vector tolerated[] = {
    {"instance around the Resources", tlv, {3303, 0}, "07 00 E4 16 44 41 B4 00 00"_h, {number({3303, 0, 5700}, 22.5)}},
    {"wide identifier and length", tlv, {3442, 0, 120}, "F8 0078 000001 05"_h, {integer({3442, 0, 120}, 5)}},
    {"float64 where float32 would do", tlv, {3303, 0, 5700}, "E8 16 44 08 40 36 80 00 00 00 00 00"_h, {number({3303, 0, 5700}, 22.5)}},
    {"unknown Resource", tlv, {3442, 0}, "C1 01 FF C1 78 05 81 02 00"_h, {integer({3442, 0, 120}, 5)}},
    {"any order", tlv, {3442, 0}, "C1 8C 01 C1 78 05"_h, {integer({3442, 0, 120}, 5), boolean({3442, 0, 140}, true)}},
    {"names relative to the target", oldJson, {1, 0}, R"({"e":[{"n":"1","v":60}],"bt":5})"_t, {integer({1, 0, 1}, 60)}},
    {"an empty name", oldJson, {1, 0, 1}, R"({"e":[{"n":"","v":60}]})"_t, {integer({1, 0, 1}, 60)}},
    {"Core 1.2 §7.4.7, keys of several lengths", lwm2mCbor, {},
     "A2 82 03 00 A2 00 74 4F70656E204D6F62696C6520416C6C69616E6365 09 18 64 83 01 00 01 1A 00015180"_h,
     {integer({1, 0, 1}, 86400), string({3, 0, 0}, "Open Mobile Alliance"), integer({3, 0, 9}, 100)}},
    {"a map for each level", lwm2mCbor, {3, 0, 6}, "A1 03 A1 00 A1 06 A2 00 01 01 05"_h,
     {integer({3, 0, 6, 0}, 1), integer({3, 0, 6, 1}, 5)}},
    {"open maps and keys", lwm2mCbor, {3, 0}, "BF 9F 03 00 FF BF 09 1864 FF FF"_h, {integer({3, 0, 9}, 100)}},
    {"unknown Resource", lwm2mCbor, {3442, 0}, "A1 82 190D72 00 A2 01 05 1878 05"_h, {integer({3442, 0, 120}, 5)}},
    {"exponent", text, {3303, 0, 5700}, "1e3"_t, {number({3303, 0, 5700}, 1000)}},
    {"a whole float for an integer", text, {3442, 0, 120}, "10.0"_t, {integer({3442, 0, 120}, 10)}},
    {"an exponent for an integer", text, {3442, 0, 120}, "1e3"_t, {integer({3442, 0, 120}, 1000)}},
    {"base64url, no padding", text, {3442, 0, 150}, "-_8"_t, {octets({3442, 0, 150}, "fbff"_h)}},
    {"integer for a float", cbor, {3303, 0, 5700}, "16"_h, {number({3303, 0, 5700}, 22)}},
    {"whole float for an integer", cbor, {3442, 0, 120}, "F9 4900"_h, {integer({3442, 0, 120}, 10)}},
    {"half float", cbor, {3303, 0, 5700}, "F9 4DA0"_h, {number({3303, 0, 5700}, 22.5)}},
    {"text in pieces", cbor, {3442, 0, 110}, "7F 61 61 61 62 FF"_h, {string({3442, 0, 110}, "ab")}},
    {"characters in pieces", cbor, {3442, 0, 110}, "7F 62 C3A9 61 61 FF"_h, {string({3442, 0, 110}, "\xC3\xA9" "a")}},
    {"octets in pieces", cbor, {3442, 0, 150}, "5F 41 01 41 02 FF"_h, {octets({3442, 0, 150}, "0102"_h)}},
    {"RFC 8949 appendix A, tag 0", cbor, {3442, 0, 160}, "C0 74 323031332D30332D32315432303A30343A30305A"_h, {time({3442, 0, 160}, 1363896240)}},
    {"Leshan M18, objlnk as a string", json, {3442, 0, 170}, R"([{"bn":"/3442/0/170","vs":"3:0"}])"_t, {link({3442, 0, 170}, 3, 0)}},
    {"Leshan M18, a base name each", json, {}, R"([{"bn":"/3/0/15","vs":"UTC"},{"bn":"/3/0/14","vs":"Z"}])"_t,
     {string({3, 0, 14}, "Z"), string({3, 0, 15}, "UTC")}},
    {"padded base64", json, {3442, 0, 150}, R"([{"n":"/3442/0/150","vd":"+/8="}])"_t, {octets({3442, 0, 150}, "fbff"_h)}},
    {"whole float for an integer", json, {3442, 0, 120}, R"([{"n":"/3442/0/120","v":1e3}])"_t, {integer({3442, 0, 120}, 1000)}},
    {"unknown labels, units and times", json, {3442, 0, 120},
     R"([{"bver":5,"bt":1.5,"bu":"V","x":1,"n":"/3442/0/120","u":"A","t":-3,"v":1}])"_t, {integer({3442, 0, 120}, 1)}},
    {"an unknown label with an object", json, {3442, 0, 120}, R"([{"n":"/3442/0/120","foo":{"a":1,"n":"/9","b":[{}]},"v":5}])"_t, {integer({3442, 0, 120}, 5)}},
    {"an unknown label with an array", json, {3442, 0, 120}, R"([{"n":"/3442/0/120","v":5,"foo":[1,[null,"x"],{"v_":true}]}])"_t, {integer({3442, 0, 120}, 5)}},
    {"a record after an unknown label", json, {}, R"([{"foo":[[]],"n":"/3442/0/120","v":5},{"n":"/3442/0/110","vs":"x"}])"_t,
     {string({3442, 0, 110}, "x"), integer({3442, 0, 120}, 5)}},
    {"an unknown label with an array", senmlCbor, {3442, 0, 120}, "81 A3 00 6B 2F333434322F302F313230 02 05 63 666F6F 82 01 02"_h, {integer({3442, 0, 120}, 5)}},
    {"an unknown label with open maps in arrays", senmlCbor, {3442, 0, 120}, "81 A3 00 6B 2F333434322F302F313230 63 666F6F 9F BF 61 61 82 A0 F7 FF 7F 61 61 FF FF 02 05"_h, {integer({3442, 0, 120}, 5)}},
    {"an unknown number with a tag", senmlCbor, {3442, 0, 120}, "81 A3 00 6B 2F333434322F302F313230 18 32 C2 41 01 02 05"_h, {integer({3442, 0, 120}, 5)}},
    {"white space", json, {3442, 0, 120}, " [ { \"n\" : \"/3442/0/120\", \"v\" : 1 } ]\n"_t, {integer({3442, 0, 120}, 1)}},
    {"open lengths", senmlCbor, {3442, 0, 120}, "9F BF 00 6B 2F333434322F302F313230 02 01 FF FF"_h, {integer({3442, 0, 120}, 1)}},
    {"label after value", senmlCbor, {3442, 0, 120}, "81 A2 02 01 00 6B 2F333434322F302F313230"_h, {integer({3442, 0, 120}, 1)}},
    {"time series label", senmlCbor, {3303, 0, 5700}, "81 A4 21 6C 2F333330332F302F35373030 22 1A 6553F100 06 381D 02 FA 41B40000"_h,
     {number({3303, 0, 5700}, 22.5)}},
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_SUITE(wire_vectors)

BOOST_DATA_TEST_CASE(encode_to_the_octets_of_the_vector, vectors, vector)
{
    const auto payload =
        lwm2m::encode(vector.format, vector.target, vector.records, lwm2m::testDefinitions());

    BOOST_TEST_INFO((payload ? "" : payload.error().message));
    BOOST_REQUIRE(payload.has_value());
    BOOST_TEST(base::toHex(*payload) == base::toHex(vector.payload));
}

BOOST_DATA_TEST_CASE(decode_to_the_records_of_the_vector, vectors, vector)
{
    const auto records =
        lwm2m::decode(vector.format, vector.target, vector.payload, lwm2m::testDefinitions());

    BOOST_TEST_INFO((records ? "" : records.error().message));
    BOOST_REQUIRE(records.has_value());
    BOOST_TEST(*records == vector.records, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(decode_what_other_implementations_send, tolerated, vector)
{
    const auto records =
        lwm2m::decode(vector.format, vector.target, vector.payload, lwm2m::testDefinitions());

    BOOST_TEST_INFO((records ? "" : records.error().message));
    BOOST_REQUIRE(records.has_value());
    BOOST_TEST(*records == vector.records, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

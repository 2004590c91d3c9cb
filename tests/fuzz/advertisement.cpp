// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>
#include <vector>

#include "bridges/ble/frame_decoder.hpp"
#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

namespace {

/// Fields with every width, a text at the end, TLV with counted objects, encryption.
const std::string head = "title = \"T\"\nmanufacturer = \"M\"\nmodel = \"M\"\n[ble]\n";
const std::string fixedText =
    head + "company = 1\nprefix = \"05\"\ncounter = { at = 3, octets = 2 }\n"
           "[[resource]]\npath = \"/3303/0/5700\"\nat = 1\ntype = \"s16\"\nscale = 0.01\n"
           "[[resource]]\npath = \"/3304/0/5700\"\nat = 1\ntype = \"u24\"\nmodulo = 1000\n"
           "[[resource]]\npath = \"/3315/0/5700\"\nat = 0\ntype = \"f64\"\n"
           "[[resource]]\npath = \"/3/0/3\"\nat = 4\ntype = \"string\"\noctets = 5\n";
const std::string tlvText =
    head + "service = \"fcd2\"\nencryption = \"bthome-v2\"\ncounter = { object = 0 }\n"
           "tlv = { first = 1, lengths = { 0x00 = 1, 0x02 = 2, 0x45 = 2, 0x53 = \"counted\" } }\n"
           "[[resource]]\npath = \"/3303/0/5700\"\nobject = 2\ntype = \"s16\"\n"
           "also = [{ object = 0x45, occurrence = 1, type = \"s16\", scale = 0.1 }]\n"
           "[[resource]]\npath = \"/3/0/3\"\nobject = 0x53\ntype = \"string\"\noctets = 3\n";

/// Identifiers of two octets.
const std::string wideText =
    head + "service = \"fcd2\"\n"
           "tlv = { identifier-octets = 2, lengths = { 0x1004 = \"counted\", 0x4c01 = 4 } }\n"
           "[[resource]]\npath = \"/3303/0/5700\"\nobject = 0x1004\ntype = \"s16\"\n"
           "also = [{ object = 0x4c01, type = \"f32\" }]\n";

struct Format
{
    explicit Format(const std::string& text)
        : profile(parseProfile(text, "fuzz.toml", model::builtInDefinitions()).value())
    {
        for (const auto& mapping : profile.mappings) {
            if (mapping.source)
                sources.push_back(*mapping.source);
        }
    }

    void decode(base::ByteView payload, base::ByteView key) const
    {
        const ble::Advertisement heard{
            "54:48:E6:8F:80:A5",
            {},
            {},
            {{1, {payload.begin(), payload.end()}}},
            {{"0000fcd2-0000-1000-8000-00805f9b34fb", {payload.begin(), payload.end()}}}};
        const auto found = ble::payloadIn(profile.advertisement, heard);
        if (!found)
            return;
        const auto plain = ble::openPayload(profile.advertisement, *found, heard.address, key);
        if (!plain)
            return;
        const auto frame = ble::decodeFrame(profile.advertisement, sources, plain->octets);
        if (frame && frame->values.size() > sources.size())
            std::abort();
    }

    DeviceProfile profile;
    std::vector<ble::Source> sources;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    static const Format fixed(fixedText);
    static const Format tlv(tlvText);
    static const Format wide(wideText);
    static const base::Bytes key(16, 0x23);
    const base::ByteView payload(octets, size);
    fixed.decode(payload, {});
    tlv.decode(payload, {});
    tlv.decode(payload, key);
    wide.decode(payload, {});
    return 0;
}

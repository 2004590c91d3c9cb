// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>

#include "bridges/ble/gatt_values.hpp"
#include "bridges/profile_file.hpp"

using namespace causeway;
using namespace causeway::bridges;

namespace {

/// Numbers with flags, sums and exponents, bits, and texts, each from the same octets.
const std::string text =
    "title = \"T\"\nmanufacturer = \"M\"\nmodel = \"M\"\n[ble]\nconnect = true\n"
    "[[resource]]\npath = \"/3303/0/5700\"\ncharacteristic = \"2a1c\"\nat = 1\ntype = \"u32\"\n"
    "decode = \"ieee-11073\"\nwhen = { at = 0, bit = 0, set = false }\n"
    "also = [{ at = 1, type = \"u16\", decode = \"ieee-11073\", when = { at = 0, bit = 0 } }]\n"
    "[[resource]]\npath = \"/3315/0/5700\"\ncharacteristic = \"aa01\"\ntype = \"s32\"\n"
    "plus = { at = 4, type = \"u8\", scale = 0.01, when = { at = 5, bit = 7 } }\n"
    "[[resource]]\npath = \"/3301/0/5700\"\ncharacteristic = \"aa02\"\ntype = \"u16\"\n"
    "decode = \"opt3001\"\n"
    "[[resource]]\npath = \"/3347/0/5500\"\ncharacteristic = \"aa02\"\nat = 2\ntype = \"bit\"\n"
    "bit = 7\n"
    "[[resource]]\npath = \"/3/0/3\"\ncharacteristic = \"aa03\"\nat = 2\ntype = \"string\"\n"
    "octets = 5\n"
    "[[resource]]\npath = \"/3308/0/5900\"\ncharacteristic = \"aa04\"\ntype = \"s24\"\n"
    "scale = 0.1\nlength = 3\nwrite = { range = [-100, 100] }\n";

/// What was read and is in range can be written, and is then the same octets.
void checkWrite(const ble::ReadingPlan& plan,
                const std::vector<std::pair<model::Path, model::Value>>& values,
                base::ByteView octets)
{
    const auto& [path, source] = plan.sources.front();
    if (!source.fields.front().point.write || values.empty())
        return;
    const auto written = ble::octetsFor(source, values.front().second);
    if (written && !std::equal(written->begin(), written->end(), octets.begin(), octets.end()))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    static const auto profile =
        parseProfile(text, "fuzz.toml", model::builtInDefinitions()).value();
    static const auto plans = ble::readingPlans(profile);
    for (const auto& plan : plans) {
        const auto values = ble::valuesIn(plan, {octets, size});
        if (values && values->values.size() + values->missing.size() > plan.sources.size())
            std::abort();
        if (values)
            checkWrite(plan, values->values, {octets, size});
    }
    return 0;
}

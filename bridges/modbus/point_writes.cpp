// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/point_writes.hpp"

#include <utility>

#include "agent/base/expected.hpp"
#include "bridges/modbus/register_codec.hpp"
#include "bridges/modbus/unit_port.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::fail;

WriteRule ruleOf(const Point& point)
{
    return point.write.value_or(WriteRule{});
}

WriteTarget targetOf(const Point& point)
{
    const WriteRule rule = ruleOf(point);
    return {rule.table.value_or(point.table),
            rule.address.value_or(point.address),
            point.encoding.shift};
}

std::vector<std::uint16_t> bitsToKeep(const Point& point)
{
    return point.executeValue || ruleOf(point).usesMask ? std::vector<std::uint16_t>{}
                                                        : foreignBits(point);
}

bool changesOver(const Point& point)
{
    return point.executeToggles || ruleOf(point).toggles;
}

bool dependsOnState(const Point& point)
{
    return changesOver(point) || point.exponentAddress;
}

std::vector<std::uint16_t> flipped(const Point& point, std::vector<std::uint16_t> found)
{
    found.front() ^= holdsBits(point.table)
                         ? std::uint16_t{1}
                         : static_cast<std::uint16_t>(~foreignBits(point).front());
    return found;
}

bool holds(const Point& point, Answer found, const std::vector<std::uint16_t>& written)
{
    if (point.exponentAddress) { // the exponent was read, too
        const auto first = found.begin() + (point.address - point.extent().address);
        found = Answer(first, first + point.count());
    }
    const auto foreign = foreignBits(point);
    if (foreign.empty() || found.size() != written.size())
        return found == written;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (((found[i] ^ written[i]) & ~foreign[i] & 0xFFFFU) != 0)
            return false;
    }
    return true;
}

std::vector<std::uint16_t> ended(const Point& point, const std::vector<std::uint16_t>& words)
{
    const auto begun = decode(point, words);
    const bool* const flag = begun ? std::get_if<bool>(&*begun) : nullptr;
    auto back = flag != nullptr ? encode(point, model::Value(!*flag))
                                : fail(ErrorKind::Internal, "no flag");
    return back ? std::move(*back) : std::vector<std::uint16_t>(words.size());
}

std::vector<std::uint16_t> withOthers(const Point& point,
                                      std::vector<std::uint16_t> own,
                                      const std::vector<std::uint16_t>& found)
{
    const auto kept = bitsToKeep(point);
    for (std::size_t i = 0; i < kept.size(); ++i)
        own[i] |= static_cast<std::uint16_t>(found[i] & kept[i]);
    return own;
}

Request pulseEnd(std::uint8_t unitId, const Point& what, const std::vector<std::uint16_t>& words)
{
    return writeRequest(unitId, what, withOthers(what, ended(what, words), words));
}

} // namespace causeway::bridges::modbus

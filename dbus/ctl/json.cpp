// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/json.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "agent/base/bytes.hpp"

namespace causeway::dbus::ctl {

namespace {

Json plainJson(const sdbus::Variant& variant)
{
    const auto value = toValue(variant);
    if (!value)
        return Json("?" + signatureOf(variant));
    return std::visit(
        [](const auto& inside) -> Json {
            using Inside = std::decay_t<decltype(inside)>;
            if constexpr (std::is_arithmetic_v<Inside> || std::is_same_v<Inside, std::string>)
                return Json(inside);
            else
                return Json(model::toText(model::Value(inside)));
        },
        *value);
}

} // namespace

Json toJson(const sdbus::Variant& variant)
{
    const auto signature = signatureOf(variant);
    if (signature == "a{sv}")
        return toJson(variant.get<Dictionary>());
    if (signature == "aa{sv}")
        return toJson(variant.get<std::vector<Dictionary>>());
    if (signature == "as")
        return Json(variant.get<std::vector<std::string>>());
    if (signature == "au")
        return Json(variant.get<std::vector<std::uint32_t>>());
    if (signature == "a{st}")
        return Json(variant.get<std::map<std::string, std::uint64_t>>());
    if (signature == "v")
        return toJson(variant.get<sdbus::Variant>());
    return plainJson(variant);
}

Json toJson(const Dictionary& dictionary)
{
    Json object = Json::object();
    for (const auto& [key, value] : dictionary)
        object[key] = toJson(value);
    return object;
}

Json toJson(const std::vector<Dictionary>& dictionaries)
{
    Json list = Json::array();
    for (const auto& dictionary : dictionaries)
        list.push_back(toJson(dictionary));
    return list;
}

Json toJson(const BusSample& sample)
{
    return {
        {"path", sample.get<0>()},
        {"value", toJson(sample.get<1>())},
        {"type", sample.get<2>()},
        {"takenAt", sample.get<3>()},
        {"quality", sample.get<4>()},
    };
}

std::string toText(const Json& json)
{
    if (json.is_string())
        return json.get<std::string>();
    if (json.is_boolean())
        return json.get<bool>() ? "yes" : "no";
    if (!json.is_array())
        return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string list;
    for (const auto& item : json)
        list.append(list.empty() ? "" : ", ").append(toText(item));
    return list;
}

std::string toAscii(const Json& json, int indent)
{
    return json.dump(indent, ' ', true, Json::error_handler_t::replace);
}

std::string timeText(std::uint64_t microseconds)
{
    if (microseconds == 0)
        return "-";
    const auto seconds = static_cast<std::time_t>(microseconds / 1000000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", parts, microseconds / 1000 % 1000);
}

} // namespace causeway::dbus::ctl

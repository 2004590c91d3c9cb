// SPDX-License-Identifier: Apache-2.0
#include "dbus/scan_dict.hpp"

#include <optional>

#include <fmt/format.h>

#include "dbus/settings_dict.hpp"

namespace causeway::dbus {

using api::LineSettings;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::int64_t mostUnit = 255;
constexpr std::int64_t mostTimeout = 60'000;
/// There are not that many speeds.
constexpr std::size_t mostPerScan = 32;

/// The parity as Settings has it.
Expected<LineSettings::Parity> parityOf(const std::string& word)
{
    return changed(LineSettings{}, {{"parity", sdbus::Variant(word)}})
        .map([](const LineSettings& settings) { return settings.parity; });
}

template <typename Item>
std::optional<std::vector<Item>> listOf(const sdbus::Variant& value, const char* signature)
{
    if (signatureOf(value) != signature)
        return std::nullopt;
    auto items = value.get<std::vector<Item>>();
    return items.size() <= mostPerScan ? std::optional(std::move(items)) : std::nullopt;
}

std::optional<std::int64_t> numberIn(const sdbus::Variant& value, std::int64_t largest)
{
    const auto number = toValue(value).and_then(
        [](const model::Value& any) { return model::convert(any, model::ResourceType::Integer); });
    const auto* whole = number ? std::get_if<std::int64_t>(&*number) : nullptr;
    return whole != nullptr && *whole >= 0 && *whole <= largest ? std::optional(*whole)
                                                                : std::nullopt;
}

tl::unexpected<base::Error> bad(const std::string& key, const char* wanted)
{
    return fail(ErrorKind::InvalidArgument, fmt::format("{} must be {}", key, wanted));
}

Expected<void>
take(api::ScanSettings& settings, const std::string& key, const sdbus::Variant& value)
{
    if (key == "baudRates") {
        const auto rates = listOf<std::uint32_t>(value, "au");
        if (!rates)
            return bad(key, "a list of numbers (au)");
        settings.baudRates = *rates;
        return {};
    }
    if (key == "parities") {
        const auto words = listOf<std::string>(value, "as");
        if (!words)
            return bad(key, "a list of texts (as)");
        for (const auto& word : *words) {
            const auto parity = parityOf(word);
            if (!parity)
                return fail(parity.error());
            settings.parities.push_back(*parity);
        }
        return {};
    }
    const bool isTimeout = key == "responseTimeout";
    if (!isTimeout && key != "firstUnit" && key != "lastUnit")
        return fail(ErrorKind::InvalidArgument, fmt::format("a scan has no option {}", key));
    const auto number = numberIn(value, isTimeout ? mostTimeout : mostUnit);
    if (!number)
        return bad(key, isTimeout ? "0 to 60000" : "0 to 255");
    if (isTimeout)
        settings.responseTimeout = std::chrono::milliseconds(*number);
    else
        (key == "firstUnit" ? settings.firstUnit : settings.lastUnit) =
            static_cast<std::uint8_t>(*number);
    return {};
}

Dictionary foundDictionary(const api::FoundUnit& unit)
{
    const auto line = toDictionary(unit.line);
    Dictionary dictionary{
        {"unit", sdbus::Variant(unit.unitId)},
        {"profiles", sdbus::Variant(unit.profiles)},
    };
    if (unit.line.kind != api::LineSettings::Kind::Rtu)
        return dictionary; // a TCP connection has no speed
    for (const char* key : {"baudRate", "parity", "stopBits"}) {
        if (const auto found = line.find(key); found != line.end())
            dictionary.insert(*found);
    }
    return dictionary;
}

} // namespace

Expected<api::ScanSettings> scanSettings(const Dictionary& options)
{
    api::ScanSettings settings;
    for (const auto& [key, value] : options) {
        if (auto taken = take(settings, key, value); !taken)
            return fail(taken.error());
    }
    return settings;
}

Dictionary toDictionary(const api::ScanStatus& scan)
{
    std::vector<Dictionary> found;
    for (const auto& unit : scan.found)
        found.push_back(foundDictionary(unit));
    return {
        {"running", sdbus::Variant(scan.isRunning)},
        {"done", sdbus::Variant(scan.done)},
        {"total", sdbus::Variant(scan.total)},
        {"found", sdbus::Variant(found)},
    };
}

} // namespace causeway::dbus

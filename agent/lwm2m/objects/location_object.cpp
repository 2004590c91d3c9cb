// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/location_object.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;
using model::Value;

namespace {

namespace resource {
constexpr Id latitude = 0;
constexpr Id longitude = 1;
constexpr Id altitude = 2;
constexpr Id timestamp = 5;
} // namespace resource

constexpr std::array present{
    resource::latitude, resource::longitude, resource::altitude, resource::timestamp};

struct Bound
{
    double least;
    double most;
};

// No device stands below the deepest trench, nor above the highest orbit that stands still.
constexpr std::array<Bound, 3> bounds{{{-90, 90}, {-180, 180}, {-12'000, 36'000'000}}};

} // namespace

Expected<Position> parsePosition(std::string_view text)
{
    constexpr std::size_t longestText = 64; // three numbers with more digits than any survey has
    std::array<double, 3> numbers{};
    std::size_t count = 0;
    const char* next = text.data();
    const char* const end = text.data() + text.size();
    bool isGood = text.size() <= longestText;
    while (isGood && count < numbers.size()) {
        double& number = numbers[count];
        const auto [stop, error] = std::from_chars(next, end, number, std::chars_format::fixed);
        // Not what is no number either, which compares as false.
        isGood = error == std::errc() && number >= bounds[count].least &&
                 number <= bounds[count].most && (stop == end || *stop == ' ');
        ++count;
        next = stop;
        if (!isGood || stop == end)
            break;
        ++next;
    }
    if (!isGood || next != end || count < 2)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is no position: it takes degrees north, degrees east and, "
                                "if known, metres of altitude: 52.5163 13.3777 34",
                                text.substr(0, longestText)));
    return Position{numbers[0], numbers[1], count == 3 ? std::optional(numbers[2]) : std::nullopt};
}

LocationObject::LocationObject(const model::ObjectDefinition& definition,
                               Position position,
                               model::Time since,
                               base::Scheduler& scheduler)
    : SingleObject(definition, scheduler)
    , position_(position)
    , since_(since)
{}

std::vector<Id> LocationObject::resources(Id) const
{
    auto ids = definedOf(definition(), present);
    if (!position_.altitude)
        std::erase(ids, resource::altitude);
    return ids;
}

Expected<model::Sample> LocationObject::read(const Path& path) const
{
    switch (path.resource()) {
    case resource::latitude:
        return sampleOf(path, Value(position_.latitude));
    case resource::longitude:
        return sampleOf(path, Value(position_.longitude));
    case resource::altitude:
        return sampleOf(path, Value(position_.altitude.value_or(0)));
    case resource::timestamp:
        return sampleOf(path, Value(since_));
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

} // namespace causeway::lwm2m

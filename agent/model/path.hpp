// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/base/expected.hpp"

namespace causeway::model {

/// 65535 is MAX_ID, never a real identifier (LwM2M Core §7.2); real ones end at 65534.
using Id = std::uint16_t;
inline constexpr Id maxId = 65535;

/// "/", "/3", "/3/0", "/3/0/6" or "/3/0/6/1": nothing to four identifiers.
class Path
{
public:
    static constexpr std::size_t mostLevels = 4;

    constexpr Path() = default;

    constexpr Path(std::initializer_list<Id> ids)
    {
        for (const Id id : ids)
            ids_[size_++] = id;
    }

    /// Text as it stands in SenML, D-Bus and profiles: a leading '/', decimal identifiers without
    /// leading zeros up to 65534, at most four; "/" is the root.
    [[nodiscard]] static base::Expected<Path> parse(std::string_view text);
    [[nodiscard]] std::string toString() const;

    [[nodiscard]] constexpr std::size_t size() const { return size_; }

    [[nodiscard]] constexpr bool isRoot() const { return size_ == 0; }

    [[nodiscard]] constexpr bool isObject() const { return size_ == 1; }

    [[nodiscard]] constexpr bool isInstance() const { return size_ == 2; }

    [[nodiscard]] constexpr bool isResource() const { return size_ == 3; }

    [[nodiscard]] constexpr bool isResourceInstance() const { return size_ == 4; }

    /// Only for levels that the path has.
    [[nodiscard]] constexpr Id operator[](std::size_t level) const { return ids_[level]; }

    [[nodiscard]] constexpr Id object() const { return ids_[0]; }

    [[nodiscard]] constexpr Id instance() const { return ids_[1]; }

    [[nodiscard]] constexpr Id resource() const { return ids_[2]; }

    [[nodiscard]] constexpr Id resourceInstance() const { return ids_[3]; }

    /// Only below four levels; only above the root.
    [[nodiscard]] constexpr Path child(Id id) const
    {
        Path longer = *this;
        longer.ids_[longer.size_++] = id;
        return longer;
    }

    [[nodiscard]] constexpr Path parent() const { return upTo(size_ - 1U); }

    /// The first `levels` levels.
    [[nodiscard]] constexpr Path upTo(std::size_t levels) const
    {
        Path shorter;
        for (std::size_t i = 0; i < levels && i < size_; ++i)
            shorter.ids_[shorter.size_++] = ids_[i];
        return shorter;
    }

    /// A path contains itself and everything below it; the root contains all.
    [[nodiscard]] constexpr bool contains(const Path& other) const
    {
        return size_ <= other.size_ && other.upTo(size_) == *this;
    }

    /// Parents before children, siblings by number.
    constexpr std::strong_ordering operator<=>(const Path& other) const
    {
        for (std::size_t i = 0; i < size_ && i < other.size_; ++i) {
            if (ids_[i] != other.ids_[i])
                return ids_[i] <=> other.ids_[i];
        }
        return size_ <=> other.size_;
    }

    constexpr bool operator==(const Path& other) const { return std::is_eq(*this <=> other); }

private:
    std::array<Id, mostLevels> ids_{};
    std::uint8_t size_ = 0;
};

} // namespace causeway::model

template <>
struct std::hash<causeway::model::Path>
{
    std::size_t operator()(const causeway::model::Path& path) const noexcept
    {
        std::uint64_t packed = path.size();
        for (std::size_t i = 0; i < path.size(); ++i)
            packed = packed * 65537U + path[i];
        return std::hash<std::uint64_t>{}(packed);
    }
};

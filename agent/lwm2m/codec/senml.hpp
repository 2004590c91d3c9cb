// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"

/// What SenML JSON and SenML CBOR share (RFC 8428, LwM2M Core §7.4.5): everything but the syntax.
namespace causeway::lwm2m {

/// The labels of RFC 8428 §4 by their CBOR numbers; LwM2M's own has a text key in both syntaxes.
enum class SenmlLabel : std::int8_t {
    BaseSum = -6,
    BaseValue = -5,
    BaseUnit = -4,
    BaseTime = -3,
    BaseName = -2,
    BaseVersion = -1,
    Name = 0,
    Unit = 1,
    Value = 2,
    StringValue = 3,
    BooleanValue = 4,
    Sum = 5,
    Time = 6,
    UpdateTime = 7,
    DataValue = 8,
    ObjectLinkValue = 100,
};

[[nodiscard]] std::optional<SenmlLabel> senmlLabel(std::string_view jsonName);
[[nodiscard]] std::optional<SenmlLabel> senmlLabel(std::int64_t cborNumber);

/// How many arrays and objects the value of an unknown label may have inside each other: no
/// extension of SenML has more than three, and what is skipped is to cost no more than this.
inline constexpr std::size_t deepestUnknownValue = 64;

/// A resolved record: where, and what if it says so.
struct SenmlEntry
{
    model::Path path;
    std::optional<model::Value> value;
    bool isRemoval = false; ///< the value is null (RFC 8790 §4)
};

/// RFC 8790: what a null says of a value.
enum class SenmlNull : std::uint8_t { IsRefused, Removes };

/// Takes the fields of one pack as a parser meets them and resolves base names. Times are checked
/// and dropped: a Write says what a Resource is to be, not when it was.
class SenmlPack
{
public:
    [[nodiscard]] base::Expected<void> field(SenmlLabel label, model::Value value);

    /// The field is null: as a value it removes what the record names.
    [[nodiscard]] base::Expected<void> nullField(SenmlLabel label);

    /// A label that is none of the above: to be ignored, unless it ends in '_' (RFC 8428 §4.4).
    [[nodiscard]] base::Expected<void> unknownField(std::string_view name) const;

    [[nodiscard]] base::Expected<void> endRecord();

    [[nodiscard]] std::vector<SenmlEntry> take() && { return std::move(entries_); }

private:
    [[nodiscard]] base::Expected<void> text(std::string& into, const model::Value& value) const;
    [[nodiscard]] base::Expected<void> setValue(SenmlLabel label, model::Value value);

    std::string baseName_;
    std::string name_;
    std::optional<model::Value> value_;
    bool isRemoval_ = false;
    std::set<SenmlLabel> seen_;
    std::vector<SenmlEntry> entries_;
};

/// The entries of a Write, typed; every one needs a value, or a null that removes it.
[[nodiscard]] base::Expected<std::vector<Record>> typedRecords(std::span<const SenmlEntry> entries,
                                                               const model::Path& target,
                                                               const model::Definitions& known,
                                                               SenmlNull null);

/// The entries of a Read-Composite; none may have a value.
[[nodiscard]] base::Expected<std::vector<model::Path>>
pathsOnly(std::span<const SenmlEntry> entries);

/// Name and time fields of a record to write; what is empty is not written. Times in milliseconds.
struct SenmlNames
{
    std::string baseName;
    std::string name;
    std::optional<std::int64_t> baseTime;
    std::optional<std::int64_t> time;
};

/// One per record: the base name is the target, the base time the first time.
[[nodiscard]] std::vector<SenmlNames> senmlNames(const model::Path& target,
                                                 std::span<const Record> records);

} // namespace causeway::lwm2m

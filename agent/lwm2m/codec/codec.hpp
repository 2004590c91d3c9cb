// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/model/definition.hpp"
#include "agent/model/path.hpp"
#include "agent/model/value.hpp"

/// LwM2M Core §7.4 data formats. Pure functions: no state, no I/O, any thread.
namespace causeway::lwm2m {

inline constexpr api::ContentFormat plainTextFormat = 0;
inline constexpr api::ContentFormat linkFormat = 40; ///< no values: see link_format.hpp
inline constexpr api::ContentFormat opaqueFormat = 42;
inline constexpr api::ContentFormat cborFormat = 60;
inline constexpr api::ContentFormat senmlJsonFormat = 110;
inline constexpr api::ContentFormat senmlCborFormat = 112;
inline constexpr api::ContentFormat senmlEtchJsonFormat = 320; ///< requests of composites only
inline constexpr api::ContentFormat senmlEtchCborFormat = 322; ///< likewise
inline constexpr api::ContentFormat tlvFormat = 11542;
inline constexpr api::ContentFormat oldJsonFormat = 11543; ///< LwM2M 1.0 only
inline constexpr api::ContentFormat lwm2mCborFormat = 11544;

/// Records in one payload. A multiple Resource of a meter has dozens; a hostile payload of two
/// octets per record must not become megabytes of values.
inline constexpr std::size_t mostRecords = 4096;

/// Octets of one payload that decode() looks at; block-wise transfer allows less.
inline constexpr std::size_t largestPayload = 1U << 20U;

/// Stands for "the Client chooses" in decoded Create payloads that name no Object Instance:
/// /3303/65535/5700. No real instance has it.
inline constexpr model::Id unassignedInstance = model::maxId;

/// One value of a payload at its full path, never relative. A Record without a value stands for
/// an Object Instance without Resources, a multiple Resource without Resource Instances, or, in a
/// Write-Composite as SenML-ETCH, a Resource Instance that is to be removed.
struct Record
{
    model::Path path;
    std::optional<model::Value> value;
    /// Written by the SenML formats when set (for Send and stored notifications); decode() leaves
    /// it unset, since a Write says what is to be, not when it was.
    std::optional<base::WallTime> takenAt;

    bool operator==(const Record&) const = default;
};

/// True for the formats encode() and decode() know; not for link-format.
[[nodiscard]] bool isSupported(api::ContentFormat format);

/// Formats the `ct` of the root link lists (LwM2M Core §6.2.1), ascending: every supported one but
/// text, link-format and opaque, which a server takes for granted. LwM2M CBOR is last: it came with
/// LwM2M 1.2.
[[nodiscard]] std::span<const api::ContentFormat> optionalFormats();

/// The answer to a Read of `target`, or a notification of it; the root for composites and Send.
/// Records stand in ascending order of paths at or below `target`, as values of their defined type
/// or convertible to it; several of one path, with their times, only in SenML.
/// NotSupported: unknown format, or it cannot carry this target (4.06). Others are our own bugs.
[[nodiscard]] base::Expected<base::Bytes> encode(api::ContentFormat format,
                                                 const model::Path& target,
                                                 std::span<const Record> records,
                                                 const model::Definitions& definitions);

/// The payload of a Write to `target`, a Create on it (an Object), or a composite (the root).
/// Ascending by path, every value of the type and in the range of its definition. Unknown Resources
/// of an instance are left out; one that the request itself names must be known. Empty: a Create
/// or a Write of an instance without any Resource.
/// NotSupported: unknown or unsuitable format (4.15). InvalidArgument, Corrupt: 4.00.
/// NotFound: an Object or Resource without definition is addressed (4.04).
/// LimitExceeded: more than we take (4.13). Refused: an executable Resource among others (4.05).
[[nodiscard]] base::Expected<std::vector<Record>> decode(api::ContentFormat format,
                                                         const model::Path& target,
                                                         base::ByteView payload,
                                                         const model::Definitions& definitions);

/// The names of a Read-Composite or Observe-Composite in the order given, without duplicates;
/// SenML JSON and SenML CBOR only, plain or as SenML-ETCH. Errors as decode().
[[nodiscard]] base::Expected<std::vector<model::Path>> decodePaths(api::ContentFormat format,
                                                                   base::ByteView payload);

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace causeway::model {

/// How an LwM2M operation ended, in the CoAP code that says so: class * 32 + detail.
enum class OutcomeCode : std::uint8_t {
    Created = 65,              // 2.01
    Deleted = 66,              // 2.02
    Changed = 68,              // 2.04
    Content = 69,              // 2.05
    BadRequest = 128,          // 4.00
    Unauthorized = 129,        // 4.01
    BadOption = 130,           // 4.02
    Forbidden = 131,           // 4.03
    NotFound = 132,            // 4.04
    MethodNotAllowed = 133,    // 4.05
    NotAcceptable = 134,       // 4.06
    RequestIncomplete = 136,   // 4.08
    Conflict = 137,            // 4.09
    PreconditionFailed = 140,  // 4.12
    RequestTooLarge = 141,     // 4.13
    UnsupportedFormat = 143,   // 4.15
    InternalServerError = 160, // 5.00
    NotImplemented = 161,      // 5.01
    ServiceUnavailable = 163,  // 5.03
};

/// The end of one operation without a payload of values: a code, and a diagnostic text for people
/// when it failed (RFC 7252 §5.5.2).
struct Outcome
{
    OutcomeCode code = OutcomeCode::Changed;
    std::string diagnostic;
    std::optional<std::uint32_t> largestBody{}; ///< with RequestTooLarge: octets, when known

    [[nodiscard]] bool isSuccess() const { return static_cast<unsigned>(code) < 128; }
};

[[nodiscard]] inline Outcome refuse(OutcomeCode code, std::string diagnostic)
{
    return {code, std::move(diagnostic)};
}

} // namespace causeway::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::base {

/// What went wrong, in the caller's terms. dbus/errors and agent/outcomes each map all of these.
enum class ErrorKind : std::uint8_t {
    InvalidArgument, ///< what was given cannot be right; the sentence says why
    NotFound,
    AlreadyExists,
    NotAuthorized,
    NotSupported,
    Refused,     ///< the other side answered, and the answer was no
    Unreachable, ///< nobody answered, or the way there is gone
    Timeout,
    Locked,        ///< the key store is locked: no secret can be read or kept now
    LimitExceeded, ///< one of our named bounds
    Corrupt,       ///< bytes that are not what they claim to be
    StorageFailed, ///< disk full, read-only, I/O error
    Cancelled,     ///< the thing asked went away before it answered
    Internal,
};

/// What the caller should do with the same request.
enum class Retry : std::uint8_t { Never, Later, AfterReconnect };

/// What a request for a change has done although it failed. Who may repeat it goes by this.
enum class Effect : std::uint8_t {
    Untold,   ///< nobody has said
    None,     ///< it was never sent: repeated, it is done once
    Doubtful, ///< it was sent: it may have been done
};

/// An everyday failure: kind, one sentence without a full stop, what to do, and what was done.
struct Error
{
    ErrorKind kind = ErrorKind::Internal;
    std::string message;
    Retry retry = Retry::Never;
    Effect effect = Effect::Untold;

    /// "context: message", all else the same.
    [[nodiscard]] Error in(std::string_view context) const;
};

[[nodiscard]] std::string_view toString(ErrorKind kind);

/// The sentence the C library has for an errno value.
[[nodiscard]] std::string errnoText(int errnoValue);

} // namespace causeway::base

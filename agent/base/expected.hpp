// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "agent/base/error.hpp"

namespace causeway::base {

/// A value, or the Error that stands for it. tl::expected until the compiler has std::expected.
template <typename T>
using Expected = tl::expected<T, Error>;

/// return fail(ErrorKind::NotFound, "…");
[[nodiscard]] inline tl::unexpected<Error>
fail(ErrorKind kind, std::string message, Retry retry = Retry::Never)
{
    return tl::unexpected<Error>(Error{kind, std::move(message), retry});
}

/// Hands an Error on: return fail(result.error().in("meter-1"));
[[nodiscard]] inline tl::unexpected<Error> fail(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace causeway::base

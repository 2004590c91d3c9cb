// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "agent/model/outcome.hpp"

namespace causeway::lwm2m {

/// A value, or the Outcome that the server gets instead of it.
template <typename T>
using OrRefusal = tl::expected<T, model::Outcome>;

/// return refusal(OutcomeCode::NotFound, "…");
[[nodiscard]] inline tl::unexpected<model::Outcome> refusal(model::OutcomeCode code,
                                                            std::string diagnostic)
{
    return tl::unexpected<model::Outcome>(model::refuse(code, std::move(diagnostic)));
}

} // namespace causeway::lwm2m

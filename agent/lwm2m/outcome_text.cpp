// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/outcome_text.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace causeway::lwm2m {

using model::OutcomeCode;

namespace {

struct Name
{
    OutcomeCode code;
    std::string_view text;
};

constexpr std::array names{
    Name{OutcomeCode::Created, "Created"},
    Name{OutcomeCode::Deleted, "Deleted"},
    Name{OutcomeCode::Changed, "Changed"},
    Name{OutcomeCode::Content, "Content"},
    Name{OutcomeCode::BadRequest, "Bad Request"},
    Name{OutcomeCode::Unauthorized, "Unauthorized"},
    Name{OutcomeCode::BadOption, "Bad Option"},
    Name{OutcomeCode::Forbidden, "Forbidden"},
    Name{OutcomeCode::NotFound, "Not Found"},
    Name{OutcomeCode::MethodNotAllowed, "Method Not Allowed"},
    Name{OutcomeCode::NotAcceptable, "Not Acceptable"},
    Name{OutcomeCode::RequestIncomplete, "Request Entity Incomplete"},
    Name{OutcomeCode::Conflict, "Conflict"},
    Name{OutcomeCode::PreconditionFailed, "Precondition Failed"},
    Name{OutcomeCode::RequestTooLarge, "Request Entity Too Large"},
    Name{OutcomeCode::UnsupportedFormat, "Unsupported Content-Format"},
    Name{OutcomeCode::InternalServerError, "Internal Server Error"},
    Name{OutcomeCode::NotImplemented, "Not Implemented"},
    Name{OutcomeCode::ServiceUnavailable, "Service Unavailable"},
};

} // namespace

std::string toText(OutcomeCode code)
{
    const auto number = static_cast<unsigned>(code);
    auto digits = fmt::format("{}.{:02}", number >> 5U, number & 31U);
    for (const auto& name : names) {
        if (name.code == code)
            return fmt::format("{} {}", digits, name.text);
    }
    return digits;
}

std::string describe(const api::Response& response)
{
    constexpr std::size_t longest = 120; // a peer's text in our journal
    const std::string_view text = base::asText(response.payload);
    const bool isReadable = !text.empty() && text.size() <= longest && base::isValidUtf8(text) &&
                            text.find_first_of("\r\n") == std::string_view::npos;
    if (!isReadable)
        return toText(response.code);
    return fmt::format("{} ({})", toText(response.code), text);
}

api::Response toResponse(const model::Outcome& outcome)
{
    api::Response response;
    response.code = outcome.code;
    if (!outcome.isSuccess())
        response.payload = base::toBytes(outcome.diagnostic);
    response.largestBody = outcome.largestBody;
    return response;
}

} // namespace causeway::lwm2m

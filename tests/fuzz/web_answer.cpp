// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "agent/web/answer.hpp"
#include "agent/web/location.hpp"

/// What a repository says in the head of an answer: nothing of it may lead below what is there, or
/// out of https.

using namespace causeway;

namespace {

std::string takeLine(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char*>(octets), size); // NOLINT: libFuzzer's
    web::AnswerHead head;
    head.status = 206;
    head.contentRange = takeLine(text);
    head.etag = takeLine(text);
    head.location = takeLine(text);
    head.contentEncoding = takeLine(text);
    head.isChunked = !text.empty();
    if (const auto range = web::parseContentRange(head.contentRange))
        head.length = range->last - range->first + 1;
    const web::Question rest{1000, "\"v1\""};
    const auto verdict = web::judge(rest, head);
    if (const auto* const body = std::get_if<web::PackageBody>(&verdict)) {
        const bool isRest = body->offset == rest.offset && body->end && body->total &&
                            *body->end > body->offset && *body->end <= *body->total &&
                            body->version == rest.version;
        if (!isRest)
            std::abort();
    }
    static const auto from = web::parseLocation("https://fw.example/a/b?c").value();
    if (const auto to = web::redirect(from, head.location); to && !to->origin.isSecure)
        std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "agent/card/card_report.hpp"

#include <cstdlib>

using namespace causeway;

// Whatever a program in the place of causeway-card tells; what is understood comes out the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto report = card::decodeReport({data, size});
    if (!report)
        return 0;
    const auto octets = card::encodeReport(*report);
    const auto again = card::decodeReport(octets.view());
    if (!again || again->label != report->label || !again->content.equals(report->content.view()))
        std::abort();
    return 0;
}

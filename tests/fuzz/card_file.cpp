// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/card_file.hpp"

#include <cstdlib>

using namespace causeway;

// Whatever is on a card: an account or a sentence.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto definitions = model::builtInDefinitions();
    const auto delivery = lwm2m::deliveryOfCard({data, size}, definitions, {"meter-1", {}});
    if (delivery ? delivery->result.accounts.empty() : delivery.error().message.empty())
        std::abort();
    return 0;
}

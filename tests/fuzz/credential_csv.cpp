// SPDX-License-Identifier: Apache-2.0
#include "dbus/credential_csv.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// A list of keys as an operator's spreadsheet may write it: what is read is written and read back
/// the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace causeway::dbus;
    const causeway::base::ByteView octets(data, size);
    auto list = readCredentialList(causeway::base::asText(octets));
    if (!list)
        return 0;
    for (auto& listed : *list) {
        if (listed.endpointName.empty())
            listed.endpointName = listed.device;
        if (!causeway::base::isValidUtf8(causeway::base::asText(listed.identity)))
            listed.identity.clear();
    }
    const auto text = writeCredentialList(*list, ListFormat::Cumulocity, "coaps://h");
    const auto back = readCredentialList(causeway::base::asText(text.view()));
    if (!back || back->size() != list->size())
        std::abort();
    for (std::size_t i = 0; i < list->size(); ++i) {
        if (back->at(i).endpointName != list->at(i).endpointName ||
            back->at(i).identity != list->at(i).identity ||
            !back->at(i).key.equals(list->at(i).key.view()))
            std::abort();
    }
    return 0;
}

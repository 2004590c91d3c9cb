// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definition.hpp"

namespace causeway::model {

Definitions builtInDefinitions()
{
    return {};
}

} // namespace causeway::model

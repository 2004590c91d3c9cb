// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/requester.hpp"
#include "agent/lwm2m/write_plan.hpp"
#include "agent/model/definition.hpp"

namespace causeway::lwm2m {

/// Read-, Observe- and Write-Composite (LwM2M Core §6.3.9, §6.3.10, §6.4.5): one request about many
/// paths, always at the root. All references outlive it.
class CompositeOperations
{
public:
    CompositeOperations(const model::Definitions& definitions, OperationsListener& listener);

    /// FETCH, with or without Observe. What is missing or unreadable is left out of the answer;
    /// 4.01 only when nothing of what is asked is this server's.
    [[nodiscard]] api::Response read(Requester& requester, const api::Request& request) const;

    /// iPATCH, checked as a whole by planCompositeWrite(). A device that fails after others have
    /// been written gives those their old values back.
    void write(const Requester& requester, std::vector<WritePlan> plans, api::Respond respond);

private:
    const model::Definitions& definitions_;
    OperationsListener& listener_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m

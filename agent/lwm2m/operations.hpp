// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/composite_operations.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/refusal.hpp"
#include "agent/lwm2m/requester.hpp"

namespace causeway::lwm2m {

/// One request of a server in, one Response out: LwM2M Core §6.3 and §6.4 with the codes of its
/// tables. Checks come in one order: path, hidden Objects, existence, access, operation, formats,
/// payload. All references outlive it.
class Operations
{
public:
    Operations(const ObjectTree& tree,
               const model::Definitions& definitions,
               OperationsListener& listener);

    /// `requester` outlives the call, not the answer, which a device may delay.
    void perform(Requester& requester, const api::Request& request, api::Respond respond);

private:
    using Path = model::Path;

    void performComposite(Requester& requester, const api::Request& request, api::Respond respond);
    void deny(const Requester& requester,
              const api::Request& request,
              const model::Outcome& why,
              api::Respond respond);
    [[nodiscard]] OrRefusal<Path> target(const Requester& requester,
                                         const api::Request& request) const;
    [[nodiscard]] Right rightFor(const api::Request& request, const Path& path) const;
    [[nodiscard]] OrRefusal<void> checkExists(const Path& path, const api::Request& request) const;
    void dispatch(Requester& requester,
                  const Path& path,
                  const api::Request& request,
                  api::Respond respond);

    [[nodiscard]] api::Response
    read(Requester& requester, const Path& path, const api::Request& request);
    [[nodiscard]] api::Response
    discover(const Requester& requester, const Path& path, const api::Request& request) const;
    [[nodiscard]] api::Response
    writeAttributes(Requester& requester, const Path& path, const api::Request& request);
    void write(const Requester& requester,
               const Path& path,
               const api::Request& request,
               api::Respond respond);
    void writePiece(const Requester& requester,
                    const Path& path,
                    const api::Request& request,
                    api::Respond respond);
    void execute(const Requester& requester,
                 const Path& path,
                 const api::Request& request,
                 api::Respond respond);
    void onExecuted(const Path& path);
    void create(const Requester& requester,
                const Path& path,
                const api::Request& request,
                api::Respond respond);
    void remove(const Requester& requester,
                const Path& path,
                const api::Request& request,
                api::Respond respond);
    void removeResourceInstance(const Requester& requester,
                                const Path& path,
                                const api::Request& request,
                                api::Respond respond);
    void post(const Requester& requester,
              const Path& path,
              const api::Request& request,
              api::Respond respond);

    const ObjectTree& tree_;
    const model::Definitions& definitions_;
    OperationsListener& listener_;
    CompositeOperations composites_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m

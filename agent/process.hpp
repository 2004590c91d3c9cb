// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::agent {

/// What the process does before anything else: no core dumps or foreign eyes on its memory, freed
/// memory overwritten, no library told by the environment to log keys, and as many descriptors as
/// the system allows. Before any thread and any key.
void hardenProcess();

/// SIGTERM and SIGINT as a callback on the loop. Made before any other thread, so that all inherit
/// the blocked signals.
class TerminationSignals
{
public:
    TerminationSignals(base::EventLoop& loop, base::Task terminate);

private:
    base::UniqueFd fd_;
    base::Task terminate_;
    base::Watch watch_;
};

} // namespace causeway::agent

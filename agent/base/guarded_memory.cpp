// SPDX-License-Identifier: Apache-2.0
#include "agent/base/guarded_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace causeway::base {

void guardMemory()
{
    ::prctl(PR_SET_DUMPABLE, 0);
    // What the program starts in its turn gets its dumps back with exec(), but not this.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

} // namespace causeway::base

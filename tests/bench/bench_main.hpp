// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/fleet.hpp"

namespace causeway::bench {

/// The whole of a measuring program: `PROGRAM SERVER COUNT [READS NOTIFIES]`.
int benchMain(int argc, char** argv, Fleet& fleet);

} // namespace causeway::bench

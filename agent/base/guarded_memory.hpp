// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace causeway::base {

/// Neither a core file nor another process of the same user gets what this process has in memory.
/// The first thing that a program does which holds keys, before any thread.
void guardMemory();

} // namespace causeway::base

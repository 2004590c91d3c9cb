// SPDX-License-Identifier: Apache-2.0
#include "store/database_header.hpp"

#include <cstddef>
#include <cstdint>

/// The first octets of whatever lies where the database should be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    (void)causeway::store::decodeDatabaseHeader({data, size});
    return 0;
}

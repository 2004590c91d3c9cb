// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/round_trip.hpp"

using namespace causeway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::roundTrip(lwm2m::senmlCborFormat, fuzz::structures, {data, size}, fuzz::Names::Values);
    fuzz::timedRoundTrip(lwm2m::senmlCborFormat, fuzz::structures, {data, size});
    fuzz::readNames(lwm2m::senmlCborFormat, {data, size});
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/codec.hpp"

#include <algorithm>
#include <array>

namespace causeway::lwm2m {

namespace {

constexpr std::array optional{cborFormat, senmlJsonFormat, senmlCborFormat, tlvFormat};

} // namespace

bool isSupported(api::ContentFormat format)
{
    return format == plainTextFormat || format == opaqueFormat ||
           std::ranges::find(optional, format) != optional.end();
}

std::span<const api::ContentFormat> optionalFormats()
{
    return optional;
}

} // namespace causeway::lwm2m

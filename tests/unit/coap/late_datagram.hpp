// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace causeway::tests {

/// Runs `arrive` right after each poll(2) of this process that found nothing: what arrives then
/// comes between two looks at a socket. One at a time; needs its own definition of poll().
class LateDatagram
{
public:
    explicit LateDatagram(std::function<void()> arrive);
    ~LateDatagram();
    LateDatagram(const LateDatagram&) = delete;
    LateDatagram& operator=(const LateDatagram&) = delete;
};

} // namespace causeway::tests

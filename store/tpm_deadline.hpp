// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <tss2/tss2_tcti.h>

namespace causeway::store {

/// A TCTI around another: a command that is not answered in time fails with an I/O error instead of
/// blocking for ever, and so does everything after it. The wrapped one outlives it.
class TpmDeadline
{
public:
    TpmDeadline(TSS2_TCTI_CONTEXT& inner, std::chrono::milliseconds longest);
    ~TpmDeadline() = default;
    TpmDeadline(const TpmDeadline&) = delete;
    TpmDeadline& operator=(const TpmDeadline&) = delete;

    [[nodiscard]] TSS2_TCTI_CONTEXT* get()
    {
        return reinterpret_cast<TSS2_TCTI_CONTEXT*>(&layout_);
    }

private:
    /// What the C library sees (TSS 2.0 TCTI §4); `owner` is ours.
    struct Layout
    {
        TSS2_TCTI_CONTEXT_COMMON_V1 common{};
        TpmDeadline* owner = nullptr;
    };

    static TpmDeadline& from(TSS2_TCTI_CONTEXT* context);
    static TSS2_RC transmit(TSS2_TCTI_CONTEXT* context, size_t size, const uint8_t* command);
    static TSS2_RC
    receive(TSS2_TCTI_CONTEXT* context, size_t* size, uint8_t* response, int32_t timeout);

    [[nodiscard]] bool waitForAnswer();

    [[nodiscard]] TSS2_TCTI_CONTEXT* inner() const
    {
        return reinterpret_cast<TSS2_TCTI_CONTEXT*>(&inner_);
    }

    TSS2_TCTI_CONTEXT_COMMON_V1& inner_;
    std::chrono::milliseconds longest_;
    bool hasTimedOut_ = false;
    Layout layout_;
};

} // namespace causeway::store

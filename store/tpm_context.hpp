// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <tss2/tss2_esys.h>

#include "store/tpm_deadline.hpp"
#include "store/tpm_fault.hpp"

namespace causeway::store {

/// One conversation with a TPM. Not thread-safe, kept open no longer than one operation: another
/// process may need the TPM, and a TPM that was reset is simply found again. Throws TpmError.
class TpmContext
{
public:
    /// For the settings' TCTI string. A command may take `longest`; hardware needs seconds for
    /// none of ours.
    explicit TpmContext(const std::string& tcti,
                        std::chrono::milliseconds longest = std::chrono::seconds(15));

    [[nodiscard]] ESYS_CONTEXT* get() const { return esys_.get(); }

private:
    struct FinalizeTcti
    {
        void operator()(TSS2_TCTI_CONTEXT* context) const;
    };

    struct FinalizeEsys
    {
        void operator()(ESYS_CONTEXT* context) const;
    };

    std::unique_ptr<TSS2_TCTI_CONTEXT, FinalizeTcti> tcti_;
    std::unique_ptr<TpmDeadline> deadline_;
    std::unique_ptr<ESYS_CONTEXT, FinalizeEsys> esys_;
};

/// A session or an object inside the TPM, which has three slots for each: flushed when it goes.
/// The context outlives it.
class TpmHandle
{
public:
    /// A persistent object is only forgotten by us, not flushed.
    enum class Kind : std::uint8_t { Transient, Persistent };

    TpmHandle(ESYS_CONTEXT* context, ESYS_TR handle, Kind kind = Kind::Transient)
        : context_(context)
        , handle_(handle)
        , kind_(kind)
    {}

    ~TpmHandle();

    TpmHandle(TpmHandle&& other) noexcept
        : context_(other.context_)
        , handle_(std::exchange(other.handle_, ESYS_TR_NONE))
        , kind_(other.kind_)
    {}

    TpmHandle& operator=(TpmHandle&&) = delete;
    TpmHandle(const TpmHandle&) = delete;
    TpmHandle& operator=(const TpmHandle&) = delete;

    [[nodiscard]] ESYS_TR get() const { return handle_; }

private:
    ESYS_CONTEXT* context_;
    ESYS_TR handle_;
    Kind kind_;
};

struct FreeEsys
{
    void operator()(void* memory) const { Esys_Free(memory); }
};

/// What ESYS allocated for us.
template <typename T>
using EsysMemory = std::unique_ptr<T, FreeEsys>;

} // namespace causeway::store

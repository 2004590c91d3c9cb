// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_context.hpp"

#include <tss2/tss2_tctildr.h>

namespace causeway::store {

void TpmContext::FinalizeTcti::operator()(TSS2_TCTI_CONTEXT* context) const
{
    Tss2_TctiLdr_Finalize(&context);
}

void TpmContext::FinalizeEsys::operator()(ESYS_CONTEXT* context) const
{
    Esys_Finalize(&context);
}

TpmContext::TpmContext(const std::string& tcti, std::chrono::milliseconds longest)
{
    TSS2_TCTI_CONTEXT* loaded = nullptr;
    checkTpm(Tss2_TctiLdr_Initialize(tcti.c_str(), &loaded), "opening " + tcti);
    tcti_.reset(loaded);
    deadline_ = std::make_unique<TpmDeadline>(*loaded, longest);
    ESYS_CONTEXT* esys = nullptr;
    checkTpm(Esys_Initialize(&esys, deadline_->get(), nullptr), "talking to " + tcti);
    esys_.reset(esys);
}

TpmHandle::~TpmHandle()
{
    if (handle_ == ESYS_TR_NONE)
        return;
    // When the TPM is gone there is nothing to flush either.
    if (kind_ == Kind::Transient)
        (void)Esys_FlushContext(context_, handle_);
    else
        (void)Esys_TR_Close(context_, &handle_);
}

} // namespace causeway::store

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "agent/base/expected.hpp"

namespace causeway::card {

/// A PKCS#11 module, opened and initialised; destroying it ends both. Blocks as the card does.
class Module
{
public:
    /// NotSupported: it is not installed, or cannot be used.
    [[nodiscard]] static base::Expected<Module> open(const std::string& path);

    Module(Module&&) noexcept = default;
    Module& operator=(Module&&) noexcept = default;
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() = default;

    [[nodiscard]] CK_FUNCTION_LIST& functions() const { return *functions_; }

    /// With a card in it, or every reader. Unreachable: nobody knows now.
    [[nodiscard]] base::Expected<std::vector<CK_SLOT_ID>> slots(bool hasCard) const;

private:
    struct Close
    {
        void operator()(void* library) const;
    };

    struct Finalize
    {
        void operator()(CK_FUNCTION_LIST* functions) const;
    };

    Module() = default;

    std::unique_ptr<void, Close> handle_;
    std::unique_ptr<CK_FUNCTION_LIST, Finalize> functions_;
};

/// "CKR_DEVICE_ERROR (0x30)"
[[nodiscard]] std::string describe(CK_RV result);

} // namespace causeway::card

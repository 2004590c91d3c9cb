// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/module.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

namespace causeway::card {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// A gateway has one reader or two; a library that lists more than this has lost its mind.
constexpr CK_ULONG mostSlots = 64;

} // namespace

void Module::Close::operator()(void* library) const
{
    ::dlclose(library);
}

void Module::Finalize::operator()(CK_FUNCTION_LIST* functions) const
{
    functions->C_Finalize(nullptr);
}

Expected<Module> Module::open(const std::string& path)
{
    Module module;
    module.handle_.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!module.handle_)
        return fail(ErrorKind::NotSupported,
                    fmt::format("no smartcard support installed: {} cannot be loaded", path));
    void* const symbol = ::dlsym(module.handle_.get(), "C_GetFunctionList");
    if (symbol == nullptr)
        return fail(ErrorKind::NotSupported, fmt::format("{} is no PKCS#11 module", path));
    // POSIX has functions and data in one kind of pointer.
    const auto getList = reinterpret_cast<CK_C_GetFunctionList>(symbol); // NOLINT
    CK_FUNCTION_LIST* functions = nullptr;
    if (getList(&functions) != CKR_OK || functions == nullptr)
        return fail(ErrorKind::NotSupported, fmt::format("{} gives no functions", path));
    if (const CK_RV result = functions->C_Initialize(nullptr); result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("{} does not start: {}", path, describe(result)));
    module.functions_.reset(functions);
    return module;
}

Expected<std::vector<CK_SLOT_ID>> Module::slots(bool hasCard) const
{
    const CK_BBOOL which = hasCard ? CK_TRUE : CK_FALSE;
    CK_ULONG count = 0;
    std::vector<CK_SLOT_ID> slots;
    // The first call with no list is the one by which OpenSC looks for new readers.
    CK_RV result = functions_->C_GetSlotList(which, nullptr, &count);
    if (result == CKR_OK && count > mostSlots)
        return fail(
            ErrorKind::Unreachable,
            fmt::format("the library lists {} smartcard readers, more than {}", count, mostSlots));
    if (result == CKR_OK) {
        count = mostSlots; // there may be more by now
        slots.resize(count);
        result = functions_->C_GetSlotList(which, slots.data(), &count);
    }
    if (result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("the smartcard readers cannot be listed: {}", describe(result)));
    slots.resize(std::min(count, mostSlots));
    return slots;
}

std::string describe(CK_RV result)
{
    constexpr std::array<std::pair<CK_RV, std::string_view>, 9> names{
        {{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
         {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY"},
         {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
         {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
         {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
         {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
         {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
         {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
         {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"}}};
    const auto found = std::ranges::find(names, result, &std::pair<CK_RV, std::string_view>::first);
    return found == names.end() ? fmt::format("PKCS#11 error {:#x}", result)
                                : fmt::format("{} ({:#x})", found->second, result);
}

} // namespace causeway::card

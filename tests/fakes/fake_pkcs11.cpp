// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_pkcs11.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

// A PKCS#11 module with the functions that causeway-card calls. The C API has its own names.
// NOLINTBEGIN(readability-identifier-naming)
namespace {

using causeway::fakes::Pkcs11Card;
using causeway::fakes::Pkcs11World;

Pkcs11World world;
std::size_t nextObject = 0;

constexpr CK_OBJECT_HANDLE bootstrapObject = 7;
constexpr std::array<std::uint8_t, 6> bootstrapOid{0x06, 0x04, 0x67, 0x2B, 0x09, 0x01};

/// Sessions are slots.
Pkcs11Card& cardIn(CK_ULONG slot)
{
    return *world.slots.at(slot);
}

template <std::size_t size>
void pad(CK_UTF8CHAR (&field)[size], std::string_view text) // NOLINT(modernize-avoid-c-arrays)
{
    std::fill_n(&field[0], size, ' ');
    std::copy_n(text.begin(), std::min(text.size(), size), &field[0]);
}

CK_RV initialize(void*)
{
    return CKR_OK;
}

CK_RV finalize(void*)
{
    return CKR_OK;
}

CK_RV getSlotList(CK_BBOOL hasCard, CK_SLOT_ID* list, CK_ULONG* count)
{
    if (world.listing != CKR_OK)
        return world.listing;
    std::vector<CK_SLOT_ID> found;
    for (std::size_t slot = 0; slot < world.slots.size(); ++slot) {
        if (hasCard == CK_FALSE || world.slots[slot])
            found.push_back(slot);
    }
    if (list != nullptr && *count < found.size())
        return CKR_BUFFER_TOO_SMALL;
    if (list != nullptr)
        std::copy(found.begin(), found.end(), list);
    *count = found.size();
    return CKR_OK;
}

CK_RV getSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO* info)
{
    info->flags = world.slots.at(slot) ? CKF_TOKEN_PRESENT : 0;
    return CKR_OK;
}

CK_RV getTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO* info)
{
    auto& card = cardIn(slot);
    card.isOpen = false;
    pad(info->label, "Site card");
    pad(info->serialNumber, card.serial);
    info->flags = card.flags | (card.pin.empty() ? 0U : CKF_LOGIN_REQUIRED);
    return card.opening;
}

CK_RV openSession(CK_SLOT_ID slot, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session)
{
    *session = slot;
    return CKR_OK;
}

CK_RV closeSession(CK_SESSION_HANDLE)
{
    return CKR_OK;
}

CK_RV getSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO*)
{
    auto& card = cardIn(session);
    if (card.absences == 0)
        return CKR_OK;
    --card.absences;
    return CKR_SESSION_HANDLE_INVALID;
}

CK_RV logIn(CK_SESSION_HANDLE session, CK_USER_TYPE, CK_UTF8CHAR* pin, CK_ULONG size)
{
    auto& card = cardIn(session);
    ++card.logins;
    if (card.login != CKR_OK)
        return card.login;
    card.isOpen = card.pin == std::string(pin, pin + size);
    return card.isOpen ? CKR_OK : CKR_PIN_INCORRECT;
}

CK_RV findObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE*, CK_ULONG)
{
    nextObject = 0;
    return cardIn(session).finding;
}

CK_RV findObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* objects, CK_ULONG, CK_ULONG* count)
{
    const auto& card = cardIn(session);
    *count = 0;
    if (!card.content || (card.isPrivate && !card.isOpen) || nextObject++ > 0)
        return CKR_OK;
    *objects = bootstrapObject;
    *count = 1;
    return CKR_OK;
}

CK_RV findObjectsFinal(CK_SESSION_HANDLE)
{
    return CKR_OK;
}

CK_RV
getAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG)
{
    const auto& card = cardIn(session);
    const bool isOid = wanted->type == CKA_OBJECT_ID;
    const CK_RV result = isOid ? card.naming : card.reading;
    if (result != CKR_OK)
        return result;
    const std::string_view oid(reinterpret_cast<const char*>(bootstrapOid.data()), // NOLINT
                               bootstrapOid.size());
    const std::string_view value = isOid ? oid : *card.content;
    if (wanted->pValue != nullptr)
        std::memcpy(wanted->pValue, value.data(), value.size());
    wanted->ulValueLen = value.size();
    return CKR_OK;
}

CK_FUNCTION_LIST makeFunctions()
{
    CK_FUNCTION_LIST list{};
    list.C_Initialize = initialize;
    list.C_Finalize = finalize;
    list.C_GetSlotList = getSlotList;
    list.C_GetSlotInfo = getSlotInfo;
    list.C_GetTokenInfo = getTokenInfo;
    list.C_OpenSession = openSession;
    list.C_CloseSession = closeSession;
    list.C_GetSessionInfo = getSessionInfo;
    list.C_Login = logIn;
    list.C_FindObjectsInit = findObjectsInit;
    list.C_FindObjects = findObjects;
    list.C_FindObjectsFinal = findObjectsFinal;
    list.C_GetAttributeValue = getAttributeValue;
    return list;
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list)
{
    static CK_FUNCTION_LIST functions = makeFunctions();
    *list = &functions;
    return CKR_OK;
}

// C++ behind a C name: only a test calls it.
__attribute__((visibility("default"))) Pkcs11World* fakeWorld()
{
    return &world;
}
}
// NOLINTEND(readability-identifier-naming)

// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/token.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "agent/card/card_report.hpp"

namespace causeway::card {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// 2.23.43.9.1: {joint-iso-itu-t international-organizations wap(43) oma-lwm2m(9) bootstrap(1)},
// what a DODF entry of LwM2M bootstrap information has as its applicationOID. Some modules give it
// without tag and length.
constexpr std::array<std::uint8_t, 6> bootstrapOid{0x06, 0x04, 0x67, 0x2B, 0x09, 0x01};
constexpr std::size_t oidHeader = 2;
// A card has room for some dozen data objects.
constexpr std::size_t mostObjects = 64;

/// Texts of PKCS#11 are padded with blanks and do not end.
template <std::size_t size>
std::string textOf(const CK_UTF8CHAR (&field)[size]) // NOLINT(modernize-avoid-c-arrays)
{
    return printable(base::asText(base::ByteView(&field[0], size)));
}

} // namespace

Expected<Token> Token::open(const Module& module, CK_SLOT_ID slot)
{
    Token token(module, slot);
    CK_TOKEN_INFO info{};
    if (const CK_RV result = token.functions_->C_GetTokenInfo(slot, &info); result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("the card is not understood: {}", describe(result)));
    token.flags_ = info.flags;
    token.label_ = textOf(info.label);
    token.serial_ = textOf(info.serialNumber);
    CK_SESSION_HANDLE session = 0;
    const CK_RV result =
        token.functions_->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
    if (result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("the card cannot be opened: {}", describe(result)));
    token.session_ = session;
    return token;
}

Token::Token(Token&& other) noexcept
    : functions_(other.functions_)
    , slot_(other.slot_)
    , flags_(other.flags_)
    , label_(std::move(other.label_))
    , serial_(std::move(other.serial_))
    , session_(std::exchange(other.session_, std::nullopt))
{}

Token::~Token()
{
    if (session_)
        functions_->C_CloseSession(*session_);
}

Expected<std::vector<CK_OBJECT_HANDLE>> Token::dataObjects() const
{
    CK_OBJECT_CLASS kind = CKO_DATA;
    CK_ATTRIBUTE wanted{CKA_CLASS, &kind, sizeof kind};
    std::vector<CK_OBJECT_HANDLE> objects(mostObjects + 1);
    CK_ULONG count = 0;
    CK_RV result = functions_->C_FindObjectsInit(*session_, &wanted, 1);
    if (result == CKR_OK) {
        result = functions_->C_FindObjects(*session_, objects.data(), objects.size(), &count);
        functions_->C_FindObjectsFinal(*session_);
    }
    if (result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("what is on the card cannot be listed: {}", describe(result)));
    if (count > mostObjects)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("the card has more than {} data objects", mostObjects));
    objects.resize(count);
    return objects;
}

Expected<bool> Token::isBootstrap(CK_OBJECT_HANDLE object) const
{
    std::array<std::uint8_t, 64> oid{};
    CK_ATTRIBUTE wanted{CKA_OBJECT_ID, oid.data(), oid.size()};
    const CK_RV result = functions_->C_GetAttributeValue(*session_, object, &wanted, 1);
    // It has none, keeps it to itself, or has a longer one than ours.
    if (result == CKR_ATTRIBUTE_TYPE_INVALID || result == CKR_ATTRIBUTE_SENSITIVE ||
        result == CKR_BUFFER_TOO_SMALL)
        return false;
    if (result != CKR_OK)
        return fail(ErrorKind::Unreachable,
                    fmt::format("an object on the card cannot be read: {}", describe(result)));
    const auto told =
        base::ByteView(oid).first(std::min<std::size_t>(wanted.ulValueLen, oid.size()));
    return std::ranges::equal(told, bootstrapOid) ||
           std::ranges::equal(told, base::ByteView(bootstrapOid).subspan(oidHeader));
}

Expected<base::Secret> Token::read(CK_OBJECT_HANDLE object) const
{
    CK_ATTRIBUTE wanted{CKA_VALUE, nullptr, 0};
    CK_RV result = functions_->C_GetAttributeValue(*session_, object, &wanted, 1);
    if (result == CKR_OK && wanted.ulValueLen > longestContent)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("the bootstrap information has {} octets, more than {}",
                                wanted.ulValueLen,
                                longestContent));
    if (result == CKR_OK) {
        base::Secret content(wanted.ulValueLen);
        wanted.pValue = content.mutableView().data();
        result = functions_->C_GetAttributeValue(*session_, object, &wanted, 1);
        if (result == CKR_OK && wanted.ulValueLen <= content.size())
            return base::Secret(content.view().first(wanted.ulValueLen));
    }
    return fail(result == CKR_USER_NOT_LOGGED_IN ? ErrorKind::Refused : ErrorKind::Unreachable,
                fmt::format("the bootstrap information cannot be read: {}", describe(result)));
}

Expected<std::optional<base::Secret>> Token::readBootstrap() const
{
    const auto objects = dataObjects();
    if (!objects)
        return fail(objects.error());
    for (const auto object : *objects) {
        const auto isOurs = isBootstrap(object);
        if (!isOurs)
            return fail(isOurs.error());
        if (!*isOurs)
            continue;
        auto content = read(object);
        if (!content)
            return fail(content.error());
        return std::optional(std::move(*content));
    }
    return std::optional<base::Secret>();
}

bool Token::wantsPin() const
{
    return (flags_ & CKF_LOGIN_REQUIRED) != 0;
}

bool Token::isPinInDanger() const
{
    return (flags_ & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)) != 0;
}

Expected<void> Token::login(const base::Secret& pin) const
{
    base::Secret given = pin.clone(); // the C API takes no const
    const CK_RV result =
        functions_->C_Login(*session_, CKU_USER, given.mutableView().data(), given.size());
    if (result == CKR_OK || result == CKR_USER_ALREADY_LOGGED_IN)
        return {};
    if (result == CKR_PIN_LOCKED)
        return fail(ErrorKind::Refused, "the card's PIN is blocked");
    if (result == CKR_PIN_INCORRECT || result == CKR_PIN_LEN_RANGE || result == CKR_PIN_INVALID)
        return fail(ErrorKind::Refused, "the card does not take the PIN");
    return fail(ErrorKind::Unreachable,
                fmt::format("the card does not ask for the PIN: {}", describe(result)));
}

bool Token::isThere() const
{
    CK_SLOT_INFO slot{};
    CK_SESSION_INFO session{};
    return functions_->C_GetSlotInfo(slot_, &slot) == CKR_OK &&
           (slot.flags & CKF_TOKEN_PRESENT) != 0 &&
           functions_->C_GetSessionInfo(*session_, &session) == CKR_OK;
}

} // namespace causeway::card

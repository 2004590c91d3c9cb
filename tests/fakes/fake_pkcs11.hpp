// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

namespace causeway::fakes {

/// A card in a slot of the module fake_pkcs11. What a test sets to anything but CKR_OK fails so.
struct Pkcs11Card
{
    std::string serial = "0102";
    std::optional<std::string> content = "content"; ///< of the bootstrap information
    bool isPrivate = false;                         ///< not to be seen without the PIN
    std::string pin;                                ///< empty: it wants none
    CK_FLAGS flags = 0;                             ///< besides CKF_LOGIN_REQUIRED
    CK_RV opening = CKR_OK;
    CK_RV finding = CKR_OK;
    CK_RV naming = CKR_OK; ///< of the object identifier
    CK_RV reading = CKR_OK;
    CK_RV login = CKR_OK;
    int logins = 0;
    int absences = 0;    ///< it is still to be taken out and put in again, so often
    bool isOpen = false; ///< the PIN was given
};

/// All that the module shows; reached by its symbol "fakeWorld".
struct Pkcs11World
{
    std::vector<std::optional<Pkcs11Card>> slots;
    CK_RV listing = CKR_OK;
};

using FakeWorld = Pkcs11World* (*)();

} // namespace causeway::fakes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/smartcard.hpp"
#include "agent/card/program/module.hpp"

namespace causeway::card {

/// A session with the card in one slot. The module outlives it. Blocks as the card does.
class Token
{
public:
    /// Unreachable: the card cannot be used.
    [[nodiscard]] static base::Expected<Token> open(const Module& module, CK_SLOT_ID slot);

    Token(Token&& other) noexcept;
    Token& operator=(Token&&) = delete;
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token();

    [[nodiscard]] const std::string& label() const { return label_; }

    [[nodiscard]] const std::string& serial() const { return serial_; }

    /// Nothing: there is no data object of LwM2M bootstrap information, or none to be seen without
    /// the PIN. Refused: it is there, but not to be read without the PIN. Else the card failed.
    [[nodiscard]] base::Expected<std::optional<base::Secret>> readBootstrap() const;

    [[nodiscard]] bool wantsPin() const;
    /// Whether somebody's last try was wrong: the next may be the last one.
    [[nodiscard]] bool isPinInDanger() const;
    /// Refused: it is not the PIN, or is blocked. Whatever the failure, a try may be gone.
    [[nodiscard]] base::Expected<void> login(const base::Secret& pin) const;

    /// Still the same card, in the same slot, and never out of it since open().
    [[nodiscard]] bool isThere() const;

private:
    Token(const Module& module, CK_SLOT_ID slot)
        : functions_(&module.functions())
        , slot_(slot)
    {}

    [[nodiscard]] base::Expected<std::vector<CK_OBJECT_HANDLE>> dataObjects() const;
    [[nodiscard]] base::Expected<bool> isBootstrap(CK_OBJECT_HANDLE object) const;
    [[nodiscard]] base::Expected<base::Secret> read(CK_OBJECT_HANDLE object) const;

    CK_FUNCTION_LIST* functions_;
    CK_SLOT_ID slot_;
    CK_FLAGS flags_ = 0;
    std::string label_;
    std::string serial_;
    std::optional<CK_SESSION_HANDLE> session_;
};

} // namespace causeway::card

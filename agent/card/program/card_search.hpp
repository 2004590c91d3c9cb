// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/smartcard.hpp"
#include "agent/card/program/module.hpp"
#include "agent/card/program/token.hpp"

namespace causeway::card {

struct SearchSettings
{
    std::string module; ///< of PKCS#11
    std::string card;   ///< label or serial number; empty: any
    std::string salt;
    std::string known; ///< a digest; empty: nothing is known
    std::chrono::seconds patience{};
    std::optional<std::string> pinFor{}; ///< serial number of the card that may be given the PIN
};

/// Looks through all readers. Blocks as the cards do, and for as long as nothing changes: who runs
/// it limits its time by ending the process.
class CardSearch
{
public:
    explicit CardSearch(SearchSettings settings)
        : settings_(std::move(settings))
    {}

    /// What differs from the known report, or, when the patience is over, that again.
    [[nodiscard]] api::CardReport run();

private:
    [[nodiscard]] api::CardReport look();
    [[nodiscard]] api::CardReport lookOnce();
    [[nodiscard]] api::CardReport lookThrough(const std::vector<CK_SLOT_ID>& slots);
    [[nodiscard]] api::CardReport lookInto(CK_SLOT_ID slot);
    /// Says whether the PIN may help.
    bool readInto(api::CardReport& report);
    [[nodiscard]] bool mayTry(const base::Expected<std::optional<base::Secret>>& pin,
                              api::CardReport& report) const;
    void enterPin(const base::Secret& pin, api::CardReport& report);
    [[nodiscard]] bool isWanted(const Token& token) const;
    [[nodiscard]] bool hasChanged() const;

    SearchSettings settings_;
    std::optional<Module> module_;
    std::optional<Token> token_;        ///< the card of the last look, which is watched
    std::optional<CK_SLOT_ID> pinSlot_; ///< of the one card that the PIN may be for
    bool givesPin_ = false;             ///< none gives the information without
};

} // namespace causeway::card

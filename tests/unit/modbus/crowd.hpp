// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/unit/modbus/write_liar.hpp"

namespace causeway::bridges::modbus {

/// A Liar on TCP who is asked several things at once.
template <typename LiarOnTcp>
struct Crowd : LiarOnTcp
{
    static constexpr std::uint16_t atOnce = 4;
    static constexpr std::uint8_t units = atOnce;
    static constexpr int mostWaits = 1000; ///< of 100 ms: all questions have ended long before

    /// Has a unit and wants to hear of nothing.
    struct Absent final : LineUser
    {
        void onLineUp() override {}

        void onLineDown(const std::string&) override {}
    };

    Absent user;
    int asked = 0;
    int mostAtOnce = 0; ///< requests that were sent in the same moment

    Crowd()
    {
        UnitTerms terms;
        terms.outstanding = atOnce;
        for (std::uint8_t unitId = 1; unitId <= units; ++unitId)
            this->line.join(unitId, user, terms);
        this->onSent = [this, then = std::move(this->onSent)](const base::Bytes& frame) {
            const auto& times = this->link->sentAt;
            const auto same = std::ranges::find_if_not(
                times.rbegin(), times.rend(), [&](auto at) { return at == times.back(); });
            mostAtOnce = std::max(mostAtOnce, static_cast<int>(same - times.rbegin()));
            then(frame);
        };
    }

    ~Crowd()
    {
        for (std::uint8_t unitId = 1; unitId <= units; ++unitId)
            this->line.leave(unitId);
    }

    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// `ask` asks one question of a unit, which has ended before the next one to it. Of two alike
    /// to one unit nobody could tell that their answers have changed places: only the transaction
    /// names them.
    template <typename Ask>
    void runTogether(int questions, Ask ask)
    {
        for (int i = 0; i < questions; i += atOnce) {
            for (std::uint8_t unitId = 1; unitId <= units; ++unitId)
                ask(unitId);
            asked += atOnce;
            this->scheduler.advance(std::chrono::milliseconds(this->pick(0, 2500)));
            for (int waited = 0; this->ended < asked && waited < mostWaits; ++waited)
                this->scheduler.advance(std::chrono::milliseconds(100));
        }
        this->scheduler.advance(std::chrono::minutes(5));
    }
};

} // namespace causeway::bridges::modbus

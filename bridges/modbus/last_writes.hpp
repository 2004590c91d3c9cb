// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/unit_port.hpp"

namespace causeway::bridges::modbus {

/// Writes that a Unit owed its device when it went: the ends of pulses, so that no relay stays on
/// for ever. Each is sent until the device confirms or refuses it, or a minute of attempts is over.
/// Lives on the field thread, as a part of a Line; `ask` stays callable as long as it does.
class LastWrites
{
public:
    LastWrites(base::Scheduler& scheduler, Ask ask);

    void add(Request request);

    /// Somebody writes to the same unit: what that sets is not owed any more, and the bits beside
    /// what is are written as that leaves them.
    void supersede(const Request& by);

    /// Whether two writes go to the same coils or registers, if only in part.
    [[nodiscard]] static bool meet(const Request& one, const Request& other);

    [[nodiscard]] bool isEmpty() const { return owed_.empty(); }

    /// `settled` comes once, later, when nothing is owed any more.
    void whenEmpty(base::Task settled);

private:
    struct Owed
    {
        Request request;
        std::uint32_t attempts = 0;
        bool isUnderWay = false;
        bool isOutdated = false; ///< what is under way is not what is owed
    };

    void send(std::uint64_t number);
    void onSent(std::uint64_t number, const base::Expected<Answer>& result);
    void sendAll();
    void tellWhenEmpty();

    base::Scheduler& scheduler_;
    Ask ask_;
    std::map<std::uint64_t, Owed> owed_;
    std::uint64_t nextNumber_ = 1;
    base::Task settled_;
    base::Timer retry_;
};

} // namespace causeway::bridges::modbus

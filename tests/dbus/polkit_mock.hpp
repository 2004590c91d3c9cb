// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/base/bus.hpp"
#include "agent/base/bus_compat.hpp"

namespace causeway::tests {

/// org.freedesktop.PolicyKit1 on a private bus, as far as we call it.
class PolkitMock
{
public:
    enum class Answer : unsigned char { Yes, No, Challenge, Silence };

    struct Question
    {
        std::string action;
        std::string subjectKind;
        std::string subjectName;
        bool mayAskPerson = false;
    };

    PolkitMock(base::EventLoop& loop, const std::string& address);

    Answer answer = Answer::Yes;
    std::vector<Question> questions;

    /// Answers what waits since Silence.
    void answerAll(Answer late);

    /// Leaves the bus name: nobody answers any more.
    void vanish();
    void comeBack();

private:
    using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
    using Verdict = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

    void reply(const sdbus::Result<Verdict>& result, Answer with) const;

    base::Bus bus_;
    std::unique_ptr<sdbus::IObject> authority_;
    std::vector<sdbus::Result<Verdict>> waiting_;
};

} // namespace causeway::tests

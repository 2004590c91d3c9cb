// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/smartcard.hpp"

namespace causeway::fakes {

/// Tells what a test has put in.
class FakeSmartcard final : public api::SmartcardOverview
{
public:
    api::SmartcardStatus status;

    [[nodiscard]] api::SmartcardStatus smartcard() const override { return status; }
};

} // namespace causeway::fakes

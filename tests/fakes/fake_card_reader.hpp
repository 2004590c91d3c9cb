// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "agent/api/smartcard.hpp"

namespace causeway::fakes {

/// Shows what a test puts in, to the look that goes on.
class FakeCardReader final : public api::CardReader
{
public:
    void look(api::CardQuery asked, Seen seen) override
    {
        query = std::move(asked);
        seen_ = std::move(seen);
        ++looks;
    }

    /// The digest stands for all that is seen.
    void see(api::CardSighting sighting, std::string digest, base::ByteView content = {})
    {
        api::CardReport report;
        report.sighting = sighting;
        report.digest = std::move(digest);
        report.reason = sighting == api::CardSighting::Information ? "" : "that is how it is";
        if (sighting >= api::CardSighting::Foreign && !serial.empty()) {
            report.label = "Site card";
            report.serial = serial;
        }
        report.content = base::Secret(content);
        auto told = std::move(seen_);
        told(std::move(report));
    }

    void fail(base::ErrorKind kind)
    {
        auto told = std::move(seen_);
        told(base::fail(kind, "the reader does not answer"));
    }

    std::string serial = "0102"; ///< empty: the card cannot even be opened
    api::CardQuery query;
    int looks = 0;

private:
    Seen seen_;
};

} // namespace causeway::fakes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/credential_lists.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// Keeps what is imported and exports what a test put there, once; answers later, as the real one.
class FakeCredentialLists final : public api::CredentialLists
{
public:
    explicit FakeCredentialLists(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    std::map<std::string, std::vector<api::ListedCredential>> imported; ///< by server
    std::vector<api::ListedCredential> exportable;
    std::uint32_t missing = 0;

    void importAll(const std::string& server,
                   std::vector<api::ListedCredential> list,
                   CountDone done) override
    {
        const auto count = static_cast<std::uint32_t>(list.size());
        imported[server] = std::move(list);
        scheduler_.post([done = std::move(done), count]() mutable { done(count); });
    }

    void generateMissing(const std::string&, CountDone done) override
    {
        scheduler_.post(
            [done = std::move(done), count = std::exchange(missing, 0)]() mutable { done(count); });
    }

    void exportAll(const std::string& server, ListDone done) override
    {
        scheduler_.post(
            [server, done = std::move(done), list = std::exchange(exportable, {})]() mutable {
                if (list.empty())
                    return done(base::fail(base::ErrorKind::NotFound,
                                           "no credential for " + server + " can be exported"));
                done(std::move(list));
            });
    }

private:
    base::Scheduler& scheduler_;
};

} // namespace causeway::fakes

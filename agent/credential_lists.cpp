// SPDX-License-Identifier: Apache-2.0
#include "agent/credential_lists.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/complaints.hpp"
#include "agent/base/log.hpp"

namespace causeway::agent {

using api::CredentialEntry;
using api::ListedCredential;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

using Endpoints = std::map<std::string, std::string>;

/// The server's devices, found by either name.
class Directory
{
public:
    explicit Directory(const Endpoints& endpoints)
        : endpoints_(endpoints)
    {
        for (const auto& [device, endpointName] : endpoints)
            devices_.emplace(endpointName, device);
    }

    [[nodiscard]] Expected<std::string> deviceOf(const ListedCredential& listed) const
    {
        std::string device = listed.device;
        if (const auto found = devices_.find(listed.endpointName);
            device.empty() && found != devices_.end())
            device = found->second;
        const auto known = endpoints_.find(device);
        if (known == endpoints_.end())
            return fail(ErrorKind::NotFound,
                        fmt::format("no device of this server is called {}",
                                    device.empty() ? listed.endpointName : device));
        if (!listed.endpointName.empty() && listed.endpointName != known->second)
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("{} has the endpoint name {}, not {}",
                                    device,
                                    known->second,
                                    listed.endpointName));
        return device;
    }

private:
    const Endpoints& endpoints_;
    std::map<std::string, std::string> devices_; ///< by endpoint name
};

Expected<std::vector<CredentialEntry>>
entriesOf(const std::string& server, std::vector<ListedCredential> list, const Endpoints& endpoints)
{
    const Directory directory(endpoints);
    base::Complaints complaints;
    std::vector<CredentialEntry> entries;
    for (auto& listed : list) {
        const auto device = directory.deviceOf(listed);
        if (!device) {
            complaints.add(listed.line, device.error().message);
            continue;
        }
        auto identity = listed.identity.empty() ? base::toBytes(endpoints.at(*device))
                                                : std::move(listed.identity);
        entries.push_back(
            {{*device, server}, {std::move(identity), std::move(listed.key)}, listed.line});
    }
    if (!complaints.empty())
        return fail(complaints.error());
    return entries;
}

} // namespace

CredentialLists::CredentialLists(base::Scheduler& scheduler,
                                 const api::GatewayControl& gateway,
                                 api::CredentialListStore& store,
                                 OnChanged onChanged)
    : scheduler_(scheduler)
    , gateway_(gateway)
    , store_(store)
    , onChanged_(std::move(onChanged))
{}

void CredentialLists::importAll(const std::string& server,
                                std::vector<ListedCredential> list,
                                CountDone done)
{
    const auto endpoints = endpointsOf(server);
    if (!endpoints)
        return refuse(std::move(done), endpoints.error());
    auto entries = entriesOf(server, std::move(list), *endpoints);
    if (!entries)
        return refuse(std::move(done), entries.error());
    std::vector<api::CredentialId> ids;
    std::ranges::transform(*entries, std::back_inserter(ids), &CredentialEntry::id);
    store_.storeAll(std::move(*entries),
                    lifetime_.guard([this, server, ids = std::move(ids), done = std::move(done)](
                                        Expected<std::uint32_t> count) mutable {
                        if (count) {
                            log::notice("{SERVER}: {COUNT} credentials came in a list",
                                        "SERVER",
                                        server,
                                        "COUNT",
                                        *count);
                            std::ranges::for_each(ids, onChanged_);
                        }
                        done(std::move(count));
                    }));
}

void CredentialLists::generateMissing(const std::string& server, CountDone done)
{
    const auto endpoints = endpointsOf(server);
    if (!endpoints)
        return refuse(std::move(done), endpoints.error());
    std::vector<CredentialEntry> wanted;
    for (const auto& [device, endpointName] : *endpoints)
        wanted.push_back({{device, server}, {base::toBytes(endpointName), {}}});
    store_.generateMissing(
        std::move(wanted),
        lifetime_.guard([this, server, done = std::move(done)](
                            const Expected<std::vector<api::CredentialId>>& made) mutable {
            if (!made)
                return done(fail(made.error()));
            log::notice(
                "{SERVER}: {COUNT} credentials made", "SERVER", server, "COUNT", made->size());
            std::ranges::for_each(*made, onChanged_);
            done(static_cast<std::uint32_t>(made->size()));
        }));
}

void CredentialLists::exportAll(const std::string& server, ListDone done)
{
    const auto endpoints = endpointsOf(server);
    if (!endpoints)
        return refuse(std::move(done), endpoints.error());
    store_.exportAll(server,
                     lifetime_.guard([server, endpoints = *endpoints, done = std::move(done)](
                                         Expected<std::vector<CredentialEntry>> exported) mutable {
                         if (!exported)
                             return done(fail(exported.error()));
                         log::notice("{SERVER}: {COUNT} generated keys exported",
                                     "SERVER",
                                     server,
                                     "COUNT",
                                     exported->size());
                         std::vector<ListedCredential> list;
                         for (auto& [id, credential, line] : *exported)
                             list.push_back({id.device,
                                             endpoints[id.device],
                                             std::move(credential.identity),
                                             std::move(credential.key),
                                             line});
                         done(std::move(list));
                     }));
}

Expected<CredentialLists::Endpoints> CredentialLists::endpointsOf(const std::string& server) const
{
    const auto status = gateway_.server(server);
    if (!status)
        return fail(status.error());
    Endpoints endpoints;
    for (const auto& device : status->devices) {
        if (const auto found = gateway_.device(device))
            endpoints.emplace(device, found->endpointName);
    }
    return endpoints;
}

template <typename Done>
void CredentialLists::refuse(Done done, base::Error error)
{
    scheduler_.post([done = std::move(done), error = std::move(error)]() mutable {
        done(fail(std::move(error)));
    });
}

} // namespace causeway::agent

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/gateway_control.hpp"

namespace causeway::fakes {

/// A gateway of plain maps: what is added is there, what is written is kept, what `nextError` says
/// fails. Answers later, as the real one; tells its listener.
class FakeGateway final : public api::GatewayControl
{
public:
    explicit FakeGateway(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    api::GatewayListener* listener = nullptr;
    api::KeyStoreStatus store{api::KeyStoreState::Sealed, "", ""};
    std::map<std::string, api::LineStatus> lines;
    std::map<std::string, api::ServerStatus> servers;
    std::map<std::string, api::DeviceStatus> devices;
    std::vector<api::ProfileDescription> knownProfiles;
    std::map<std::pair<std::string, model::Path>, model::Sample> samples;
    std::map<api::CredentialId, api::PskCredential> credentials;
    std::map<api::CredentialId, bool> exportable;
    std::vector<std::string> executed; ///< "meter-1 /3/0/4 arguments"
    std::vector<std::string> updated;  ///< "meter-1 main"
    std::optional<base::Error> nextError;
    /// While set, answers wait here instead of being given.
    bool isHolding = false;
    std::vector<base::Task> held;

    void setListener(api::GatewayListener* next) override { listener = next; }

    [[nodiscard]] api::KeyStoreStatus keyStore() const override { return store; }

    [[nodiscard]] api::Counters counters() const override { return {{"devices", devices.size()}}; }

    [[nodiscard]] std::vector<api::ProfileSummary> profiles() const override
    {
        std::vector<api::ProfileSummary> all;
        for (const auto& profile : knownProfiles)
            all.push_back(profile.summary);
        return all;
    }

    [[nodiscard]] base::Expected<api::ProfileDescription>
    describeProfile(const std::string& name) const override
    {
        for (const auto& profile : knownProfiles) {
            if (profile.summary.name == name)
                return profile;
        }
        return base::fail(base::ErrorKind::NotFound, "there is no profile " + name);
    }

    [[nodiscard]] std::vector<std::string> lineNames() const override { return namesOf(lines); }

    [[nodiscard]] std::vector<std::string> serverNames() const override { return namesOf(servers); }

    [[nodiscard]] std::vector<std::string> deviceNames() const override { return namesOf(devices); }

    [[nodiscard]] base::Expected<api::LineStatus> line(const std::string& name) const override
    {
        return find(lines, name);
    }

    [[nodiscard]] base::Expected<api::ServerStatus> server(const std::string& name) const override
    {
        return find(servers, name);
    }

    [[nodiscard]] base::Expected<api::DeviceStatus> device(const std::string& name) const override
    {
        return find(devices, name);
    }

    void addLine(api::LineSettings settings, Done done) override
    {
        put(lines, std::move(settings), &api::GatewayListener::onLineAdded, std::move(done));
    }

    void changeLine(api::LineSettings settings, Done done) override
    {
        put(lines, std::move(settings), &api::GatewayListener::onLineChanged, std::move(done));
    }

    void removeLine(const std::string& name, Done done) override
    {
        erase(lines, name, &api::GatewayListener::onLineRemoved, std::move(done));
    }

    void addServer(api::ServerSettings settings, Done done) override
    {
        put(servers, std::move(settings), &api::GatewayListener::onServerAdded, std::move(done));
    }

    void changeServer(api::ServerSettings settings, Done done) override
    {
        put(servers, std::move(settings), &api::GatewayListener::onServerChanged, std::move(done));
    }

    void removeServer(const std::string& name, Done done) override
    {
        erase(servers, name, &api::GatewayListener::onServerRemoved, std::move(done));
    }

    void attachDevice(api::DeviceSettings settings, Done done) override
    {
        put(devices, std::move(settings), &api::GatewayListener::onDeviceAdded, std::move(done));
    }

    void changeDevice(api::DeviceSettings settings, Done done) override
    {
        put(devices, std::move(settings), &api::GatewayListener::onDeviceChanged, std::move(done));
    }

    void detachDevice(const std::string& name, Done done) override
    {
        erase(devices, name, &api::GatewayListener::onDeviceRemoved, std::move(done));
    }

    void
    setCredential(api::CredentialId id, api::PskCredential credential, CredentialDone done) override
    {
        exportable[id] = false;
        keep(std::move(id), std::move(credential), std::move(done));
    }

    void
    generateCredential(api::CredentialId id, std::string identity, CredentialDone done) override
    {
        const auto name = identity.empty() ? id.device : identity;
        exportable[id] = true;
        keep(std::move(id), {base::toBytes(name), base::Secret(generatedKey())}, std::move(done));
    }

    void exportCredential(api::CredentialId id, SecretDone done) override
    {
        if (!std::exchange(exportable[id], false))
            return answer(std::move(done),
                          base::fail(base::ErrorKind::Refused, "it was exported already"));
        const auto& kept = credentials.at(id);
        answer(std::move(done), api::PskCredential{kept.identity, kept.key.clone()});
    }

    void describeCredential(api::CredentialId id, CredentialDone done) override
    {
        if (!credentials.contains(id))
            return answer(std::move(done),
                          base::fail(base::ErrorKind::NotFound, "there is no credential"));
        answer(std::move(done), factsOf(id));
    }

    void removeCredential(api::CredentialId id, Done done) override
    {
        credentials.erase(id);
        answer(std::move(done), {});
    }

    void readResource(const std::string& device, const model::Path& path, SampleDone done) override
    {
        const auto sample = samples.find({device, path});
        if (sample == samples.end())
            return answer(std::move(done),
                          base::fail(base::ErrorKind::NotFound, "nothing is mapped there"));
        answer(std::move(done), sample->second);
    }

    void writeResource(const std::string& device,
                       const model::Path& path,
                       const model::Value& value,
                       Done done) override
    {
        samples[{device, path}] = {path, value, scheduler_.wallNow(), model::Quality::Accepted};
        answer(std::move(done), {});
    }

    void executeResource(const std::string& device,
                         const model::Path& path,
                         const std::string& arguments,
                         Done done) override
    {
        executed.push_back(device + " " + path.toString() + " " + arguments);
        answer(std::move(done), {});
    }

    [[nodiscard]] base::Expected<std::vector<model::Sample>>
    newestSamples(const std::string& device) const override
    {
        std::vector<model::Sample> all;
        for (const auto& [key, sample] : samples) {
            if (key.first == device)
                all.push_back(sample);
        }
        return all;
    }

    void updateNow(const std::string& device, const std::string& server, Done done) override
    {
        updated.push_back(device + " " + server);
        answer(std::move(done), {});
    }

    /// Octets that can be looked for in everything that leaves.
    [[nodiscard]] static base::ByteView generatedKey()
    {
        return base::asBytes("generated-key-of-32-octets-here!");
    }

private:
    template <typename Map>
    static std::vector<std::string> namesOf(const Map& map)
    {
        std::vector<std::string> names;
        for (const auto& [name, status] : map)
            names.push_back(name);
        return names;
    }

    template <typename Status>
    static base::Expected<Status> find(const std::map<std::string, Status>& map,
                                       const std::string& name)
    {
        const auto found = map.find(name);
        if (found == map.end())
            return base::fail(base::ErrorKind::NotFound, "there is no " + name);
        return found->second;
    }

    using Tell = void (api::GatewayListener::*)(const std::string&);

    template <typename Status, typename Settings>
    void put(std::map<std::string, Status>& map, Settings settings, Tell tell, Done done)
    {
        if (!nextError) {
            const auto name = settings.name;
            map[name].settings = std::move(settings);
            if (listener != nullptr)
                (listener->*tell)(name);
        }
        answer(std::move(done), {});
    }

    template <typename Status>
    void erase(std::map<std::string, Status>& map, const std::string& name, Tell tell, Done done)
    {
        if (!nextError) {
            map.erase(name);
            if (listener != nullptr)
                (listener->*tell)(name);
        }
        answer(std::move(done), {});
    }

    void keep(api::CredentialId id, api::PskCredential credential, CredentialDone done)
    {
        credentials.insert_or_assign(id, std::move(credential));
        answer(std::move(done), factsOf(id));
    }

    api::CredentialFacts factsOf(const api::CredentialId& id)
    {
        const auto& kept = credentials.at(id);
        return {std::string(base::asText(kept.identity)), "0123456789abcdef", exportable[id]};
    }

    template <typename Result>
    void answer(base::UniqueFunction<void(base::Expected<Result>)> done,
                std::type_identity_t<base::Expected<Result>> result)
    {
        if (nextError)
            result = base::fail(*std::exchange(nextError, std::nullopt));
        base::Task task = [done = std::move(done), result = std::move(result)]() mutable {
            done(std::move(result));
        };
        if (isHolding)
            held.push_back(std::move(task));
        else
            scheduler_.post(std::move(task));
    }

    base::Scheduler& scheduler_;
};

} // namespace causeway::fakes

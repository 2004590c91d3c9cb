// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <stdexcept>
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
    std::map<std::uint16_t, std::uint16_t> registers; ///< of every unit of every line
    std::vector<api::TracedFrame> frames; ///< what the second look at any line's trace shows
    std::map<std::string, api::ServerStatus> servers;
    std::map<std::string, api::DeviceStatus> devices;
    std::vector<api::ProfileDescription> knownProfiles;
    std::map<std::pair<std::string, model::Path>, model::Sample> samples;
    std::map<api::CredentialId, api::PskCredential> credentials;
    std::map<api::CredentialId, bool> exportable;
    std::vector<api::BluetoothSighting> sightings;
    std::chrono::seconds scanned{0}; ///< how long the last scan was to last
    std::map<std::string, base::Secret> fieldKeys;
    std::map<api::CredentialId, api::KeyPair> keyPairs; ///< whose octets mean nothing
    std::vector<std::string> executed;                  ///< "meter-1 /3/0/4 arguments"
    std::vector<std::string> updated;                   ///< "meter-1 main"
    std::vector<std::string> sent;                      ///< "meter-1 main /3305/0"
    std::optional<base::Error> nextError;
    /// While set, attaching a device and looking at one throw: a fault of the program.
    bool isBroken = false;
    /// While set, answers wait here instead of being given.
    bool isHolding = false;
    std::vector<base::Task> held;

    void setListener(api::GatewayListener* next) override { listener = next; }

    [[nodiscard]] api::KeyStoreStatus keyStore() const override { return store; }

    [[nodiscard]] api::Counters counters() const override;
    [[nodiscard]] api::BluetoothState bluetooth() const override;
    [[nodiscard]] std::vector<api::ProfileSummary> profiles() const override;
    [[nodiscard]] base::Expected<api::ProfileDescription>
    describeProfile(const std::string& name) const override;

    [[nodiscard]] std::vector<std::string> lineNames() const override { return namesOf(lines); }

    [[nodiscard]] std::vector<std::string> serverNames() const override { return namesOf(servers); }

    [[nodiscard]] std::vector<std::string> deviceNames() const override { return namesOf(devices); }

    [[nodiscard]] base::Expected<api::LineStatus> line(const std::string& name) const override;
    [[nodiscard]] base::Expected<api::ServerStatus> server(const std::string& name) const override;
    [[nodiscard]] base::Expected<api::DeviceStatus> device(const std::string& name) const override;
    void addLine(api::LineSettings settings, Done done) override;
    void changeLine(api::LineSettings settings, Done done) override;
    void removeLine(const std::string& name, Done done) override;
    void readRegisters(const std::string& line,
                       const api::RegisterRange& range,
                       api::RegistersDone done) override;
    void writeRegisters(const std::string& line,
                        const api::RegisterRange& range,
                        std::vector<std::uint16_t> words,
                        Done done) override;
    void pauseLine(const std::string& name, bool isPaused, Done done) override;
    /// Finds one unit at once.
    void startScan(const std::string& line, const api::ScanSettings& settings, Done done) override;
    void stopScan(const std::string& line, Done done) override;
    void traceLine(const std::string& line, std::uint64_t since, api::TraceDone done) override;
    void reloadProfiles(Done done) override;
    void addServer(api::ServerSettings settings, Done done) override;
    void changeServer(api::ServerSettings settings, Done done) override;
    void removeServer(const std::string& name, Done done) override;
    void attachDevice(api::DeviceSettings settings, Done done) override;
    void changeDevice(api::DeviceSettings settings, Done done) override;
    void detachDevice(const std::string& name, Done done) override;
    void scanBluetooth(std::chrono::seconds duration, SightingsDone done) override;
    void setFieldKey(const std::string& device, base::Secret key, Done done) override;
    void
    setCredential(api::CredentialId id, api::Credential credential, CredentialDone done) override;
    void
    generateCredential(api::CredentialId id, std::string identity, CredentialDone done) override;
    void generateKeyPair(api::CredentialId id,
                         api::KeyResidence residence,
                         CredentialDone done) override;
    void requestCertificate(api::CredentialId id, BytesDone done) override;
    void
    setCertificate(api::CredentialId id, base::Bytes certificates, CredentialDone done) override;
    void exportCredential(api::CredentialId id, SecretDone done) override;
    void describeCredential(api::CredentialId id, CredentialDone done) override;
    void removeCredential(api::CredentialId id, Done done) override;
    void readResource(const std::string& device, const model::Path& path, SampleDone done) override;
    void writeResource(const std::string& device,
                       const model::Path& path,
                       const model::Value& value,
                       Done done) override;
    void executeResource(const std::string& device,
                         const model::Path& path,
                         const std::string& arguments,
                         Done done) override;
    [[nodiscard]] base::Expected<std::vector<model::Sample>>
    newestSamples(const std::string& device) const override;
    void updateNow(const std::string& device, const std::string& server, Done done) override;
    void send(const std::string& device,
              const std::string& server,
              const std::vector<model::Path>& paths,
              Done done) override;

    /// Octets that can be looked for in everything that leaves.
    [[nodiscard]] static base::ByteView generatedKey()
    {
        return base::asBytes("generated-key-of-32-octets-here!");
    }

private:
    void throwIfBroken() const
    {
        if (isBroken)
            throw std::logic_error("the fake is broken");
    }

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

    void keep(api::CredentialId id, api::PskCredential credential, CredentialDone done);
    api::CredentialFacts factsOf(const api::CredentialId& id);
    api::CredentialFacts keyPairFacts(const api::CredentialId& id);

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

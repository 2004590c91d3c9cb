// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_gateway.hpp"

namespace causeway::fakes {

api::Counters FakeGateway::counters() const
{
    return {{"devices", devices.size()}};
}

api::BluetoothState FakeGateway::bluetooth() const
{
    return {"passive", {}};
}

std::vector<api::ProfileSummary> FakeGateway::profiles() const
{
    std::vector<api::ProfileSummary> all;
    for (const auto& profile : knownProfiles)
        all.push_back(profile.summary);
    return all;
}

base::Expected<api::ProfileDescription> FakeGateway::describeProfile(const std::string& name) const
{
    for (const auto& profile : knownProfiles) {
        if (profile.summary.name == name)
            return profile;
    }
    return base::fail(base::ErrorKind::NotFound, "there is no profile " + name);
}

base::Expected<api::LineStatus> FakeGateway::line(const std::string& name) const
{
    return find(lines, name);
}

base::Expected<api::ServerStatus> FakeGateway::server(const std::string& name) const
{
    return find(servers, name);
}

base::Expected<api::DeviceStatus> FakeGateway::device(const std::string& name) const
{
    throwIfBroken();
    return find(devices, name);
}

void FakeGateway::addLine(api::LineSettings settings, Done done)
{
    put(lines, std::move(settings), &api::GatewayListener::onLineAdded, std::move(done));
}

void FakeGateway::changeLine(api::LineSettings settings, Done done)
{
    put(lines, std::move(settings), &api::GatewayListener::onLineChanged, std::move(done));
}

void FakeGateway::removeLine(const std::string& name, Done done)
{
    erase(lines, name, &api::GatewayListener::onLineRemoved, std::move(done));
}

void FakeGateway::readRegisters(const std::string& line,
                                const api::RegisterRange& range,
                                api::RegistersDone done)
{
    if (!lines.contains(line))
        return done(base::fail(base::ErrorKind::NotFound, "there is no " + line));
    std::vector<std::uint16_t> words(range.count);
    for (std::uint16_t i = 0; i < range.count; ++i) {
        const auto known = registers.find(static_cast<std::uint16_t>(range.address + i));
        words[i] = known == registers.end() ? 0 : known->second;
    }
    done(std::move(words));
}

void FakeGateway::writeRegisters(const std::string& line,
                                 const api::RegisterRange& range,
                                 std::vector<std::uint16_t> words,
                                 Done done)
{
    if (!lines.contains(line))
        return done(base::fail(base::ErrorKind::NotFound, "there is no " + line));
    for (std::size_t i = 0; i < words.size(); ++i)
        registers[static_cast<std::uint16_t>(range.address + i)] = words[i];
    done({});
}

void FakeGateway::pauseLine(const std::string& name, bool isPaused, Done done)
{
    if (!lines.contains(name))
        return done(base::fail(base::ErrorKind::NotFound, "there is no " + name));
    lines.at(name).isPaused = isPaused;
    done({});
}

void FakeGateway::startScan(const std::string& line, const api::ScanSettings& settings, Done done)
{
    if (!lines.contains(line))
        return done(base::fail(base::ErrorKind::NotFound, "there is no " + line));
    auto& status = lines.at(line);
    // One that a test began goes on until it is stopped.
    status.scan.total = status.scan.isRunning ? 2 : 1;
    status.scan.done = 1;
    status.scan.found = {{status.settings, settings.firstUnit, {"eastron-sdm630"}}};
    done({});
}

void FakeGateway::stopScan(const std::string& line, Done done)
{
    lines.at(line).scan.isRunning = false;
    done({});
}

void FakeGateway::traceLine(const std::string& line, std::uint64_t since, api::TraceDone done)
{
    if (!lines.contains(line))
        return done(base::fail(base::ErrorKind::NotFound, "there is no " + line));
    api::TracedFrames trace;
    trace.next = since + 1;
    if (since == 1) {
        trace.frames = frames;
        trace.missed = 3;
    }
    done(std::move(trace));
}

void FakeGateway::addServer(api::ServerSettings settings, Done done)
{
    put(servers, std::move(settings), &api::GatewayListener::onServerAdded, std::move(done));
}

void FakeGateway::changeServer(api::ServerSettings settings, Done done)
{
    put(servers, std::move(settings), &api::GatewayListener::onServerChanged, std::move(done));
}

void FakeGateway::removeServer(const std::string& name, Done done)
{
    erase(servers, name, &api::GatewayListener::onServerRemoved, std::move(done));
}

void FakeGateway::attachDevice(api::DeviceSettings settings, Done done)
{
    throwIfBroken();
    put(devices, std::move(settings), &api::GatewayListener::onDeviceAdded, std::move(done));
}

void FakeGateway::changeDevice(api::DeviceSettings settings, Done done)
{
    put(devices, std::move(settings), &api::GatewayListener::onDeviceChanged, std::move(done));
}

void FakeGateway::detachDevice(const std::string& name, Done done)
{
    erase(devices, name, &api::GatewayListener::onDeviceRemoved, std::move(done));
}

void FakeGateway::reloadProfiles(Done done)
{
    done({});
}

void FakeGateway::scanBluetooth(std::chrono::seconds duration, SightingsDone done)
{
    scanned = duration;
    answer(std::move(done), sightings);
}

void FakeGateway::setFieldKey(const std::string& device, base::Secret key, Done done)
{
    fieldKeys.insert_or_assign(device, std::move(key));
    answer(std::move(done), {});
}

void FakeGateway::setCredential(api::CredentialId id,
                                api::Credential credential,
                                CredentialDone done)
{
    if (auto* const keyPair = std::get_if<api::KeyPair>(&credential)) {
        keyPair->publicKey = base::toBytes("public half");
        keyPairs.insert_or_assign(id, std::move(*keyPair));
        return answer(std::move(done), keyPairFacts(id));
    }
    exportable[id] = false;
    keep(std::move(id), std::get<api::PskCredential>(std::move(credential)), std::move(done));
}

void FakeGateway::keep(api::CredentialId id, api::PskCredential credential, CredentialDone done)
{
    credentials.insert_or_assign(id, std::move(credential));
    answer(std::move(done), factsOf(id));
}

api::CredentialFacts FakeGateway::factsOf(const api::CredentialId& id)
{
    api::CredentialFacts facts;
    facts.identity = base::asText(credentials.at(id).identity);
    facts.fingerprint = "0123456789abcdef";
    facts.isExportable = exportable[id];
    return facts;
}

api::CredentialFacts FakeGateway::keyPairFacts(const api::CredentialId& id)
{
    const auto& kept = keyPairs.at(id);
    api::CredentialFacts facts;
    facts.fingerprint = "fedcba9876543210";
    facts.publicKey = kept.publicKey;
    facts.residence = kept.residence;
    if (!kept.certificates.empty()) {
        facts.subject = "CN=" + id.device;
        const bool isOld = base::asText(kept.certificates.front()) == "an old certificate";
        facts.expiresAt = base::WallTime(std::chrono::seconds(isOld ? 1000000000 : 2000000000));
    }
    return facts;
}

void FakeGateway::generateKeyPair(api::CredentialId id,
                                  api::KeyResidence residence,
                                  CredentialDone done)
{
    setCredential(std::move(id),
                  api::KeyPair{{}, base::Secret(generatedKey()), {}, {}, residence},
                  std::move(done));
}

void FakeGateway::requestCertificate(api::CredentialId id, BytesDone done)
{
    if (!keyPairs.contains(id))
        return answer(std::move(done),
                      base::fail(base::ErrorKind::Refused, "there is no key pair"));
    answer(std::move(done), base::toBytes("a request of " + id.device));
}

void FakeGateway::setCertificate(api::CredentialId id,
                                 base::Bytes certificates,
                                 CredentialDone done)
{
    if (!keyPairs.contains(id))
        return answer(std::move(done),
                      base::fail(base::ErrorKind::Refused, "there is no key pair"));
    keyPairs.at(id).certificates = {std::move(certificates)};
    answer(std::move(done), keyPairFacts(id));
}

void FakeGateway::generateCredential(api::CredentialId id,
                                     std::string identity,
                                     CredentialDone done)
{
    const auto name = identity.empty() ? id.device : identity;
    exportable[id] = true;
    keep(std::move(id), {base::toBytes(name), base::Secret(generatedKey())}, std::move(done));
}

void FakeGateway::exportCredential(api::CredentialId id, SecretDone done)
{
    if (!std::exchange(exportable[id], false))
        return answer(std::move(done),
                      base::fail(base::ErrorKind::Refused, "it was exported already"));
    const auto& kept = credentials.at(id);
    answer(std::move(done), api::PskCredential{kept.identity, kept.key.clone()});
}

void FakeGateway::describeCredential(api::CredentialId id, CredentialDone done)
{
    if (keyPairs.contains(id))
        return answer(std::move(done), keyPairFacts(id));
    if (!credentials.contains(id))
        return answer(std::move(done),
                      base::fail(base::ErrorKind::NotFound, "there is no credential"));
    answer(std::move(done), factsOf(id));
}

void FakeGateway::removeCredential(api::CredentialId id, Done done)
{
    credentials.erase(id);
    answer(std::move(done), {});
}

void FakeGateway::readResource(const std::string& device, const model::Path& path, SampleDone done)
{
    const auto sample = samples.find({device, path});
    if (sample == samples.end())
        return answer(std::move(done),
                      base::fail(base::ErrorKind::NotFound, "nothing is mapped there"));
    answer(std::move(done), sample->second);
}

void FakeGateway::writeResource(const std::string& device,
                                const model::Path& path,
                                const model::Value& value,
                                Done done)
{
    samples[{device, path}] = {path, value, scheduler_.wallNow(), model::Quality::Accepted};
    answer(std::move(done), {});
}

void FakeGateway::executeResource(const std::string& device,
                                  const model::Path& path,
                                  const std::string& arguments,
                                  Done done)
{
    executed.push_back(device + " " + path.toString() + " " + arguments);
    answer(std::move(done), {});
}

base::Expected<std::vector<model::Sample>>
FakeGateway::newestSamples(const std::string& device) const
{
    std::vector<model::Sample> all;
    for (const auto& [key, sample] : samples) {
        if (key.first == device)
            all.push_back(sample);
    }
    return all;
}

void FakeGateway::updateNow(const std::string& device, const std::string& server, Done done)
{
    updated.push_back(device + " " + server);
    answer(std::move(done), {});
}

void FakeGateway::send(const std::string& device,
                       const std::string& server,
                       const std::vector<model::Path>& paths,
                       Done done)
{
    sent.push_back(device + " " + server);
    for (const auto& path : paths)
        sent.back() += " " + path.toString();
    answer(std::move(done), {});
}

} // namespace causeway::fakes

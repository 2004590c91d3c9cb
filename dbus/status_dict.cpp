// SPDX-License-Identifier: Apache-2.0
#include "dbus/status_dict.hpp"

#include "dbus/wire_words.hpp"

namespace causeway::dbus {

namespace {

void putTime(Dictionary& dictionary, const char* key, const std::optional<base::WallTime>& time)
{
    if (time)
        dictionary.emplace(key, sdbus::Variant(toMicroseconds(*time)));
}

void putText(Dictionary& dictionary, const char* key, std::string_view text)
{
    if (!text.empty())
        dictionary.emplace(key, sdbus::Variant(std::string(text)));
}

void putChannel(Dictionary& dictionary, const api::ChannelFacts& channel)
{
    dictionary.emplace("securityMode", Wire<api::SecurityMode>::put(channel.securityMode));
    putText(dictionary, "transport", channel.isReliable ? "tcp" : "udp");
    if (channel.securityMode == api::SecurityMode::NoSec)
        return;
    putText(dictionary, "cipherSuite", channel.cipherSuiteName);
    putText(dictionary, "credentialFingerprint", base::toHex(channel.credential));
    if (channel.securityMode != api::SecurityMode::Psk) {
        putText(dictionary, "keyResidence", api::toString(channel.keyResidence));
        putText(dictionary, "serverFingerprint", base::toHex(channel.serverKey));
    }
    dictionary.emplace("encryptThenMac", sdbus::Variant(channel.hasEncryptThenMac));
    dictionary.emplace("extendedMasterSecret", sdbus::Variant(channel.hasExtendedMasterSecret));
    dictionary.emplace("resumed", sdbus::Variant(channel.isResumed));
    dictionary.emplace("discardedRecords", sdbus::Variant(channel.discardedRecords));
}

} // namespace

std::string_view toString(api::RegistrationStatus::State state)
{
    using State = api::RegistrationStatus::State;
    switch (state) {
    case State::Disabled:
        return "disabled";
    case State::Waiting:
        return "waiting";
    case State::Connecting:
        return "connecting";
    case State::Registering:
        return "registering";
    case State::Registered:
        return "registered";
    case State::Updating:
        return "updating";
    case State::Deregistering:
        return "deregistering";
    case State::Failed:
        return "failed";
    case State::Idle:
        return "idle";
    case State::Bootstrapping:
        return "bootstrapping";
    }
    return "failed";
}

std::string_view toString(api::DeviceStatus::Field field)
{
    using Field = api::DeviceStatus::Field;
    switch (field) {
    case Field::Unknown:
        return "unknown";
    case Field::Available:
        return "available";
    case Field::Unavailable:
        return "unavailable";
    case Field::Disabled:
        return "disabled";
    case Field::Faulty:
        return "faulty";
    }
    return "faulty";
}

Dictionary toDictionary(const api::RegistrationStatus& status)
{
    Dictionary dictionary{
        {"server", sdbus::Variant(status.server)},
        {"state", sdbus::Variant(std::string(toString(status.state)))},
        {"observations", sdbus::Variant(status.observations)},
        {"counters", sdbus::Variant(status.counters)},
    };
    putText(dictionary, "uri", status.uri);
    if (status.shortServerId != 0)
        dictionary.emplace("shortServerId", sdbus::Variant(status.shortServerId));
    if (status.isBootstrap)
        dictionary.emplace("bootstrapServer", sdbus::Variant(true));
    if (status.isBootstrapped)
        dictionary.emplace("bootstrapped", sdbus::Variant(true));
    putText(dictionary, "lastError", status.lastError);
    putText(dictionary, "location", status.location);
    putTime(dictionary, "lastErrorAt", status.lastErrorAt);
    putTime(dictionary, "registeredAt", status.registeredAt);
    putTime(dictionary, "nextAttemptAt", status.nextAttemptAt);
    putTime(dictionary, "channelSince", status.channelSince);
    putTime(dictionary, "channelUsedAt", status.channelUsedAt);
    if (status.channel)
        putChannel(dictionary, *status.channel);
    return dictionary;
}

void addTo(Dictionary& registration, const api::RenewalStatus& renewal)
{
    putTime(registration, "certificateExpiresAt", renewal.expiresAt);
    putTime(registration, "renewalAt", renewal.nextAt);
    putText(registration, "renewalError", renewal.lastError);
    putTime(registration, "renewalErrorAt", renewal.lastErrorAt);
}

void addTo(Dictionary& registration, const api::EnrolmentStatus& enrolment)
{
    putTime(registration, "enrolmentAt", enrolment.nextAt);
    putText(registration, "enrolmentError", enrolment.lastError);
    putTime(registration, "enrolmentErrorAt", enrolment.lastErrorAt);
}

Dictionary toDictionary(const api::SmartcardStatus& status)
{
    Dictionary dictionary;
    putText(dictionary, "state", status.state);
    putText(dictionary, "device", status.device);
    putText(dictionary, "label", status.label);
    putText(dictionary, "serial", status.serial);
    putText(dictionary, "reason", status.reason);
    return dictionary;
}

Dictionary toDictionary(const api::ProfileSummary& profile)
{
    Dictionary dictionary{
        {"name", sdbus::Variant(profile.name)},
        {"title", sdbus::Variant(profile.title)},
        {"bridge", sdbus::Variant(profile.bridge)},
        {"file", sdbus::Variant(profile.file)},
    };
    putText(dictionary, "error", profile.error);
    return dictionary;
}

Dictionary toDictionary(const api::MappedResource& resource)
{
    Dictionary dictionary{
        {"path", sdbus::Variant(resource.path.toString())},
        {"readable", sdbus::Variant(resource.operations.read)},
        {"writable", sdbus::Variant(resource.operations.write)},
        {"executable", sdbus::Variant(resource.operations.execute)},
        {"serverWrites", sdbus::Variant(resource.allowsServerWrites)},
        {"description", sdbus::Variant(resource.description)},
    };
    if (resource.constant)
        dictionary.emplace("constant", toVariant(*resource.constant));
    return dictionary;
}

Dictionary toDictionary(const api::KeyStoreFacts& facts)
{
    std::vector<std::uint32_t> registers;
    for (std::size_t i = 0; i < facts.registers.size(); ++i) {
        if (facts.registers[i])
            registers.push_back(static_cast<std::uint32_t>(i));
    }
    return {
        {"key", sdbus::Variant(facts.keyNumber)},
        {"slots", sdbus::Variant(facts.slots)},
        {"registers", sdbus::Variant(registers)},
        {"detectsOlderCopies", sdbus::Variant(facts.detectsOlderCopies)},
    };
}

Dictionary toDictionary(const api::CredentialFacts& facts)
{
    Dictionary dictionary{
        {"kind", sdbus::Variant(std::string(facts.publicKey.empty() ? pskKind : keyPairKind))},
        {"fingerprint", sdbus::Variant(facts.fingerprint)},
        {"exportable", sdbus::Variant(facts.isExportable)},
    };
    if (facts.publicKey.empty())
        dictionary.emplace("identity", sdbus::Variant(facts.identity));
    else
        dictionary.emplace("publicKey", sdbus::Variant(facts.publicKey));
    if (!facts.publicKey.empty())
        putText(dictionary, "keyResidence", api::toString(facts.residence));
    putText(dictionary, "subject", facts.subject);
    putTime(dictionary, "expiresAt", facts.expiresAt);
    return dictionary;
}

Dictionary toDictionary(const api::BluetoothSighting& sighting)
{
    Dictionary data;
    for (const auto& [part, octets] : sighting.data)
        data.emplace(part, sdbus::Variant(octets));
    Dictionary dictionary{
        {"address", sdbus::Variant(sighting.address)},
        {"data", sdbus::Variant(data)},
    };
    putText(dictionary, "name", sighting.name);
    putText(dictionary, "profile", sighting.profile);
    putText(dictionary, "device", sighting.device);
    if (sighting.rssi)
        dictionary.emplace("rssi", sdbus::Variant(*sighting.rssi));
    return dictionary;
}

} // namespace causeway::dbus

// SPDX-License-Identifier: Apache-2.0
#include "dbus/device_adaptor.hpp"

#include <algorithm>

#include "dbus/secret_file.hpp"
#include "dbus/settings_dict.hpp"
#include "dbus/status_dict.hpp"

namespace causeway::dbus {

using base::ErrorKind;
using base::Expected;
using model::Path;

namespace {

// What an Execute argument list or one Resource can reasonably be; Block1 towards us has the same
// order of magnitude.
constexpr std::size_t mostArgumentOctets = 4096;
constexpr std::size_t mostValueOctets = 65536;
// A device has a few Objects; who names more may as well name those.
constexpr std::size_t mostPaths = 64;

std::size_t sizeOf(const model::Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value))
        return text->size();
    const auto* bytes = std::get_if<base::Bytes>(&value);
    return bytes == nullptr ? 0 : bytes->size();
}

Expected<model::Value> admitValue(const sdbus::Variant& variant)
{
    auto value = toValue(variant);
    if (value && sizeOf(*value) > mostValueOctets)
        return base::fail(ErrorKind::LimitExceeded,
                          fmt::format("a value of at most {} octets", mostValueOctets));
    return value;
}

Expected<std::vector<Path>> parsePaths(const std::vector<std::string>& texts)
{
    if (texts.empty() || texts.size() > mostPaths)
        return base::fail(ErrorKind::LimitExceeded, fmt::format("one to {} paths", mostPaths));
    std::vector<Path> paths;
    for (const auto& text : texts) {
        const auto path = Path::parse(text);
        if (!path)
            return base::fail(path.error());
        paths.push_back(*path);
    }
    return paths;
}

Expected<api::KeyResidence> residenceIn(const Dictionary& settings)
{
    auto residence = api::KeyResidence::Store;
    for (const auto& [key, value] : settings) {
        if (key != "keyResidence")
            return base::fail(ErrorKind::InvalidArgument,
                              "a key pair has no such setting; there is keyResidence");
        const auto word = value.containsValueOfType<std::string>() ? value.get<std::string>() : "";
        if (word != api::toString(api::KeyResidence::Tpm) &&
            word != api::toString(api::KeyResidence::Store))
            return base::fail(ErrorKind::InvalidArgument, "keyResidence is \"store\" or \"tpm\"");
        if (word == api::toString(api::KeyResidence::Tpm))
            residence = api::KeyResidence::Tpm;
    }
    return residence;
}

api::GatewayControl::CredentialDone describe(Answer<Dictionary> answer)
{
    return [answer = std::move(answer)](const Expected<api::CredentialFacts>& facts) mutable {
        if (!facts)
            return answer.fail(facts.error());
        answer.succeed(toDictionary(*facts));
    };
}

void handOut(Answer<std::vector<std::uint8_t>, sdbus::UnixFd> answer,
             base::UniqueFd reserved,
             const Expected<api::PskCredential>& credential)
{
    if (!credential)
        return answer.fail(credential.error());
    auto file = fillSecretFile(std::move(reserved), credential->key.view());
    if (!file)
        return answer.fail(file.error());
    answer.succeed(credential->identity, sdbus::UnixFd(file->release(), sdbus::adopt_fd));
}

} // namespace

DeviceAdaptor::DeviceAdaptor(const Context& context, std::string name)
    : ExportedObject(context, Kind::Device, std::move(name))
{}

void DeviceAdaptor::tellValues(const std::vector<model::Sample>& samples)
{
    emit([&] {
        auto signal = getObject().createSignal(
            bus::InterfaceName{org::causeway::Gateway1::Device_adaptor::INTERFACE_NAME},
            bus::SignalName{"ValuesChanged"});
        append(signal, samples);
        getObject().emitSignal(signal);
    });
}

void DeviceAdaptor::Change(sdbus::Result<>&& result, Dictionary settings)
{
    admit(
        std::move(result), Action::Manage, [this, settings = std::move(settings)](Answer<> answer) {
            change(settings, std::move(answer));
        });
}

void DeviceAdaptor::Enable(sdbus::Result<>&& result)
{
    changeEnabled(std::move(result), true);
}

void DeviceAdaptor::Disable(sdbus::Result<>&& result)
{
    changeEnabled(std::move(result), false);
}

void DeviceAdaptor::Detach(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.detachDevice(name_, confirm(std::move(answer)));
    });
}

void DeviceAdaptor::ReadResource(SampleResult&& result, std::string path)
{
    using SampleAnswer = Answer<sdbus::Variant, std::string, std::uint64_t, std::string>;
    admit(std::move(result), Action::Read, [this, path = std::move(path)](SampleAnswer answer) {
        const auto parsed = Path::parse(path);
        if (!parsed)
            return answer.fail(parsed.error());
        context_.control.readResource(
            name_,
            *parsed,
            [answer = std::move(answer)](const Expected<model::Sample>& sample) mutable {
                if (!sample)
                    return answer.fail(sample.error());
                const auto told = toBusSample(*sample);
                answer.succeed(told.get<1>(), told.get<2>(), told.get<3>(), told.get<4>());
            });
    });
}

void DeviceAdaptor::WriteResource(sdbus::Result<>&& result, std::string path, sdbus::Variant value)
{
    admit(std::move(result),
          Action::Operate,
          [this, path = std::move(path), value = std::move(value)](Answer<> answer) {
              const auto parsed = Path::parse(path);
              if (!parsed)
                  return answer.fail(parsed.error());
              const auto admitted = admitValue(value);
              if (!admitted)
                  return answer.fail(admitted.error());
              answer.changes(fmt::format("{} {}", path, knownText(*parsed)),
                             fmt::format("{} {}", path, textOf(value)));
              context_.control.writeResource(name_, *parsed, *admitted, confirm(std::move(answer)));
          });
}

std::string DeviceAdaptor::knownText(const Path& path) const
{
    const auto samples = context_.control.newestSamples(name_);
    if (!samples)
        return "unknown";
    const auto known = std::ranges::find(*samples, path, &model::Sample::path);
    return known == samples->end() ? "unknown" : textOf(toVariant(known->value));
}

void DeviceAdaptor::Execute(sdbus::Result<>&& result, std::string path, std::string arguments)
{
    admit(std::move(result),
          Action::Operate,
          [this, path = std::move(path), arguments = std::move(arguments)](Answer<> answer) {
              const auto parsed = Path::parse(path);
              if (!parsed)
                  return answer.fail(parsed.error());
              if (arguments.size() > mostArgumentOctets)
                  return answer.fail(
                      {ErrorKind::LimitExceeded,
                       fmt::format("arguments of at most {} octets", mostArgumentOctets)});
              answer.changes("", fmt::format("{} {}", path, brief(arguments)));
              context_.control.executeResource(
                  name_, *parsed, arguments, confirm(std::move(answer)));
          });
}

void DeviceAdaptor::Send(sdbus::Result<>&& result,
                         std::vector<std::string> paths,
                         std::string server)
{
    admit(std::move(result),
          Action::Operate,
          [this, paths = std::move(paths), server = std::move(server)](Answer<> answer) {
              const auto parsed = parsePaths(paths);
              if (!parsed)
                  return answer.fail(parsed.error());
              context_.control.send(name_, server, *parsed, confirm(std::move(answer)));
          });
}

void DeviceAdaptor::UpdateNow(sdbus::Result<>&& result, std::string server)
{
    admit(std::move(result), Action::Operate, [this, server = std::move(server)](Answer<> answer) {
        context_.control.updateNow(name_, server, confirm(std::move(answer)));
    });
}

std::vector<BusSample> DeviceAdaptor::NewestValues()
{
    return answering([this] {
        const auto samples = context_.control.newestSamples(name_);
        if (!samples)
            throw toBusError(samples.error());
        return toBusSamples(*samples);
    });
}

void DeviceAdaptor::SetCredential(FactsResult&& result,
                                  std::string server,
                                  std::string kind,
                                  std::vector<std::uint8_t> identity,
                                  sdbus::UnixFd secret)
{
    admit(std::move(result),
          Action::Credentials,
          [this,
           id = credential(std::move(server)),
           kind = std::move(kind),
           identity = std::move(identity),
           secret = std::move(secret)](Answer<Dictionary> answer) {
              answer.changes("", "for " + id.server);
              auto received = receive(kind, identity, secret);
              if (!received)
                  return answer.fail(received.error());
              context_.control.setCredential(id, std::move(*received), describe(std::move(answer)));
          });
}

void DeviceAdaptor::GenerateCredential(FactsResult&& result,
                                       std::string server,
                                       std::string identity)
{
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server)), identity = std::move(identity)](
              Answer<Dictionary> answer) {
              answer.changes("", "for " + id.server);
              context_.control.generateCredential(id, identity, describe(std::move(answer)));
          });
}

void DeviceAdaptor::GenerateKeyPair(FactsResult&& result, std::string server)
{
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server))](Answer<Dictionary> answer) {
              answer.changes("", "for " + id.server);
              context_.control.generateKeyPair(
                  id, api::KeyResidence::Store, describe(std::move(answer)));
          });
}

void DeviceAdaptor::GenerateKeyPairWith(FactsResult&& result,
                                        std::string server,
                                        std::map<std::string, sdbus::Variant> settings)
{
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server)), settings = std::move(settings)](
              Answer<Dictionary> answer) {
              const auto residence = residenceIn(settings);
              if (!residence)
                  return answer.fail(residence.error());
              answer.changes("", fmt::format("for {} in {}", id.server, api::toString(*residence)));
              context_.control.generateKeyPair(id, *residence, describe(std::move(answer)));
          });
}

void DeviceAdaptor::RequestCertificate(sdbus::Result<std::vector<std::uint8_t>>&& result,
                                       std::string server)
{
    using OctetsAnswer = Answer<std::vector<std::uint8_t>>;
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server))](OctetsAnswer answer) {
              answer.changes("", "for " + id.server);
              context_.control.requestCertificate(
                  id, [answer = std::move(answer)](const Expected<base::Bytes>& request) mutable {
                      if (!request)
                          return answer.fail(request.error());
                      answer.succeed(*request);
                  });
          });
}

void DeviceAdaptor::SetCertificate(FactsResult&& result,
                                   std::string server,
                                   std::vector<std::uint8_t> certificate)
{
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server)), certificate = std::move(certificate)](
              Answer<Dictionary> answer) {
              answer.changes("", "for " + id.server);
              context_.control.setCertificate(id, certificate, describe(std::move(answer)));
          });
}

void DeviceAdaptor::ExportCredential(SecretResult&& result, std::string server)
{
    using SecretAnswer = Answer<std::vector<std::uint8_t>, sdbus::UnixFd>;
    admit(std::move(result),
          Action::Export,
          [this, id = credential(std::move(server))](SecretAnswer answer) {
              answer.changes("", "for " + id.server);
              auto reserved = reserveSecretFile(); // before the export, which works only once
              if (!reserved)
                  return answer.fail(reserved.error());
              context_.control.exportCredential(
                  id,
                  [answer = std::move(answer), reserved = std::move(*reserved)](
                      const Expected<api::PskCredential>& exported) mutable {
                      handOut(std::move(answer), std::move(reserved), exported);
                  });
          });
}

void DeviceAdaptor::DescribeCredential(FactsResult&& result, std::string server)
{
    admit(std::move(result),
          Action::Describe,
          [this, id = credential(std::move(server))](Answer<Dictionary> answer) {
              context_.control.describeCredential(id, describe(std::move(answer)));
          });
}

void DeviceAdaptor::RemoveCredential(sdbus::Result<>&& result, std::string server)
{
    admit(std::move(result),
          Action::Credentials,
          [this, id = credential(std::move(server))](Answer<> answer) {
              answer.changes("", "for " + id.server);
              context_.control.removeCredential(id, confirm(std::move(answer)));
          });
}

void DeviceAdaptor::SetFieldKey(sdbus::Result<>&& result, sdbus::UnixFd secret)
{
    admit(std::move(result),
          Action::Credentials,
          [this, secret = std::move(secret)](Answer<> answer) {
              auto key = readSecretFile(secret.get());
              if (!key)
                  return answer.fail(key.error());
              context_.control.setFieldKey(name_, std::move(*key), confirm(std::move(answer)));
          });
}

void DeviceAdaptor::RemoveFieldKey(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Credentials, [this](Answer<> answer) {
        context_.control.setFieldKey(name_, {}, confirm(std::move(answer)));
    });
}

std::string DeviceAdaptor::Name()
{
    return name_;
}

Dictionary DeviceAdaptor::Settings()
{
    return toDictionary(status().settings);
}

std::string DeviceAdaptor::EndpointName()
{
    return status().endpointName;
}

std::string DeviceAdaptor::FieldState()
{
    return std::string(toString(status().field));
}

std::string DeviceAdaptor::LastError()
{
    return status().lastError;
}

std::uint64_t DeviceAdaptor::LastErrorAt()
{
    const auto& at = status().lastErrorAt;
    return at ? toMicroseconds(*at) : 0;
}

std::vector<Dictionary> DeviceAdaptor::Registrations()
{
    std::vector<Dictionary> all;
    for (const auto& one : status().registrations) {
        all.push_back(toDictionary(one));
        if (const auto renewal = context_.renewals.renewal({name_, one.server}))
            addTo(all.back(), *renewal);
        if (const auto enrolment = context_.renewals.enrolment({name_, one.server}))
            addTo(all.back(), *enrolment);
    }
    return all;
}

api::Counters DeviceAdaptor::Counters()
{
    return status().counters;
}

const api::DeviceStatus& DeviceAdaptor::status() const
{
    return context_.status.device(name_);
}

api::CredentialId DeviceAdaptor::credential(std::string server) const
{
    return {name_, std::move(server)};
}

void DeviceAdaptor::change(const Dictionary& settings, Answer<> answer)
{
    const auto now = context_.control.device(name_);
    const auto then = now ? changed(now->settings, settings) : base::fail(now.error());
    if (!then)
        return answer.fail(then.error());
    answer.changes(toDictionary(now->settings), toDictionary(*then));
    context_.control.changeDevice(*then, confirm(std::move(answer)));
}

void DeviceAdaptor::changeEnabled(sdbus::Result<>&& result, bool isEnabled)
{
    Change(std::move(result), {{"enabled", sdbus::Variant(isEnabled)}});
}

Expected<api::Credential> DeviceAdaptor::receive(std::string_view kind,
                                                 std::vector<std::uint8_t> identity,
                                                 const sdbus::UnixFd& secret) const
{
    if (kind != pskKind && kind != keyPairKind)
        return base::fail(ErrorKind::NotSupported,
                          "the kinds of credential are \"psk\" and \"key-pair\"");
    auto key = readSecretFile(secret.get());
    if (!key)
        return base::fail(key.error());
    if (kind == keyPairKind && !identity.empty())
        return base::fail(ErrorKind::InvalidArgument, "a key pair has no identity of its own");
    if (kind == keyPairKind)
        return api::KeyPair{{}, std::move(*key), {}};
    if (identity.empty())
        identity = base::toBytes(context_.status.device(name_).endpointName);
    return api::PskCredential{std::move(identity), std::move(*key)};
}

} // namespace causeway::dbus

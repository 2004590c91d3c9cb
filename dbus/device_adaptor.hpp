// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_device_adaptor.h>

#include "dbus/exported_object.hpp"

namespace causeway::dbus {

/// org.causeway.Gateway1.Device of one device.
class DeviceAdaptor final : public ExportedObject<org::causeway::Gateway1::Device_adaptor>
{
public:
    DeviceAdaptor(const Context& context, std::string name);

    /// The signal ValuesChanged.
    void tellValues(const std::vector<model::Sample>& samples);

private:
    using SampleResult = sdbus::Result<sdbus::Variant, std::string, std::uint64_t, std::string>;
    using FactsResult = sdbus::Result<Dictionary>;
    using SecretResult = sdbus::Result<std::vector<std::uint8_t>, sdbus::UnixFd>;

    void Change(sdbus::Result<>&& result, Dictionary settings) override;
    void Enable(sdbus::Result<>&& result) override;
    void Disable(sdbus::Result<>&& result) override;
    void Detach(sdbus::Result<>&& result) override;

    void ReadResource(SampleResult&& result, std::string path) override;
    void WriteResource(sdbus::Result<>&& result, std::string path, sdbus::Variant value) override;
    void Execute(sdbus::Result<>&& result, std::string path, std::string arguments) override;
    void
    Send(sdbus::Result<>&& result, std::vector<std::string> paths, std::string server) override;
    void UpdateNow(sdbus::Result<>&& result, std::string server) override;
    std::vector<BusSample> NewestValues() override;

    void SetCredential(FactsResult&& result,
                       std::string server,
                       std::string kind,
                       std::vector<std::uint8_t> identity,
                       sdbus::UnixFd secret) override;
    void
    GenerateCredential(FactsResult&& result, std::string server, std::string identity) override;
    void GenerateKeyPair(FactsResult&& result, std::string server) override;
    void GenerateKeyPairWith(FactsResult&& result,
                             std::string server,
                             std::map<std::string, sdbus::Variant> settings) override;
    void RequestCertificate(sdbus::Result<std::vector<std::uint8_t>>&& result,
                            std::string server) override;
    void SetCertificate(FactsResult&& result,
                        std::string server,
                        std::vector<std::uint8_t> certificate) override;
    void ExportCredential(SecretResult&& result, std::string server) override;
    void DescribeCredential(FactsResult&& result, std::string server) override;
    void RemoveCredential(sdbus::Result<>&& result, std::string server) override;
    void SetFieldKey(sdbus::Result<>&& result, sdbus::UnixFd secret) override;
    void RemoveFieldKey(sdbus::Result<>&& result) override;

    std::string Name() override;
    Dictionary Settings() override;
    std::string EndpointName() override;
    std::string FieldState() override;
    std::string LastError() override;
    std::uint64_t LastErrorAt() override;
    std::vector<Dictionary> Registrations() override;
    api::Counters Counters() override;

    [[nodiscard]] const api::DeviceStatus& status() const;
    /// The newest value, for the journal.
    [[nodiscard]] std::string knownText(const model::Path& path) const;
    [[nodiscard]] api::CredentialId credential(std::string server) const;
    void change(const Dictionary& settings, Answer<> answer);
    void changeEnabled(sdbus::Result<>&& result, bool isEnabled);
    [[nodiscard]] base::Expected<api::Credential> receive(std::string_view kind,
                                                          std::vector<std::uint8_t> identity,
                                                          const sdbus::UnixFd& secret) const;
};

} // namespace causeway::dbus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/api/gateway_control.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/api/renewal_overview.hpp"
#include "agent/api/smartcard.hpp"
#include "dbus/values.hpp"

/// What the gateway reports, as the dictionaries and words that the XML describes.
namespace causeway::dbus {

[[nodiscard]] std::string_view toString(api::RegistrationStatus::State state);
[[nodiscard]] std::string_view toString(api::DeviceStatus::Field field);

[[nodiscard]] Dictionary toDictionary(const api::RegistrationStatus& status);
/// Among what is told of the registration that the certificate is for.
void addTo(Dictionary& registration, const api::RenewalStatus& renewal);
void addTo(Dictionary& registration, const api::EnrolmentStatus& enrolment);
[[nodiscard]] Dictionary toDictionary(const api::SmartcardStatus& status);
[[nodiscard]] Dictionary toDictionary(const api::ProfileSummary& profile);
[[nodiscard]] Dictionary toDictionary(const api::MappedResource& resource);
[[nodiscard]] Dictionary toDictionary(const api::KeyStoreFacts& facts);
[[nodiscard]] Dictionary toDictionary(const api::CredentialFacts& facts);
[[nodiscard]] Dictionary toDictionary(const api::BluetoothSighting& sighting);

/// The kinds of credentials, as D-Bus calls them.
inline constexpr std::string_view pskKind = "psk";
inline constexpr std::string_view keyPairKind = "key-pair";

} // namespace causeway::dbus

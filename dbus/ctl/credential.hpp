// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/credential_kind.hpp"
#include "agent/base/secret.hpp"
#include "dbus/ctl/client.hpp"
#include "dbus/ctl/key_text.hpp"

/// Credentials of a device for one server; secrets go through sealed memfds.
namespace causeway::dbus::ctl {

/// The key in that file, or Failure.
[[nodiscard]] base::Secret keyOrFail(const std::string& file, KeyFormat format);

/// Asks before anything is made that the daemon would refuse to complete; fails as
/// api::checkKind().
void checkKind(Client& client, const std::string& server, api::CredentialKind kind);

Dictionary setCredential(Client& client,
                         const std::string& device,
                         const std::string& server,
                         const std::string& identity,
                         const base::Secret& key);

Dictionary setKeyPair(Client& client,
                      const std::string& device,
                      const std::string& server,
                      const base::Secret& privateKey);

Dictionary generateCredential(Client& client,
                              const std::string& device,
                              const std::string& server,
                              const std::string& identity);

} // namespace causeway::dbus::ctl

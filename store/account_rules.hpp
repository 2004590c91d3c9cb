// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/credential_table.hpp"
#include "store/server_pin.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// What no two accounts may have alike (TS 1.1 Transport §5.2.8: a Bootstrap-Server, a server and a
/// client use keys of their own): compares what is to be kept with all that is. InvalidArgument
/// with the reason. Needs no key of the store's. Throws SqliteError; the caller has the
/// transaction.
class AccountRules
{
public:
    explicit AccountRules(Database& database);

    /// A credential before it is kept: its key, its identity, and that no server has its key pair.
    [[nodiscard]] base::Expected<void> checkCredential(const api::CredentialId& id,
                                                       const CredentialRow& row);
    /// An account that was just kept, with what devices have for it already.
    [[nodiscard]] base::Expected<void> checkServer(const std::string& name);
    /// No device has it and one of the other kind, Bootstrap-Server or not, with the same key.
    [[nodiscard]] base::Expected<void> checkRoles(const std::string& name);

private:
    [[nodiscard]] base::Expected<void> checkIdentity(const api::CredentialId& id,
                                                     base::ByteView identity);
    [[nodiscard]] base::Expected<void> checkIdentities(const std::string& server);
    [[nodiscard]] base::Expected<void> checkKeyPairs(const std::string& server);
    [[nodiscard]] std::string uriOf(const std::string& server);
    [[nodiscard]] std::vector<ServerPin> pins();
    [[nodiscard]] std::optional<ServerPin> pinOf(const std::string& server);

    Statement otherWithKey_;
    Statement othersWithIdentity_;
    Statement identitiesAt_;
    Statement keyPairs_;
    Statement uri_;
    Statement pins_;
    Statement pin_;
    Statement deviceOfBoth_;
};

} // namespace causeway::store

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// The key that a legacy device encrypts its own messages with (BTHome), wrapped like every other
/// secret; implemented by store::SealedStore. Called on the main thread; callbacks come there too,
/// later. Fails as CredentialStore does.
class FieldKeyStore
{
public:
    virtual ~FieldKeyStore() = default;

    using FetchDone = base::UniqueFunction<void(base::Expected<base::Secret>)>;
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    /// Empty when the device has none, also while the key store is locked.
    virtual void fetchFieldKey(const std::string& device, FetchDone done) = 0;
    /// Replaces what was there; an empty key removes it. NotFound for a device the inventory does
    /// not have.
    virtual void keepFieldKey(const std::string& device, base::Secret key, Done done) = 0;
};

} // namespace causeway::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/api/credential_store.hpp"

/// Credentials of a whole site at once: what comes from a list, and what goes into one.
namespace causeway::api {

struct CredentialEntry
{
    CredentialId id;
    PskCredential credential;
    std::uint32_t line = 0; ///< where it stands in its list, for complaints; 0 without one
};

/// The store's half; implemented by store::SealedStore. Threads and failures as CredentialStore.
class CredentialListStore
{
public:
    virtual ~CredentialListStore() = default;

    using CountDone = base::UniqueFunction<void(base::Expected<std::uint32_t>)>;
    using IdsDone = base::UniqueFunction<void(base::Expected<std::vector<CredentialId>>)>;
    using EntriesDone = base::UniqueFunction<void(base::Expected<std::vector<CredentialEntry>>)>;

    /// All of them, each under the rules of CredentialStore::store(), or none: then the error names
    /// each line that is wrong. Also what a bootstrap delivers at its end.
    virtual void storeAll(std::vector<CredentialEntry> entries, CountDone done) = 0;

    /// Makes a key for each of `wanted` that has no credential, which may be exported once, and
    /// says for which; all or none. The entries' keys are not looked at.
    virtual void generateMissing(std::vector<CredentialEntry> wanted, IdsDone done) = 0;

    /// All credentials for one server that were generated and never exported, and never again;
    /// NotFound when there is none.
    virtual void exportAll(const std::string& server, EntriesDone done) = 0;
};

/// A line of a list as people and servers keep it.
struct ListedCredential
{
    std::string device;       ///< may be empty when there is an endpointName
    std::string endpointName; ///< may be empty when there is a device
    base::Bytes identity;     ///< empty means the endpoint name
    base::Secret key;
    std::uint32_t line = 0;
};

/// The operator's half, one server account at a time; implemented by agent::CredentialLists. Main
/// thread; callbacks come later, exactly once.
class CredentialLists
{
public:
    virtual ~CredentialLists() = default;

    using CountDone = CredentialListStore::CountDone;
    using ListDone = base::UniqueFunction<void(base::Expected<std::vector<ListedCredential>>)>;

    /// All or none; says how many. Each device must be registered to that server.
    virtual void
    importAll(const std::string& server, std::vector<ListedCredential> list, CountDone done) = 0;
    /// For each device of that server without a credential; says how many.
    virtual void generateMissing(const std::string& server, CountDone done) = 0;
    virtual void exportAll(const std::string& server, ListDone done) = 0;
};

} // namespace causeway::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/gateway_control.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/base/worker.hpp"
#include "agent/model/definition.hpp"
#include "bridges/device_profile.hpp"

namespace causeway::bridges {

/// All profiles of this gateway. A file that cannot be used stays listed with its
/// complaint, and hides a good one of the same name: a broken override is never ignored silently.
class ProfileLibrary
{
public:
    /// *.toml of each directory; a name in a later directory replaces the earlier one. A directory
    /// that is not there counts as empty.
    ProfileLibrary(const std::vector<std::filesystem::path>& directories,
                   const model::Definitions& definitions);

    /// Reads the directories anew. The names whose profile came, went or changed, ascending;
    /// whoever holds a profile keeps the one it has.
    std::vector<std::string> reload();

    /// The same for a loop that must not wait for a disk: read by a thread of its own, taken by a
    /// task of the caller's, who hears the names then; never when the library has gone meanwhile.
    void reload(base::Scheduler& caller, base::UniqueFunction<void(std::vector<std::string>)> done);

    /// Ascending; only profiles that can be used.
    [[nodiscard]] std::vector<std::string> names() const;

    /// What is wrong with the others.
    [[nodiscard]] std::vector<base::Error> broken() const;

    /// NotFound for a name that no file has; else the file's own complaint.
    [[nodiscard]] base::Expected<std::shared_ptr<const DeviceProfile>>
    find(const std::string& name) const;

    /// Ascending by name, usable or not.
    [[nodiscard]] std::vector<api::ProfileSummary> summaries() const;

    [[nodiscard]] base::Expected<api::ProfileDescription> describe(const std::string& name) const;

private:
    // shared_ptr: devices keep their profile while an operator's change brings another one.
    using Entry = base::Expected<std::shared_ptr<const DeviceProfile>>;

    struct Listed
    {
        std::string file;
        Entry entry;
    };

    using Profiles = std::map<std::string, Listed>;

    [[nodiscard]] static bool isSame(const Entry& one, const Entry& other);
    /// Touches nothing that changes: any thread.
    [[nodiscard]] Profiles readAll() const;
    [[nodiscard]] std::vector<std::string> take(Profiles fresh);
    void readDirectory(Profiles& profiles,
                       const std::filesystem::path& directory,
                       const std::vector<std::filesystem::path>& sources) const;
    [[nodiscard]] static api::ProfileSummary summarise(const std::string& name,
                                                       const Listed& listed);

    const std::vector<std::filesystem::path> directories_;
    const model::Definitions definitions_;
    Profiles profiles_;
    std::unique_ptr<base::Worker> worker_; ///< none before it is needed
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges

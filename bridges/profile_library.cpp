// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_library.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "bridges/profile_file.hpp"

namespace causeway::bridges {

using base::ErrorKind;
using base::Expected;
using base::fail;

ProfileLibrary::ProfileLibrary(const std::vector<std::filesystem::path>& directories,
                               const model::Definitions& definitions)
    : directories_(directories)
    , definitions_(definitions)
    , profiles_(readAll())
{}

std::vector<std::string> ProfileLibrary::reload()
{
    return take(readAll());
}

void ProfileLibrary::reload(base::Scheduler& caller,
                            base::UniqueFunction<void(std::vector<std::string>)> done)
{
    if (!worker_)
        worker_ = std::make_unique<base::Worker>("profiles");
    auto onRead = lifetime_.guard(
        [this, done = std::move(done)](Profiles fresh) mutable { done(take(std::move(fresh))); });
    // The worker is joined before what this reads goes.
    worker_->post([this, &caller, onRead = std::move(onRead)]() mutable {
        caller.post([fresh = readAll(), onRead = std::move(onRead)]() mutable {
            onRead(std::move(fresh));
        });
    });
}

std::vector<std::string> ProfileLibrary::take(Profiles fresh)
{
    const Profiles before = std::exchange(profiles_, std::move(fresh));
    std::set<std::string> names;
    for (const auto* all : {&before, &std::as_const(profiles_)}) {
        for (const auto& [name, listed] : *all)
            names.insert(name);
    }
    std::erase_if(names, [&](const std::string& name) {
        return before.contains(name) && profiles_.contains(name) &&
               isSame(before.at(name).entry, profiles_.at(name).entry);
    });
    return {names.begin(), names.end()};
}

bool ProfileLibrary::isSame(const Entry& one, const Entry& other)
{
    if (one && other)
        return (*one)->fingerprint == (*other)->fingerprint;
    return !one && !other && one.error().message == other.error().message;
}

ProfileLibrary::Profiles ProfileLibrary::readAll() const
{
    Profiles profiles;
    std::vector<std::filesystem::path> sources; // of what a profile extends: the nearest first
    for (const auto& directory : directories_) {
        sources.insert(sources.begin(), directory);
        readDirectory(profiles, directory, sources);
    }
    return profiles;
}

void ProfileLibrary::readDirectory(Profiles& profiles,
                                   const std::filesystem::path& directory,
                                   const std::vector<std::filesystem::path>& sources) const
{
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(directory, ignored)) {
        if (file.path().extension() != ".toml")
            continue;
        auto read = readProfile(file.path(), definitions_, sources).map([](DeviceProfile profile) {
            return std::make_shared<const DeviceProfile>(std::move(profile));
        });
        profiles.insert_or_assign(file.path().stem().string(),
                                  Listed{file.path().string(), std::move(read)});
    }
}

std::vector<std::string> ProfileLibrary::names() const
{
    std::vector<std::string> names;
    for (const auto& [name, listed] : profiles_) {
        if (listed.entry)
            names.push_back(name);
    }
    return names;
}

std::vector<base::Error> ProfileLibrary::broken() const
{
    std::vector<base::Error> errors;
    for (const auto& [name, listed] : profiles_) {
        if (!listed.entry)
            errors.push_back(listed.entry.error());
    }
    return errors;
}

Expected<std::shared_ptr<const DeviceProfile>> ProfileLibrary::find(const std::string& name) const
{
    const auto found = profiles_.find(name);
    if (found == profiles_.end())
        return fail(ErrorKind::NotFound, fmt::format("there is no profile {}", name));
    return found->second.entry;
}

std::vector<api::ProfileSummary> ProfileLibrary::summaries() const
{
    std::vector<api::ProfileSummary> summaries;
    summaries.reserve(profiles_.size());
    for (const auto& [name, listed] : profiles_)
        summaries.push_back(summarise(name, listed));
    return summaries;
}

Expected<api::ProfileDescription> ProfileLibrary::describe(const std::string& name) const
{
    const auto profile = find(name);
    if (!profile)
        return fail(profile.error());
    api::ProfileDescription description;
    description.summary = summarise(name, profiles_.at(name));
    for (const ResourceMapping& mapping : (*profile)->mappings)
        description.resources.push_back(mapping.resource);
    return description;
}

api::ProfileSummary ProfileLibrary::summarise(const std::string& name, const Listed& listed)
{
    api::ProfileSummary summary;
    summary.name = name;
    summary.file = listed.file;
    if (listed.entry) {
        summary.title = (*listed.entry)->title;
        summary.bridge = (*listed.entry)->bridge;
    } else {
        summary.error = listed.entry.error().message;
    }
    return summary;
}

} // namespace causeway::bridges

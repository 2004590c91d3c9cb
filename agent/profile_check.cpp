// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_check.hpp"

#include "agent/base/log.hpp"
#include "bridges/object_file.hpp"
#include "bridges/profile_file.hpp"

namespace causeway::agent {

model::Definitions knownDefinitions(const Settings& settings)
{
    auto definitions = model::builtInDefinitions();
    for (const auto& error : bridges::addObjectFiles(settings.objectDirectories, definitions))
        log::err("{ERROR}; the Object definitions of this file cannot be used", "ERROR", error);
    return definitions;
}

std::vector<std::string> complaintsAbout(const std::vector<std::filesystem::path>& profiles,
                                         const Settings& settings)
{
    const auto definitions = knownDefinitions(settings);
    std::vector<std::string> complaints;
    for (const auto& file : profiles) {
        std::vector<std::filesystem::path> sources{file.parent_path()};
        sources.insert(sources.end(),
                       settings.profileDirectories.rbegin(),
                       settings.profileDirectories.rend());
        if (const auto profile = bridges::readProfile(file, definitions, sources); !profile)
            complaints.push_back(profile.error().message);
    }
    return complaints;
}

} // namespace causeway::agent

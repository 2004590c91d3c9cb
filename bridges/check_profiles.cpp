// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <filesystem>

#include "agent/model/definition.hpp"
#include "bridges/profile_file.hpp"

/// check-profiles FILE…: reads each profile as the gateway would and prints every complaint.
int main(int argc, char** argv)
try {
    const auto definitions = causeway::model::builtInDefinitions();
    int complaints = 0;
    for (int i = 1; i < argc; ++i) {
        const std::filesystem::path file = argv[i];
        const auto profile =
            causeway::bridges::readProfile(file, definitions, {file.parent_path()});
        if (profile)
            continue;
        std::fprintf(stderr, "%s\n", profile.error().message.c_str());
        ++complaints;
    }
    return complaints == 0 ? 0 : 1;

} catch (const std::exception& problem) {
    std::fprintf(stderr, "check-profiles: %s\n", problem.what());
    return 1;
}

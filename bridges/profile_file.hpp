// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/model/definition.hpp"
#include "bridges/device_profile.hpp"

namespace causeway::bridges {

/// Reads one profile (causeway-profile(5) is the format). Refuses what it does not know, what
/// overlaps, and what does not fit the definitions; the sentence begins with "file:line: ". The
/// profile it extends is the first NAME.toml in `directories` that is not the file itself.
[[nodiscard]] base::Expected<DeviceProfile>
readProfile(const std::filesystem::path& file,
            const model::Definitions& definitions,
            const std::vector<std::filesystem::path>& directories);

/// The same for text in hand; `file` is for the complaints and gives the name.
[[nodiscard]] base::Expected<DeviceProfile>
parseProfile(std::string_view text,
             const std::filesystem::path& file,
             const model::Definitions& definitions,
             const std::vector<std::filesystem::path>& directories = {});

} // namespace causeway::bridges

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/model/definition.hpp"

/// Object definitions that an operator adds: the XML files of the OMA registry, as they are
/// published or in the same form. Whatever is wrong is an error that names the file and the
/// Resource.
namespace causeway::bridges {

/// One file, which may hold several Objects. `file` is only for messages. Of ranges that are prose
/// `remarks` get a sentence each.
[[nodiscard]] base::Expected<std::vector<model::ObjectDefinition>>
parseObjectFile(std::string_view text,
                const std::filesystem::path& file,
                std::vector<std::string>* remarks = nullptr);

/// Adds what the *.xml files of these directories define, in the order of their names; later ones
/// win. Objects below 1024 that are built in stay as they are, since code depends on them. Returns
/// one sentence for each file that cannot be used; none of its Objects is added then.
[[nodiscard]] std::vector<std::string>
addObjectFiles(const std::vector<std::filesystem::path>& directories,
               model::Definitions& definitions);

} // namespace causeway::bridges

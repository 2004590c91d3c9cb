// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "store/sqlite.hpp"

namespace causeway::store {

inline constexpr const char* databaseName = "causeway.db";

/// Opens DIRECTORY/causeway.db, or makes it when it is not there, with the settings that keep
/// every acknowledged write through a power cut. Throws std::runtime_error with a sentence for the
/// operator when the file is newer, not ours, damaged, not writable or open elsewhere; the file is
/// then as it was.
[[nodiscard]] std::unique_ptr<Database> openDatabase(const std::filesystem::path& directory);

} // namespace causeway::store

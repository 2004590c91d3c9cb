// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_file.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "bridges/profile_reader.hpp"

namespace causeway::bridges {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// The largest profile we know has 40 KiB; more is not a profile.
constexpr std::size_t mostOctets = std::size_t{1024} * 1024;

/// The parser's exception ends here.
Expected<toml::table> parseToml(std::string_view text, const std::filesystem::path& file)
try {
    return toml::parse(text);

} catch (const toml::parse_error& error) {
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
}

} // namespace

Expected<DeviceProfile> readProfile(const std::filesystem::path& file,
                                    const model::Definitions& definitions)
{
    std::ifstream stream(file, std::ios::binary);
    std::string text(mostOctets + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.is_open() || stream.bad())
        return fail(ErrorKind::NotFound, fmt::format("{}: cannot be read", file.string()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > mostOctets)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("{}:1: longer than {} octets", file.string(), mostOctets));
    return parseProfile(text, file, definitions);
}

Expected<DeviceProfile> parseProfile(std::string_view text,
                                     const std::filesystem::path& file,
                                     const model::Definitions& definitions)
{
    const auto root = parseToml(text, file);
    if (!root)
        return fail(root.error());
    Complaint complaint(file.string());
    DeviceProfile profile =
        ProfileReader(definitions, complaint).read(ProfileTable(*root, complaint));
    if (complaint.text())
        return fail(ErrorKind::InvalidArgument, *complaint.text());
    profile.name = file.stem().string();
    profile.file = file.string();
    return profile;
}

} // namespace causeway::bridges

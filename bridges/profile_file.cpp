// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_file.hpp"

#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "agent/base/whole_file.hpp"
#include "bridges/profile_merge.hpp"
#include "bridges/profile_reader.hpp"

namespace causeway::bridges {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// The largest profile we know has 40 KiB; more is not a profile.
constexpr std::size_t mostOctets = std::size_t{1024} * 1024;
/// A family, a model, a site's own: more than these in a row is a circle.
constexpr int mostAncestors = 4;

/// The parser's exception ends here.
Expected<toml::table> parseToml(std::string_view text, const std::filesystem::path& file)
try {
    return toml::parse(text);

} catch (const toml::parse_error& error) {
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
}

using Directories = std::vector<std::filesystem::path>;

/// Nothing when no directory has it. An override may extend what it overrides.
std::optional<std::filesystem::path> findBase(const std::string& name,
                                              const std::filesystem::path& child,
                                              const Directories& directories)
{
    const bool isName =
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
    if (name.empty() || !isName)
        return std::nullopt;
    std::error_code ignored;
    for (const auto& directory : directories) {
        const auto file = directory / (name + ".toml");
        if (std::filesystem::exists(file, ignored) &&
            !std::filesystem::equivalent(file, child, ignored))
            return file;
    }
    return std::nullopt;
}

Expected<toml::table> withBase(toml::table root,
                               const std::filesystem::path& file,
                               const Directories& directories,
                               int depth)
{
    if (!root.contains("extends"))
        return root;
    const auto complain = [&](const std::string& sentence) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "{}:{}: {}", file.string(), root.get("extends")->source().begin.line, sentence));
    };
    const std::string name = root["extends"].value_or(std::string());
    const auto base = findBase(name, file, directories);
    if (!base)
        return complain(fmt::format("there is no other profile \"{}\" to extend", name));
    if (depth == mostAncestors)
        return complain("profiles extend one another too deeply");
    const auto text = base::readWholeFile(*base, mostOctets);
    auto parsed = text ? parseToml(*text, *base) : fail(text.error());
    auto whole =
        parsed ? withBase(std::move(*parsed), *base, directories, depth + 1) : std::move(parsed);
    if (!whole)
        return whole;
    return merged(*whole, std::move(root));
}

} // namespace

Expected<DeviceProfile> readProfile(const std::filesystem::path& file,
                                    const model::Definitions& definitions,
                                    const std::vector<std::filesystem::path>& directories)
{
    const auto text = base::readWholeFile(file, mostOctets);
    if (!text)
        return fail(text.error());
    return parseProfile(*text, file, definitions, directories);
}

Expected<DeviceProfile> parseProfile(std::string_view text,
                                     const std::filesystem::path& file,
                                     const model::Definitions& definitions,
                                     const std::vector<std::filesystem::path>& directories)
{
    auto own = parseToml(text, file);
    auto root = own ? withBase(std::move(*own), file, directories, 0) : std::move(own);
    if (!root)
        return fail(root.error());
    if (auto done = substituteParameters(*root); !done)
        return fail(done.error().in(file.string() + ":1"));
    std::ostringstream whole;
    whole << *root;
    Complaint complaint(file.string());
    DeviceProfile profile =
        ProfileReader(definitions, complaint).read(ProfileTable(*root, complaint));
    if (complaint.text())
        return fail(ErrorKind::InvalidArgument, *complaint.text());
    profile.name = file.stem().string();
    profile.file = file.string();
    profile.fingerprint = std::hash<std::string>{}(whole.str());
    return profile;
}

} // namespace causeway::bridges

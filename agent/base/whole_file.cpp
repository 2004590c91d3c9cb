// SPDX-License-Identifier: Apache-2.0
#include "agent/base/whole_file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/error.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::base {

namespace {

tl::unexpected<Error> complain(ErrorKind kind, const std::filesystem::path& file, std::string what)
{
    return fail(kind, fmt::format("{}: {}", file.string(), std::move(what)));
}

} // namespace

Expected<std::string> readWholeFile(const std::filesystem::path& file, std::size_t mostOctets)
{
    // O_NONBLOCK: to open a named pipe would wait for whoever writes into it.
    const UniqueFd opened(
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)); // NOLINT: as C has it
    struct stat facts = {};
    if (!opened.isOpen() || ::fstat(opened.get(), &facts) != 0)
        return complain(ErrorKind::NotFound, file, "cannot be read: " + errnoText(errno));
    if (!S_ISREG(facts.st_mode))
        return complain(ErrorKind::InvalidArgument, file, "is no regular file");
    std::string content;
    char part[16UL * 1024];
    while (content.size() <= mostOctets) {
        const auto length = ::read(opened.get(), part, sizeof part);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return complain(ErrorKind::NotFound, file, "cannot be read: " + errnoText(errno));
        if (length == 0)
            return content;
        content.append(part, static_cast<std::size_t>(length));
    }
    return complain(
        ErrorKind::LimitExceeded, file, fmt::format("longer than {} octets", mostOctets));
}

} // namespace causeway::base

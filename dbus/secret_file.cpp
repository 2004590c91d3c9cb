// SPDX-License-Identifier: Apache-2.0
#include "dbus/secret_file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace causeway::dbus {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr int neededSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;

Expected<std::size_t> checkedSize(int fd, std::size_t most)
{
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & neededSeals) != neededSeals)
        return fail(ErrorKind::InvalidArgument,
                    "a secret must come in a memfd sealed against writing, growing and shrinking");

    struct stat status
    {};

    if (::fstat(fd, &status) < 0)
        return fail(ErrorKind::InvalidArgument, base::errnoText(errno));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0 || size > most)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("a secret must have 1 to {} octets", most));
    return size;
}

} // namespace

Expected<base::Secret> readSecretFile(int fd, std::size_t most)
{
    const auto size = checkedSize(fd, most);
    if (!size)
        return fail(size.error());
    base::Secret secret(*size);
    const auto octets = secret.mutableView();
    if (::pread(fd, octets.data(), octets.size(), 0) != static_cast<ssize_t>(*size))
        return fail(ErrorKind::InvalidArgument, "the secret's memfd could not be read");
    return secret;
}

Expected<base::UniqueFd> reserveSecretFile()
{
    base::UniqueFd file(::memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.isOpen())
        return fail(ErrorKind::Internal, "no memfd: " + base::errnoText(errno));
    return file;
}

Expected<base::UniqueFd> fillSecretFile(base::UniqueFd reserved, base::ByteView octets)
{
    const auto written = ::pwrite(reserved.get(), octets.data(), octets.size(), 0);
    if (written != static_cast<ssize_t>(octets.size()))
        return fail(ErrorKind::Internal, "a memfd could not be filled");
    if (::fcntl(reserved.get(), F_ADD_SEALS, neededSeals | F_SEAL_SEAL) < 0)
        return fail(ErrorKind::Internal, "a memfd could not be sealed: " + base::errnoText(errno));
    return reserved;
}

Expected<base::UniqueFd> makeSecretFile(base::ByteView octets)
{
    return reserveSecretFile().and_then(
        [&](base::UniqueFd file) { return fillSecretFile(std::move(file), octets); });
}

} // namespace causeway::dbus

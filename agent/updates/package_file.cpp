// SPDX-License-Identifier: Apache-2.0
#include "agent/updates/package_file.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

tl::unexpected<base::Error> failed(const std::filesystem::path& file)
{
    const int trouble = errno;
    const bool isFull = trouble == ENOSPC || trouble == EDQUOT;
    return fail(isFull ? ErrorKind::LimitExceeded : ErrorKind::StorageFailed,
                file.string() + ": " + base::errnoText(trouble));
}

} // namespace

PackageFile::PackageFile(const std::filesystem::path& directory, const std::string& name)
    : part_(directory / (name + ".part"))
    , unchecked_(directory / (name + ".unchecked"))
    , approved_(directory / (name + ".package"))
{}

Expected<void> PackageFile::append(std::uint64_t offset, base::ByteView octets)
{
    if (offset == 0) {
        if (auto created = create(); !created)
            return created;
    }
    if (!file_.isOpen())
        return fail(ErrorKind::StorageFailed, part_.string() + " could not be written before");
    if (auto room = checkRoom(octets.size()); !room)
        return room;
    const std::uint64_t end = offset + octets.size();
    if (auto written = write(offset, octets); !written)
        return written;
    if (end / stride != offset / stride && ::fdatasync(file_.get()) != 0)
        return failed(part_);
    return {};
}

Expected<void> PackageFile::write(std::uint64_t offset, base::ByteView octets)
{
    while (!octets.empty()) {
        const ssize_t written =
            ::pwrite(file_.get(), octets.data(), octets.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failed(part_);
        offset += static_cast<std::uint64_t>(written);
        octets = octets.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Expected<std::uint64_t> PackageFile::resume()
{
    file_.reset(::open(part_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file_.isOpen())
        return failed(part_);

    struct stat facts
    {};

    if (::fstat(file_.get(), &facts) != 0)
        return failed(part_);
    const std::uint64_t there = static_cast<std::uint64_t>(facts.st_size) / stride * stride;
    if (::ftruncate(file_.get(), static_cast<off_t>(there)) != 0)
        return failed(part_);
    return there;
}

Expected<void> PackageFile::create()
{
    constexpr mode_t ownDirectory = 0700;
    constexpr mode_t ownFile = 0600;
    remove();
    if (::mkdir(part_.parent_path().c_str(), ownDirectory) != 0 && errno != EEXIST)
        return failed(part_.parent_path());
    file_.reset(
        ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, ownFile));
    if (!file_.isOpen())
        return failed(part_);
    return {};
}

Expected<void> PackageFile::checkRoom(std::size_t octets) const
{
    struct statvfs disk
    {};

    if (::fstatvfs(file_.get(), &disk) != 0)
        return failed(part_);
    if (std::uint64_t{disk.f_bavail} * disk.f_frsize < keptFree + octets)
        return fail(ErrorKind::LimitExceeded, "the gateway's disk is full");
    return {};
}

Expected<void> PackageFile::complete()
{
    if (::fsync(file_.get()) != 0 || std::rename(part_.c_str(), unchecked_.c_str()) != 0)
        return failed(part_);
    file_.reset();
    return {};
}

Expected<void> PackageFile::approve()
{
    if (std::rename(unchecked_.c_str(), approved_.c_str()) != 0)
        return failed(unchecked_);
    const base::UniqueFd directory(
        ::open(part_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.isOpen() || ::fsync(directory.get()) != 0)
        return failed(part_.parent_path());
    return {};
}

Expected<void> PackageFile::find() const
{
    struct stat found
    {};

    if (::stat(approved_.c_str(), &found) == 0)
        return {};
    if (errno == ENOENT)
        return fail(ErrorKind::NotFound, approved_.string() + " is not there");
    return failed(approved_);
}

void PackageFile::remove()
{
    file_.reset();
    ::unlink(part_.c_str());
    ::unlink(unchecked_.c_str());
    ::unlink(approved_.c_str());
}

} // namespace causeway::agent

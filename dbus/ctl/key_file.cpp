// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/key_file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/output.hpp"

namespace causeway::dbus::ctl {

KeyFile::KeyFile(std::string name, std::size_t octets)
    : name_(std::move(name))
    , file_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR))
{
    if (!file_.isOpen() && errno == EEXIST)
        throw Failure(base::ErrorKind::AlreadyExists, name_ + " is there already");
    if (!file_.isOpen())
        throw Failure(base::ErrorKind::InvalidArgument, name_ + ": " + base::errnoText(errno));
    reserve(octets);
}

KeyFile::~KeyFile()
{
    if (!isWritten_)
        ::unlink(name_.c_str());
}

void KeyFile::reserve(std::size_t octets)
{
    // Also where the file system cannot reserve: then the C library writes.
    const int error = ::posix_fallocate(file_.get(), 0, static_cast<off_t>(octets));
    if (error == 0)
        return;
    ::unlink(name_.c_str()); // the destructor of what was not constructed does not run
    throw Failure(base::ErrorKind::StorageFailed, name_ + ": " + base::errnoText(error));
}

void KeyFile::write(std::string_view text)
{
    isWritten_ = true; // part of a list is better than nothing of it
    std::size_t written = 0;
    while (written < text.size()) {
        const auto rest = text.substr(written);
        const auto count = ::write(file_.get(), rest.data(), rest.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        written += static_cast<std::size_t>(count);
    }
    const bool isShort = ::ftruncate(file_.get(), static_cast<off_t>(written)) < 0;
    if (written != text.size() || isShort || ::fsync(file_.get()) < 0)
        throw Failure(base::ErrorKind::StorageFailed,
                      name_ +
                          ": not all could be written, and it is not given again; make a new key");
}

std::optional<KeyFile> placeForKey(const std::string& file)
{
    using Place = std::optional<KeyFile>;
    if (file != "-")
        return Place(std::in_place, file, keyTextOctets);
    reserveOutput(keyTextOctets);
    return {};
}

} // namespace causeway::dbus::ctl

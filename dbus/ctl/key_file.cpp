// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/key_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus/ctl/failure.hpp"

namespace causeway::dbus::ctl {

KeyFile::KeyFile(std::string name)
    : name_(std::move(name))
    , file_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR))
{
    if (!file_.isOpen() && errno == EEXIST)
        throw Failure(base::ErrorKind::AlreadyExists, name_ + " is there already");
    if (!file_.isOpen())
        throw Failure(base::ErrorKind::InvalidArgument, name_ + ": " + base::errnoText(errno));
}

KeyFile::~KeyFile()
{
    if (!isWritten_)
        ::unlink(name_.c_str());
}

void KeyFile::write(std::string_view text)
{
    if (::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw Failure(base::ErrorKind::StorageFailed,
                      name_ + ": the key could not be written; generate a new one");
    isWritten_ = true;
}

} // namespace causeway::dbus::ctl

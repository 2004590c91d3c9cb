// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "agent/base/error.hpp"
#include "agent/base/whole_file.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using base::ErrorKind;
using base::readWholeFile;

namespace {

struct Directory
{
    std::filesystem::path hold(const std::string& content) const
    {
        const auto file = directory.path() / "file";
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

    fakes::TemporaryDirectory directory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(whole_file, Directory)

BOOST_AUTO_TEST_CASE(is_read_to_its_end)
{
    const std::string much(100000, 'x');

    BOOST_TEST((readWholeFile(hold(""), 10) == ""));
    BOOST_TEST((readWholeFile(hold(std::string("a\0b", 3)), 3) == std::string("a\0b", 3)));
    BOOST_TEST((readWholeFile(hold(much), much.size()) == much));
}

BOOST_AUTO_TEST_CASE(that_is_too_long_is_refused)
{
    const auto file = hold("1234");

    const auto content = readWholeFile(file, 3);

    BOOST_TEST((content.error().kind == ErrorKind::LimitExceeded));
    BOOST_TEST(content.error().message == file.string() + ": longer than 3 octets");
}

BOOST_AUTO_TEST_CASE(that_is_not_there_says_so)
{
    const auto content = readWholeFile(directory.path() / "none", 3);

    BOOST_TEST((content.error().kind == ErrorKind::NotFound));
    BOOST_TEST(
        content.error().message.ends_with("/none: cannot be read: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(a_pipe_a_device_or_a_directory_keeps_nobody_waiting)
{
    const auto pipe = directory.path() / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);

    for (const auto& file : {pipe, directory.path(), std::filesystem::path("/dev/zero")}) {
        const auto content = readWholeFile(file, 3);
        BOOST_TEST((content.error().kind == ErrorKind::InvalidArgument));
        BOOST_TEST(content.error().message == file.string() + ": is no regular file");
    }
}

BOOST_AUTO_TEST_SUITE_END()

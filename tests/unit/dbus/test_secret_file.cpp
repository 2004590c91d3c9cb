// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dbus/secret_file.hpp"

using namespace causeway;
using namespace causeway::dbus;

namespace {

base::UniqueFd memfd(std::size_t size, int seals)
{
    base::UniqueFd file(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    BOOST_REQUIRE(::ftruncate(file.get(), static_cast<off_t>(size)) == 0);
    BOOST_REQUIRE(::fcntl(file.get(), F_ADD_SEALS, seals) == 0);
    return file;
}

constexpr int allSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;

} // namespace

BOOST_AUTO_TEST_SUITE(secret_file)

BOOST_AUTO_TEST_CASE(what_was_sealed_can_be_read_and_not_changed)
{
    const auto octets = base::asBytes("sixteen octets!!");

    const auto file = makeSecretFile(octets);
    BOOST_REQUIRE(file.has_value());
    const auto secret = readSecretFile(file->get());

    BOOST_REQUIRE(secret.has_value());
    BOOST_TEST(secret->equals(octets));
    BOOST_TEST(::pwrite(file->get(), "x", 1, 0) == -1);
}

BOOST_AUTO_TEST_CASE(a_memfd_without_every_seal_is_refused)
{
    for (const int seals : {0, F_SEAL_WRITE, F_SEAL_GROW | F_SEAL_SHRINK}) {
        const auto file = memfd(16, seals);
        BOOST_TEST(!readSecretFile(file.get()).has_value());
    }
    BOOST_TEST(readSecretFile(memfd(16, allSeals).get()).has_value());
}

BOOST_AUTO_TEST_CASE(a_pipe_is_refused_without_being_read)
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const base::UniqueFd reading(ends[0]);
    const base::UniqueFd writing(ends[1]);

    BOOST_TEST(!readSecretFile(reading.get()).has_value());
}

BOOST_AUTO_TEST_CASE(empty_and_huge_secrets_are_refused)
{
    BOOST_TEST(!readSecretFile(memfd(0, allSeals).get()).has_value());
    BOOST_TEST(readSecretFile(memfd(mostSecretOctets, allSeals).get()).has_value());
    BOOST_TEST(!readSecretFile(memfd(mostSecretOctets + 1, allSeals).get()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

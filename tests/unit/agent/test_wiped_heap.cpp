// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

using namespace causeway;

namespace {

constexpr std::uint8_t mark = 0x5C;

constexpr std::size_t mostOctets = 4096;
/// The heap writes its own numbers, random ones too, into what it gets back: one may look like it.
constexpr std::size_t chance = 4;

/// The kernel looks, not the program, and takes no memory that was just given back.
class Look
{
public:
    /// How many marks in a row are left where some memory was.
    [[nodiscard]] std::size_t marksAt(const void* place, std::size_t size)
    {
        const auto position = static_cast<off_t>(reinterpret_cast<std::uintptr_t>(place));
        if (::pread(memory_.get(), found_.data(), size, position) != static_cast<ssize_t>(size))
            return mostOctets + 1;
        std::size_t run = 0;
        std::size_t longest = 0;
        for (std::size_t i = 0; i < size; ++i) {
            run = found_.at(i) == mark ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        return longest;
    }

private:
    base::UniqueFd memory_{::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)};
    std::array<std::uint8_t, mostOctets> found_{};
};

// The thread sanitizer has an operator delete of its own in the place of ours.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr bool isOurs = false;
#else
constexpr bool isOurs = true;
#endif
#else
constexpr bool isOurs = true;
#endif

} // namespace

BOOST_FIXTURE_TEST_SUITE(wiped_heap, Look, *boost::unit_test::enable_if<isOurs>())

BOOST_AUTO_TEST_CASE(leaves_nothing_of_what_is_given_back)
{
    for (const auto size : {std::size_t{16}, std::size_t{64}, std::size_t{1024}, mostOctets}) {
        auto octets = std::make_unique<base::Bytes>(size, mark);
        const void* const place = octets->data();
        const auto before = marksAt(place, size);

        octets.reset();

        const auto after = marksAt(place, size); // before anything else takes the place
        BOOST_TEST(before == size);
        BOOST_TEST(after < chance);
    }
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_what_grows)
{
    base::Bytes body(64, mark);
    const void* const first = body.data();

    body.resize(256, mark);

    const auto left = marksAt(first, 64);
    BOOST_REQUIRE(body.data() != first);
    BOOST_TEST(left < chance);
}

BOOST_AUTO_TEST_SUITE_END()

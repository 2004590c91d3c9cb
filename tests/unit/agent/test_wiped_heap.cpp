// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
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

/// A number of unknown origin: nobody may look at a pointer to what has been given back.
std::uintptr_t placeOf(const void* memory)
{
    const volatile auto place = reinterpret_cast<std::uintptr_t>(memory);
    return place;
}

/// The kernel looks, not the program, and takes no memory that was just given back.
class Look
{
public:
    /// How many marks in a row are left where some memory was.
    [[nodiscard]] std::size_t marksAt(std::uintptr_t place, std::size_t size)
    {
        const auto position = static_cast<off_t>(place);
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

// A sanitizer has a heap of its own in the place of ours.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isOurs = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
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
        const auto place = placeOf(octets->data());
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
    const auto first = placeOf(body.data());

    body.resize(256, mark);

    const auto left = marksAt(first, 64);
    BOOST_REQUIRE(placeOf(body.data()) != first);
    BOOST_TEST(left < chance);
}

// As libtasn1 and D-Bus do: pieces that the thread's own cache would take as they are.
BOOST_AUTO_TEST_CASE(leaves_nothing_of_what_a_c_library_gives_back)
{
    for (const std::size_t size : {24U, 120U, 1016U, 4096U}) {
        void* const memory = std::malloc(size);
        const auto place = placeOf(memory);
        std::memset(memory, mark, size);
        const auto before = marksAt(place, size);

        std::free(memory);

        const auto after = marksAt(place, size);
        BOOST_TEST(before == size);
        BOOST_TEST(after < chance);
    }
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_what_a_c_library_lets_grow_or_shrink)
{
    for (const std::size_t wanted : {4000U, 16U}) {
        constexpr std::size_t size = 256;
        void* memory = std::malloc(size);
        const auto place = placeOf(memory);
        std::memset(memory, mark, size);

        memory = std::realloc(memory, wanted);

        const auto left = marksAt(place, size);
        const auto kept = marksAt(placeOf(memory), std::min(size, wanted));
        BOOST_TEST(placeOf(memory) != place);
        BOOST_TEST(left < chance);
        BOOST_TEST(kept == std::min(size, wanted));
        std::free(memory);
    }
}

BOOST_AUTO_TEST_CASE(keeps_what_fits_where_it_is)
{
    void* memory = std::malloc(64);
    const auto place = placeOf(memory);

    memory = std::realloc(memory, 40);

    BOOST_TEST(placeOf(memory) == place);
    std::free(memory);
}

BOOST_AUTO_TEST_SUITE_END()

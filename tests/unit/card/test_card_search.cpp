// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <boost/test/unit_test.hpp>
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/base/unique_fd.hpp"
#include "agent/card/program/card_search.hpp"
#include "tests/fakes/fake_pkcs11.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using api::CardSighting;
using fakes::Pkcs11Card;

namespace {

/// One reader with a good card, through the module that the tests bring along. No pcscd.
struct SearchFixture
{
    SearchFixture()
        : library(::dlopen(CAUSEWAY_FAKE_PKCS11, RTLD_NOW | RTLD_LOCAL))
    {
        if (library == nullptr)
            throw std::runtime_error(::dlerror());
        // POSIX has functions and data in one kind of pointer.
        const auto symbol = ::dlsym(library, "fakeWorld");
        world = reinterpret_cast<fakes::FakeWorld>(symbol)(); // NOLINT
        *world = {};
        world->slots.emplace_back(Pkcs11Card{});
        ::setenv("PCSCLITE_CSOCK_NAME", (directory.path() / "pcscd").c_str(), 1);
        ::setenv("CREDENTIALS_DIRECTORY", directory.path().c_str(), 1);
    }

    SearchFixture(const SearchFixture&) = delete;
    SearchFixture& operator=(const SearchFixture&) = delete;

    ~SearchFixture()
    {
        ::unsetenv("PCSCLITE_CSOCK_NAME");
        ::unsetenv("CREDENTIALS_DIRECTORY");
        ::dlclose(library);
    }

    Pkcs11Card& card(std::size_t slot = 0) { return *world->slots.at(slot); }

    void givePin(const std::string& pin)
    {
        std::ofstream(directory.path() / "smartcard-pin") << pin << '\n';
    }

    /// Somebody listens where pcscd does.
    void startPcscd()
    {
        const auto path = (directory.path() / "pcscd").string();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(&address.sun_path[0], sizeof address.sun_path - 1);
        pcscd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        // The socket API takes every family's address by this one's type.
        const auto* const generic = reinterpret_cast<const sockaddr*>(&address); // NOLINT
        BOOST_REQUIRE(::bind(pcscd.get(), generic, sizeof address) == 0);
        BOOST_REQUIRE(::listen(pcscd.get(), 16) == 0);
    }

    static api::CardReport look(std::optional<std::string> pinFor = "0102")
    {
        card::SearchSettings settings;
        settings.module = CAUSEWAY_FAKE_PKCS11;
        settings.salt = "aa";
        settings.pinFor = std::move(pinFor);
        return card::CardSearch(settings).run();
    }

    /// Until something else is seen than that.
    static api::CardReport watch(const std::string& known)
    {
        card::SearchSettings settings;
        settings.module = CAUSEWAY_FAKE_PKCS11;
        settings.salt = "aa";
        settings.known = known;
        settings.patience = std::chrono::minutes(1);
        return card::CardSearch(settings).run();
    }

    fakes::TemporaryDirectory directory;
    base::UniqueFd pcscd;
    void* library;
    fakes::Pkcs11World* world = nullptr;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(card_search, SearchFixture)

BOOST_AUTO_TEST_CASE(reads_what_is_on_the_card)
{
    const auto report = look();

    BOOST_TEST((report.sighting == CardSighting::Information));
    BOOST_TEST(report.serial == "0102");
    BOOST_TEST(base::asText(report.content.view()) == "content");
}

BOOST_AUTO_TEST_CASE(without_the_object_the_card_is_foreign)
{
    card().content.reset();

    BOOST_TEST((look().sighting == CardSighting::Foreign));
}

BOOST_AUTO_TEST_CASE(of_another_object_the_card_is_foreign)
{
    card().naming = CKR_ATTRIBUTE_TYPE_INVALID;

    BOOST_TEST((look().sighting == CardSighting::Foreign));
}

BOOST_AUTO_TEST_CASE(a_card_that_fails_for_a_moment_is_not_foreign)
{
    card().finding = CKR_DEVICE_ERROR;
    const auto unlisted = look();
    card().finding = CKR_OK;
    card().naming = CKR_DEVICE_REMOVED;
    const auto unnamed = look();

    BOOST_TEST((unlisted.sighting == CardSighting::Unreadable));
    BOOST_TEST(unlisted.reason == "what is on the card cannot be listed: CKR_DEVICE_ERROR (0x30)");
    BOOST_TEST(unlisted.serial == "0102");
    BOOST_TEST((unnamed.sighting == CardSighting::Unreadable));
}

BOOST_AUTO_TEST_CASE(readers_that_cannot_be_listed_are_not_gone)
{
    startPcscd();
    world->listing = CKR_FUNCTION_FAILED;

    BOOST_TEST((look().sighting == CardSighting::NoService));
}

BOOST_AUTO_TEST_CASE(more_readers_than_anybody_has_are_not_gone)
{
    startPcscd();
    world->slots.resize(65);
    world->slots.at(0).reset();

    BOOST_TEST((look().sighting == CardSighting::NoService));
}

BOOST_AUTO_TEST_CASE(a_card_that_wants_it_gets_the_pin)
{
    card().pin = std::string(64, '7');
    card().isPrivate = true;
    givePin(card().pin + "\r");

    BOOST_TEST((look().sighting == CardSighting::Information));
    BOOST_TEST(card().logins == 1);
}

BOOST_AUTO_TEST_CASE(a_pin_that_is_too_long_is_not_cut_and_tried)
{
    card().pin = std::string(64, '7');
    card().isPrivate = true;
    givePin(card().pin + "7");

    const auto report = look();

    BOOST_TEST((report.sighting == CardSighting::PinNeeded));
    BOOST_TEST(report.reason ==
               "the credential smartcard-pin is longer than the 64 octets of a PIN");
    BOOST_TEST(card().logins == 0);
}

BOOST_AUTO_TEST_CASE(a_pin_that_the_card_failed_over_counts_as_refused)
{
    card().pin = "4711";
    card().isPrivate = true;
    card().login = CKR_DEVICE_ERROR;
    givePin("4711");

    BOOST_TEST((look().sighting == CardSighting::PinRefused));
    BOOST_TEST((look(std::nullopt).sighting == CardSighting::PinUntried));
    BOOST_TEST(card().logins == 1);
}

BOOST_AUTO_TEST_CASE(a_card_that_is_not_named_is_not_given_the_pin)
{
    card().pin = "4711";
    card().isPrivate = true;
    givePin("4711");

    for (const auto& pinFor : {std::optional<std::string>(), std::optional<std::string>("0304")}) {
        const auto report = look(pinFor);

        BOOST_TEST((report.sighting == CardSighting::PinUntried));
        BOOST_TEST(report.serial == "0102");
    }
    BOOST_TEST(card().logins == 0);
}

BOOST_AUTO_TEST_CASE(a_card_that_was_out_is_told_as_one_that_nobody_knows)
{
    card().pin = "4711";
    card().isPrivate = true;
    givePin("4711");
    const auto known = look(std::nullopt);
    card().absences = 1;

    const auto report = watch(known.digest);

    BOOST_TEST((report.sighting == CardSighting::PinUntried));
    BOOST_TEST(report.digest.empty());
    BOOST_TEST(card().logins == 0);
}

BOOST_AUTO_TEST_CASE(a_card_that_fails_is_not_given_the_pin)
{
    card().pin = "4711";
    card().finding = CKR_DEVICE_ERROR;
    givePin("4711");

    BOOST_TEST((look().sighting == CardSighting::Unreadable));
    BOOST_TEST(card().logins == 0);
}

BOOST_AUTO_TEST_CASE(a_card_whose_information_is_seen_but_not_read_is_given_the_pin)
{
    card().pin = "4711";
    card().reading = CKR_USER_NOT_LOGGED_IN;
    givePin("4712");

    BOOST_TEST((look().sighting == CardSighting::PinRefused));
}

BOOST_AUTO_TEST_CASE(no_card_is_given_the_pin_beside_one_that_needs_none)
{
    world->slots.emplace_back(Pkcs11Card{});
    card(0).pin = "1111";
    card(0).content.reset();
    givePin("4711");

    BOOST_TEST((look().sighting == CardSighting::Information));
    BOOST_TEST(card(0).logins == 0);
}

BOOST_AUTO_TEST_CASE(of_several_cards_one_is_given_the_pin)
{
    world->slots.emplace_back(Pkcs11Card{});
    card(0).pin = "1111";
    card(1).pin = "2222";
    card(0).isPrivate = card(1).isPrivate = true;
    givePin("4711");

    const auto report = look();

    BOOST_TEST((report.sighting == CardSighting::PinRefused));
    BOOST_TEST(card(0).logins == 1);
    BOOST_TEST(card(1).logins == 0);
}

BOOST_AUTO_TEST_CASE(asks_for_one_card_beside_one_that_fails)
{
    world->slots.emplace_back(Pkcs11Card{});
    card(0).pin = "1111";
    card(0).isPrivate = true;
    card(1).opening = CKR_DEVICE_ERROR;
    givePin("4711");

    const auto report = look(std::nullopt);

    BOOST_TEST((report.sighting == CardSighting::PinUntried));
    BOOST_TEST(report.serial == "0102");
    BOOST_TEST(card(0).logins == 0);
}

BOOST_AUTO_TEST_CASE(tells_a_refused_pin_beside_a_card_that_fails)
{
    world->slots.emplace_back(Pkcs11Card{});
    card(0).pin = "1111";
    card(0).isPrivate = true;
    card(1).opening = CKR_DEVICE_ERROR;
    givePin("4711");

    const auto report = look();

    BOOST_TEST((report.sighting == CardSighting::PinRefused));
    BOOST_TEST(report.serial == "0102");
    BOOST_TEST(card(0).logins == 1);
}

BOOST_AUTO_TEST_SUITE_END()

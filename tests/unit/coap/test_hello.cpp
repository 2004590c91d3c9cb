// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/coap/hello.hpp"

using namespace causeway;
using coap::ClientHello;
using coap::judgeServerHello;
using coap::ServerHello;

namespace {

const base::Bytes sessionId{1, 2, 3, 4};

base::Bytes join(std::initializer_list<base::Bytes> parts)
{
    base::Bytes whole;
    for (const auto& part : parts)
        whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

const base::Bytes begin = join({{0xFE, 0xFD}, base::Bytes(32, 0x5A)});

/// With a session ID, an extended master secret and a ticket.
const base::Bytes whole =
    join({begin, {4, 1, 2, 3, 4}, {0xC0, 0xA8}, {0}, {0, 8}, {0, 23, 0, 0}, {0, 35, 0, 0}});

ClientHello ours()
{
    return {sessionId, {0xC0A8, 0x00AE}, {22, 23, 35}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(hello)

BOOST_AUTO_TEST_CASE(a_server_hello_is_read)
{
    const auto read = coap::parseServerHello(whole);

    BOOST_REQUIRE(read);
    BOOST_TEST(read->sessionId == sessionId, boost::test_tools::per_element());
    BOOST_TEST(read->suite == 0xC0A8);
    BOOST_TEST(read->compression == 0);
    const std::vector<std::uint16_t> extensions{23, 35};
    BOOST_TEST(read->extensions == extensions, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(extensions_may_be_left_out_and_nothing_else)
{
    const std::size_t bare = begin.size() + 5 + 3;
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(coap::parseServerHello(base::ByteView(whole).first(size)).has_value() ==
                       (size == bare),
                   size);
    BOOST_TEST(!coap::parseServerHello(join({whole, {0}})));
}

BOOST_AUTO_TEST_CASE(a_client_hello_is_read_with_and_without_a_cookie)
{
    const base::Bytes rest = join({{0, 4, 0xC0, 0xA8, 0, 0xAE}, {1, 0}, {0, 4}, {0, 23, 0, 0}});
    const base::Bytes id{4, 1, 2, 3, 4};
    for (const auto& read : {coap::parseClientHello(join({begin, id, {2, 9, 9}, rest}), true),
                             coap::parseClientHello(join({begin, id, rest}), false)}) {
        BOOST_REQUIRE(read);
        const std::vector<std::uint16_t> suites{0xC0A8, 0x00AE};
        BOOST_TEST(read->sessionId == sessionId, boost::test_tools::per_element());
        BOOST_TEST(read->suites == suites, boost::test_tools::per_element());
        BOOST_TEST(read->extensions.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(r20_what_was_offered_may_be_gone_by)
{
    BOOST_TEST(!judgeServerHello(ours(), {{}, 0xC0A8, 0, {}}, 0));
    BOOST_TEST(!judgeServerHello(ours(), {{}, 0x00AE, 0, {22, 23}}, 0));
    BOOST_TEST(!judgeServerHello(ours(), {{9, 9}, 0xC0A8, 0, {23, 35}}, 0)); // a new session
    BOOST_TEST(!judgeServerHello(ours(), {sessionId, 0xC0A8, 0, {23}}, 0xC0A8));
}

BOOST_AUTO_TEST_CASE(r20_what_was_not_offered_is_refused_with_its_alert)
{
    struct Row
    {
        ServerHello theirs;
        int alert;
    };

    for (const Row& row : {
             Row{{{}, 0x00A8, 0, {}}, 40},
             Row{{{}, 0x00FF, 0, {}}, 40},
             Row{{{}, 0xC0A8, 1, {}}, 47},
             Row{{{}, 0xC0A8, 0, {54}}, 110},
             Row{{{}, 0xC0A8, 0, {0xFF01}}, 110},
             Row{{{}, 0xC0A8, 0, {22}}, 47},
             Row{{{}, 0xC0A8, 0, {23, 23}}, 47},
             Row{{sessionId, 0x00AE, 0, {22, 23}}, 47},
             Row{{sessionId, 0xC0A8, 0, {}}, 40},
         }) {
        const auto fault = judgeServerHello(ours(), row.theirs, 0xC0A8);
        BOOST_REQUIRE(fault);
        BOOST_TEST(fault->alert == row.alert, fault->words);
    }
}

// RFC 5746 §3.4: the signalling suite stands for the empty extension.
BOOST_AUTO_TEST_CASE(renegotiation_info_answers_its_signal)
{
    ClientHello signalling = ours();
    signalling.suites.push_back(0x00FF);

    BOOST_TEST(!judgeServerHello(signalling, {{}, 0xC0A8, 0, {0xFF01}}, 0));
    BOOST_TEST(judgeServerHello(signalling, {{}, 0x00FF, 0, {}}, 0).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/frame.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using base::ErrorKind;
using base::fromHex;
using base::toHex;

BOOST_AUTO_TEST_SUITE(frame)

namespace {

Request reading(FunctionCode function, std::uint16_t address, std::uint16_t count)
{
    return {1, function, address, count, {}};
}

} // namespace

struct Encoded
{
    Request request;
    std::string pdu;
};

// The examples of Application Protocol V1.1b3 §6.
BOOST_AUTO_TEST_CASE(encodes_the_requests_of_the_standard)
{
    const std::vector<Encoded> rows{
        {reading(FunctionCode::ReadCoils, 0x13, 0x13), "0100130013"},
        {reading(FunctionCode::ReadDiscreteInputs, 0xC4, 0x16), "0200c40016"},
        {reading(FunctionCode::ReadHoldingRegisters, 0x6B, 3), "03006b0003"},
        {reading(FunctionCode::ReadInputRegisters, 8, 1), "0400080001"},
        {{1, FunctionCode::WriteSingleCoil, 0xAC, 1, {1}}, "0500acff00"},
        {{1, FunctionCode::WriteSingleRegister, 1, 1, {3}}, "0600010003"},
        {{1, FunctionCode::WriteMultipleCoils, 0x13, 10, {1, 0, 1, 1, 0, 0, 1, 1, 1, 0}},
         "0f0013000a02cd01"},
        {{1, FunctionCode::WriteMultipleRegisters, 1, 2, {0x0A, 0x0102}}, "100001000204000a0102"},
        {{1, FunctionCode::MaskWriteRegister, 4, 1, {0xF2, 0x25}}, "16000400f20025"},
    };

    for (const Encoded& row : rows)
        BOOST_TEST(toHex(encodePdu(row.request)) == row.pdu);
}

BOOST_AUTO_TEST_CASE(frames_a_relay_boards_request_as_its_maker_does)
{
    const Request request{1, FunctionCode::WriteSingleCoil, 0, 1, {1}};

    BOOST_TEST(toHex(encodeRtu(request)) == "01050000ff008c3a");
}

BOOST_AUTO_TEST_CASE(frames_a_tcp_request_with_its_header)
{
    const Request request{17, FunctionCode::ReadHoldingRegisters, 0x6B, 3, {}};

    BOOST_TEST(toHex(encodeTcp(request, 0x1501)) == "1501000000061103006b0003");
}

BOOST_AUTO_TEST_CASE(reads_the_answers_of_the_standard)
{
    const auto registers = decodePdu(reading(FunctionCode::ReadHoldingRegisters, 0x6B, 3),
                                     *fromHex("0306022b00000064"));
    const auto coils = decodePdu(reading(FunctionCode::ReadCoils, 0x13, 10), *fromHex("0102cd01"));

    BOOST_TEST((registers == Answer{0x022B, 0, 0x64}));
    BOOST_TEST((coils == Answer{1, 0, 1, 1, 0, 0, 1, 1, 1, 0}));
}

BOOST_AUTO_TEST_CASE(names_what_the_unit_refused)
{
    const auto refused =
        decodePdu(reading(FunctionCode::ReadHoldingRegisters, 0, 1), *fromHex("8302"));
    const auto silent =
        decodePdu(reading(FunctionCode::ReadHoldingRegisters, 0, 1), *fromHex("830b"));

    BOOST_TEST((refused.error().kind == ErrorKind::Refused));
    BOOST_TEST(refused.error().message == "exception 2 (illegal data address)");
    BOOST_TEST((silent.error().kind == ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_CASE(believes_no_answer_that_is_not_exactly_the_one)
{
    const Request read = reading(FunctionCode::ReadHoldingRegisters, 0, 2);
    const Request write{1, FunctionCode::WriteSingleRegister, 1, 1, {3}};
    const Request writeMany{1, FunctionCode::WriteMultipleRegisters, 1, 2, {1, 2}};
    const Request mask{1, FunctionCode::MaskWriteRegister, 4, 1, {0xF2, 0x25}};
    const std::vector<std::pair<Request, std::string>> rows{
        {mask, "16000400f20024"},
        {mask, "16000400f2"},
        {mask, "16000500f20025"},
        {read, ""},
        {read, "03"},
        {read, "0302000a"},
        {read, "0304000a"},
        {read, "0304000a000b00"},
        {read, "0404000a000b"},
        {read, "830201"},
        {read, "8402"},
        {write, "0600010004"},
        {write, "0600020003"},
        {write, "06000100"},
        {writeMany, "1000010001"},
        {writeMany, "1000020002"},
    };

    for (const auto& [request, pdu] : rows) {
        const auto answer = decodePdu(request, *fromHex(pdu));
        BOOST_TEST((!answer && answer.error().kind == ErrorKind::Corrupt), pdu);
    }
}

BOOST_AUTO_TEST_CASE(refuses_requests_that_the_protocol_does_not_have)
{
    BOOST_TEST(!check(reading(FunctionCode::ReadHoldingRegisters, 0, 0)));
    BOOST_TEST(!check(reading(FunctionCode::ReadHoldingRegisters, 0, 126)));
    BOOST_TEST(!check(reading(FunctionCode::ReadCoils, 0, 2001)));
    BOOST_TEST(!check(reading(FunctionCode::ReadHoldingRegisters, 65535, 2)));
    BOOST_TEST(!check({1, FunctionCode::WriteMultipleRegisters, 0, 2, {1}}));
    BOOST_TEST(!check({1, FunctionCode::MaskWriteRegister, 0, 1, {1}}));
    BOOST_TEST(check(reading(FunctionCode::ReadHoldingRegisters, 65535, 1)).has_value());
    BOOST_TEST(check(reading(FunctionCode::ReadInputRegisters, 0, 125)).has_value());
}

BOOST_AUTO_TEST_CASE(knows_how_long_an_rtu_answer_will_be)
{
    BOOST_TEST(!rtuAnswerLength(*fromHex("01")));
    BOOST_TEST(!rtuAnswerLength(*fromHex("0103")));
    BOOST_TEST(*rtuAnswerLength(*fromHex("010304")) == 9U);
    BOOST_TEST(*rtuAnswerLength(*fromHex("0183")) == 5U);
    BOOST_TEST(*rtuAnswerLength(*fromHex("0110")) == 8U);
    BOOST_TEST(*rtuAnswerLength(*fromHex("012b")) == 0U);
}

BOOST_AUTO_TEST_CASE(checks_the_crc)
{
    BOOST_TEST(hasGoodCrc(*fromHex("010402013179"
                                   "74")));
    BOOST_TEST(!hasGoodCrc(*fromHex("01040201307974")));
    BOOST_TEST(!hasGoodCrc(*fromHex("0104")));
}

BOOST_AUTO_TEST_SUITE_END()

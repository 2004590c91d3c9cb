// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

namespace causeway::bridges::modbus {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

constexpr std::uint8_t exceptionBit = 0x80;
constexpr std::uint16_t coilOn = 0xFF00;

std::uint8_t codeOf(FunctionCode function)
{
    return static_cast<std::uint8_t>(function);
}

bool readsBits(FunctionCode function)
{
    return function == FunctionCode::ReadCoils || function == FunctionCode::ReadDiscreteInputs;
}

bool isSingle(FunctionCode function)
{
    return function == FunctionCode::WriteSingleCoil ||
           function == FunctionCode::WriteSingleRegister;
}

void putWord(Bytes& out, std::uint16_t word)
{
    out.push_back(static_cast<std::uint8_t>(word >> 8U));
    out.push_back(static_cast<std::uint8_t>(word & 0xFFU));
}

std::uint16_t wordAt(ByteView octets, std::size_t position)
{
    return static_cast<std::uint16_t>((octets[position] << 8U) | octets[position + 1]);
}

std::size_t bitOctets(std::uint16_t count)
{
    return (count + std::size_t{7}) / 8;
}

std::uint16_t mostItems(FunctionCode function)
{
    switch (function) {
    case FunctionCode::ReadCoils:
    case FunctionCode::ReadDiscreteInputs:
        return mostBitsRead;
    case FunctionCode::ReadHoldingRegisters:
    case FunctionCode::ReadInputRegisters:
        return mostRegistersRead;
    case FunctionCode::WriteSingleCoil:
    case FunctionCode::WriteSingleRegister:
    case FunctionCode::MaskWriteRegister:
        return 1;
    case FunctionCode::WriteMultipleCoils:
        return mostBitsWritten;
    case FunctionCode::WriteMultipleRegisters:
        return mostRegistersWritten;
    }
    return 0;
}

bool isMask(FunctionCode function)
{
    return function == FunctionCode::MaskWriteRegister;
}

std::uint8_t readOctets(const Request& request)
{
    const std::size_t octets =
        readsBits(request.function) ? bitOctets(request.count) : request.count * std::size_t{2};
    return static_cast<std::uint8_t>(octets);
}

std::uint16_t singleValue(const Request& request)
{
    const std::uint16_t value = request.values.front();
    if (request.function == FunctionCode::WriteSingleCoil)
        return value != 0 ? coilOn : 0;
    return value;
}

void putValues(Bytes& out, const Request& request)
{
    if (request.function == FunctionCode::WriteMultipleRegisters) {
        out.push_back(static_cast<std::uint8_t>(request.values.size() * 2));
        for (const std::uint16_t value : request.values)
            putWord(out, value);
        return;
    }
    out.push_back(static_cast<std::uint8_t>(bitOctets(request.count)));
    const std::size_t first = out.size();
    out.resize(first + bitOctets(request.count));
    for (std::size_t i = 0; i < request.values.size(); ++i) {
        if (request.values[i] != 0)
            out[first + i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
    }
}

Answer valuesOf(const Request& request, ByteView octets)
{
    Answer answer;
    if (isWrite(request.function))
        return answer;
    answer.reserve(request.count);
    for (std::size_t i = 0; i < request.count; ++i) {
        if (readsBits(request.function))
            answer.push_back((octets[i / 8] >> (i % 8)) & 1U);
        else
            answer.push_back(wordAt(octets, i * 2));
    }
    return answer;
}

/// V1.1b3 §7
constexpr std::uint8_t illegalFunction = 1;
constexpr std::uint8_t illegalAddress = 2;
constexpr std::uint8_t illegalValue = 3;
constexpr std::uint8_t acknowledgeCode = 5;
constexpr std::uint8_t busyCode = 6;
constexpr std::uint8_t noPathCode = 10;

/// V1.1b3 §7. Busy and its like may pass; the rest will not.
Retry retryOf(std::uint8_t exception)
{
    constexpr std::array<std::uint8_t, 4> passing{acknowledgeCode, busyCode, noPathCode, 11};
    return std::ranges::find(passing, exception) != passing.end() ? Retry::Later : Retry::Never;
}

base::Error exceptionError(std::uint8_t code)
{
    // A gateway says with these that the unit behind it is silent.
    const bool isSilence = code == noPathCode || code == 11;
    return {isSilence ? ErrorKind::Unreachable : ErrorKind::Refused,
            fmt::format("exception {} ({})", code, exceptionName(code)),
            retryOf(code)};
}

// An Error has no number for it, and needs none but here: the sentence is exceptionError's own.
bool isException(const base::Error& error, std::uint8_t code)
{
    return error.kind == ErrorKind::Refused && error.message == exceptionError(code).message;
}

constexpr std::array<std::uint16_t, 256> makeCrcTable()
{
    std::array<std::uint16_t, 256> table{};
    for (std::uint16_t octet = 0; octet < 256; ++octet) {
        std::uint16_t crc = octet;
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<std::uint16_t>((crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U);
        table[octet] = crc;
    }
    return table;
}

constexpr auto crcTable = makeCrcTable();

} // namespace

bool isWrite(FunctionCode function)
{
    return codeOf(function) >= codeOf(FunctionCode::WriteSingleCoil);
}

Expected<void> check(const Request& request)
{
    if (request.count == 0 || request.count > mostItems(request.function))
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "{} items do not fit one Modbus request with function code {}, at most {} do",
                request.count,
                codeOf(request.function),
                mostItems(request.function)));
    if (request.address + std::uint32_t{request.count} > 0x10000U)
        return fail(ErrorKind::InvalidArgument,
                    "a Modbus request cannot reach beyond address 65535");
    const std::size_t values = isMask(request.function) ? 2 : request.count;
    if (isWrite(request.function) && request.values.size() != values)
        return fail(ErrorKind::InvalidArgument, "a Modbus write needs as many values as addresses");
    return {};
}

Bytes encodePdu(const Request& request)
{
    assert(check(request));
    Bytes pdu{codeOf(request.function)};
    putWord(pdu, request.address);
    if (isSingle(request.function)) {
        putWord(pdu, singleValue(request));
        return pdu;
    }
    if (isMask(request.function)) { // V1.1b3 §6.16
        putWord(pdu, request.values[0]);
        putWord(pdu, request.values[1]);
        return pdu;
    }
    putWord(pdu, request.count);
    if (isWrite(request.function))
        putValues(pdu, request);
    return pdu;
}

Bytes answerShape(const Request& request)
{
    Bytes shape{codeOf(request.function)};
    if (!isWrite(request.function)) {
        shape.push_back(readOctets(request));
        return shape;
    }
    if (isMask(request.function))
        return encodePdu(request); // all of it comes back
    putWord(shape, request.address);
    putWord(shape, isSingle(request.function) ? singleValue(request) : request.count);
    return shape;
}

std::size_t answerOctets(const Request& request)
{
    if (isMask(request.function))
        return 7;
    return isWrite(request.function) ? 5 : std::size_t{2} + readOctets(request);
}

Expected<Answer> decodePdu(const Request& request, ByteView pdu)
{
    if (pdu.size() == 2 && pdu[0] == (codeOf(request.function) | exceptionBit))
        return tl::unexpected(exceptionError(pdu[1]));
    if (pdu.empty() || pdu[0] != codeOf(request.function))
        return fail(ErrorKind::Corrupt, "the answer has another function code", Retry::Later);
    if (pdu.size() != answerOctets(request))
        return fail(ErrorKind::Corrupt,
                    fmt::format("the answer has {} octets instead of {}",
                                pdu.size(),
                                answerOctets(request)),
                    Retry::Later);
    const Bytes shape = answerShape(request);
    if (!std::ranges::equal(shape, pdu.first(shape.size())))
        return fail(ErrorKind::Corrupt, "the answer is that to another request", Retry::Later);
    return valuesOf(request, pdu.subspan(isWrite(request.function) ? pdu.size() : 2));
}

bool isBusy(const base::Error& error)
{
    return isException(error, busyCode);
}

bool isPathUnavailable(const base::Error& error)
{
    return error.message == exceptionError(noPathCode).message;
}

bool isAcknowledge(const base::Error& error)
{
    return isException(error, acknowledgeCode);
}

bool isIllegalRange(const base::Error& error)
{
    return isException(error, illegalAddress) || isException(error, illegalValue);
}

bool isRefusedForGood(const base::Error& error)
{
    return isException(error, illegalFunction) || isIllegalRange(error);
}

base::Error asRefusedWrite(base::Error error)
{
    if (isException(error, illegalFunction) || isException(error, illegalAddress))
        error.kind = ErrorKind::NotSupported;
    else if (isException(error, illegalValue))
        error.kind = ErrorKind::InvalidArgument;
    return error;
}

std::string exceptionName(std::uint8_t code)
{
    switch (code) {
    case 1:
        return "illegal function";
    case 2:
        return "illegal data address";
    case 3:
        return "illegal data value";
    case 4:
        return "server device failure";
    case acknowledgeCode:
        return "acknowledge: still working on it";
    case busyCode:
        return "server device busy";
    case 8:
        return "memory parity error";
    case 10:
        return "gateway path unavailable";
    case 11:
        return "gateway target device failed to respond";
    default:
        return "not in the standard";
    }
}

std::uint16_t crc16(ByteView octets)
{
    std::uint16_t crc = 0xFFFF;
    for (const std::uint8_t octet : octets)
        crc = static_cast<std::uint16_t>((crc >> 8U) ^ crcTable[(crc ^ octet) & 0xFFU]);
    return crc;
}

Bytes encodeRtu(const Request& request)
{
    Bytes frame{request.unitId};
    const Bytes pdu = encodePdu(request);
    frame.insert(frame.end(), pdu.begin(), pdu.end());
    const std::uint16_t crc = crc16(frame);
    // The CRC alone goes low octet first (Serial Line V1.02 §2.5.1.2).
    frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return frame;
}

std::optional<std::size_t> rtuAnswerLength(ByteView received)
{
    constexpr std::size_t exceptionFrame = 5;
    constexpr std::size_t writeFrame = 8;
    constexpr std::size_t maskFrame = 10;
    constexpr std::uint8_t maskCode = 22;
    if (received.size() < 2)
        return std::nullopt;
    const std::uint8_t code = received[1] & static_cast<std::uint8_t>(~exceptionBit);
    const bool isKnown = (code >= 1 && code <= 6) || code == 15 || code == 16 || code == maskCode;
    if (!isKnown)
        return 0;
    if (code != received[1])
        return exceptionFrame;
    if (code == maskCode)
        return maskFrame;
    if (code > 4)
        return writeFrame;
    if (received.size() < 3)
        return std::nullopt;
    return std::size_t{5} + received[2];
}

bool hasGoodCrc(ByteView frame)
{
    if (frame.size() < 4)
        return false;
    const std::uint16_t crc = crc16(frame.first(frame.size() - 2));
    return frame[frame.size() - 2] == (crc & 0xFFU) && frame[frame.size() - 1] == crc >> 8U;
}

Bytes encodeTcp(const Request& request, std::uint16_t transactionId)
{
    const Bytes pdu = encodePdu(request);
    Bytes frame;
    putWord(frame, transactionId);
    putWord(frame, 0);
    putWord(frame, static_cast<std::uint16_t>(pdu.size() + 1));
    frame.push_back(request.unitId);
    frame.insert(frame.end(), pdu.begin(), pdu.end());
    return frame;
}

MbapHeader decodeMbap(ByteView received)
{
    assert(received.size() >= mbapOctets);
    return {wordAt(received, 0), wordAt(received, 2), wordAt(received, 4), received[6]};
}

} // namespace causeway::bridges::modbus

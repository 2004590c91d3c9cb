// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

/// Modbus on the wire: protocol data units (Application Protocol V1.1b3), the RTU frame around them
/// (Serial Line V1.02 §2.5.1) and the MBAP header (Messaging on TCP/IP V1.0b §3.1.3). Pure.
namespace causeway::bridges::modbus {

enum class FunctionCode : std::uint8_t {
    ReadCoils = 1,
    ReadDiscreteInputs = 2,
    ReadHoldingRegisters = 3,
    ReadInputRegisters = 4,
    WriteSingleCoil = 5,
    WriteSingleRegister = 6,
    WriteMultipleCoils = 15,
    WriteMultipleRegisters = 16,
    MaskWriteRegister = 22,
};

[[nodiscard]] bool isWrite(FunctionCode function);

/// What one request may carry: V1.1b3 §6.1, §6.3, §6.11, §6.12.
inline constexpr std::uint16_t mostBitsRead = 2000;
inline constexpr std::uint16_t mostRegistersRead = 125;
inline constexpr std::uint16_t mostBitsWritten = 1968;
inline constexpr std::uint16_t mostRegistersWritten = 123;

/// V1.1b3 §4.1: 256 octets on a serial line less unit and CRC.
inline constexpr std::size_t mostPduOctets = 253;

/// One request to one unit. Coils travel as 0 and 1 in `values`.
struct Request
{
    std::uint8_t unitId = 1;
    FunctionCode function = FunctionCode::ReadHoldingRegisters;
    std::uint16_t address = 0;
    std::uint16_t count = 1;
    /// Of a write: exactly `count`; of MaskWriteRegister the AND mask and the OR mask.
    std::vector<std::uint16_t> values;
    /// Of a write of a part of a register: the bits beside it, written as they were found. Of all
    /// other writes nothing.
    std::vector<std::uint16_t> foreign{};

    [[nodiscard]] bool operator==(const Request&) const = default;
};

/// What the unit said: the registers or bits read; empty for a confirmed write.
using Answer = std::vector<std::uint16_t>;

/// InvalidArgument for a count or an address range that the protocol does not have.
[[nodiscard]] base::Expected<void> check(const Request& request);

[[nodiscard]] base::Bytes encodePdu(const Request& request);

/// The octets that every good normal answer begins with: function and byte count of a read, all of
/// the answer to a write. Two requests with one shape have answers that cannot be told apart.
[[nodiscard]] base::Bytes answerShape(const Request& request);

/// Octets of the normal answer's PDU.
[[nodiscard]] std::size_t answerOctets(const Request& request);

/// Refused with the exception's name when the unit said no, Unreachable when a gateway says that it
/// is silent; Corrupt for everything that is not exactly the answer to this request.
[[nodiscard]] base::Expected<Answer> decodePdu(const Request& request, base::ByteView pdu);

/// Exception 6: the unit has not begun with what it was asked, and wants to be asked again.
[[nodiscard]] bool isBusy(const base::Error& error);

/// Exception 10: a gateway has no way to the unit, which has not been asked.
[[nodiscard]] bool isPathUnavailable(const base::Error& error);

/// Exception 5: the unit has taken what it was told, and works on it.
[[nodiscard]] bool isAcknowledge(const base::Error& error);

/// Exceptions 2 and 3: not all that was asked for is there, or it is too much for one answer.
[[nodiscard]] bool isIllegalRange(const base::Error& error);

/// Exceptions 1 to 3: asked the same again, the unit says the same. The others speak of its state.
[[nodiscard]] bool isRefusedForGood(const base::Error& error);

/// A unit's no to a write in the caller's terms: NotSupported when it has no such register or
/// function, InvalidArgument when it does not take the value; what else it was stays as it is.
[[nodiscard]] base::Error asRefusedWrite(base::Error error);

/// "illegal data address" and its siblings, V1.1b3 §7.
[[nodiscard]] std::string exceptionName(std::uint8_t code);

[[nodiscard]] std::uint16_t crc16(base::ByteView octets);

[[nodiscard]] base::Bytes encodeRtu(const Request& request);

/// How long the answer that begins with these octets is, CRC and all; nothing while too few are
/// there. Zero: no function code of ours begins an answer so.
[[nodiscard]] std::optional<std::size_t> rtuAnswerLength(base::ByteView received);

/// Whether the last two octets are the CRC of those before.
[[nodiscard]] bool hasGoodCrc(base::ByteView frame);

/// The MBAP header of a received frame.
struct MbapHeader
{
    std::uint16_t transactionId = 0;
    std::uint16_t protocolId = 0;
    std::uint16_t length = 0; ///< of what follows, unit identifier included
    std::uint8_t unitId = 0;
};

inline constexpr std::size_t mbapOctets = 7;

[[nodiscard]] base::Bytes encodeTcp(const Request& request, std::uint16_t transactionId);

/// At least mbapOctets.
[[nodiscard]] MbapHeader decodeMbap(base::ByteView received);

} // namespace causeway::bridges::modbus

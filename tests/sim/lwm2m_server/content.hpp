// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/sim/lwm2m_server/json.hpp"

/// LwM2M payloads <-> JSON, written apart from the product's codecs on purpose.
namespace causeway::sim {

/// A number, or text, opaque, link, cbor, senml-json, senml-cbor, tlv. Throws for another name.
[[nodiscard]] unsigned formatOf(const Json& name);

/// One Resource's value (a JSON boolean, number or text) for a Write.
[[nodiscard]] std::string encodeValue(const std::string& path, const Json& value, unsigned format);

/// {"format": n, "hex" or "text": …} and, where the format tells, "values": {"/3/0/0": …}.
[[nodiscard]] Json describeContent(const std::string& payload, unsigned format);

[[nodiscard]] std::string toHex(const std::string& octets);
/// Throws for what is no hexadecimal.
[[nodiscard]] std::string fromHex(const std::string& text);

/// 0x45 -> "2.05", and back; throws for what is no code.
[[nodiscard]] std::string codeText(unsigned code);
[[nodiscard]] unsigned codeOf(const std::string& text);

} // namespace causeway::sim

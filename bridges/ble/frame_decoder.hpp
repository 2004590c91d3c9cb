// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/model/value.hpp"
#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/format.hpp"

/// Advertisements to values. Pure: whatever octets come, nothing happens but an answer.
namespace causeway::bridges::ble {

/// The part of the advertisement that the format is about; nothing when it has none like it:
/// another length, another beginning, another name.
[[nodiscard]] std::optional<base::ByteView> payloadIn(const AdvertisementFormat& format,
                                                      const Advertisement& advertisement);

/// All such parts of what was heard during some time.
[[nodiscard]] std::vector<base::ByteView> payloadsIn(const AdvertisementFormat& format,
                                                     const Advertisement& advertisement);

/// A payload as anybody can read it, and the counter that its encryption had.
struct PlainPayload
{
    base::Bytes octets;
    std::optional<std::uint32_t> sealCounter;
    /// The device says that it sends when something happens, and else nothing.
    bool isTriggered = false;
};

/// Decrypts what is encrypted. Refused: encrypted and no key is given, or plain although one is (a
/// stranger could send that). Corrupt: does not authenticate, or is no such format. NotFound: of
/// such a device, but without any value, and anybody could send it.
[[nodiscard]] base::Expected<PlainPayload> openPayload(const AdvertisementFormat& format,
                                                       base::ByteView payload,
                                                       std::string_view address,
                                                       base::ByteView key);

/// Whether a device of this format may have the key; an empty one is none. NotSupported when the
/// format knows no encryption, InvalidArgument when its keys have another length.
[[nodiscard]] base::Expected<void> admitKey(const AdvertisementFormat& format, base::ByteView key);

/// What a plain payload holds.
struct Frame
{
    std::optional<base::Bytes> counter;
    /// By the number of the source, as `missing`; what this payload does not have is in neither.
    std::vector<std::pair<std::size_t, model::Value>> values;
    /// Marked as not available, or not to be believed.
    std::vector<std::pair<std::size_t, base::Error>> missing;
};

/// Corrupt when the payload ends inside an object, or has one whose length nobody knows before
/// anything was understood.
[[nodiscard]] base::Expected<Frame> decodeFrame(const AdvertisementFormat& format,
                                                std::span<const Source> sources,
                                                base::ByteView payload);

/// Whether the field's flag says that its value is there; `space` is the payload, or the object.
[[nodiscard]] bool isThere(const Field& field, base::ByteView space);

/// Of a payload without objects. NotFound: it is not in there; Refused: marked as not available;
/// Corrupt: not to be believed.
[[nodiscard]] base::Expected<model::Value> valueIn(const Source& source, base::ByteView payload);

} // namespace causeway::bridges::ble

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

namespace causeway::store {

/// Everything of a credential record that stands beside its wrapped key. It is authenticated with
/// the key: a record copied to another row, or a row edited, does not open.
struct RecordFacts
{
    std::string_view device;
    std::string_view server;
    std::int64_t version = 0;
    base::ByteView identity;
    bool isExportable = false;
    std::string_view kind = "psk"; ///< or "key-pair"
    base::ByteView certificates{}; ///< of a key pair
    /// Of a key pair; "store" is not written, so that records from before it was known open.
    std::string_view residence = "store";
};

/// The same for what a session may resume from: it opens with the very credential it was made
/// with.
struct ResumptionFacts
{
    std::string_view device;
    std::string_view server;
    base::ByteView identity;
    base::ByteView fingerprint;
};

/// And for the key that a legacy device encrypts with.
struct FieldKeyFacts
{
    std::string_view device;
};

/// Wraps and unwraps single records under the key-encryption key (KEK). Each record has a key and
/// a nonce of its own, derived by HKDF-SHA256 from 32 random octets, so no nonce ever meets its
/// key twice; AES-256-GCM (RFC 5869, NIST SP 800-38D).
class Envelope
{
public:
    static constexpr std::size_t kekSize = 32;

    Envelope(std::int64_t kekId, base::Secret kek);

    [[nodiscard]] std::int64_t kekId() const { return kekId_; }

    /// For another key slot.
    [[nodiscard]] base::Secret kek() const { return kek_.clone(); }

    [[nodiscard]] base::Expected<base::Bytes> wrap(const RecordFacts& facts,
                                                   const base::Secret& plain) const;
    /// Corrupt when anything is not as it was wrapped.
    [[nodiscard]] base::Expected<base::Secret> unwrap(const RecordFacts& facts,
                                                      base::ByteView wrapped) const;

    [[nodiscard]] base::Expected<base::Bytes> wrap(const ResumptionFacts& facts,
                                                   const base::Secret& plain) const;
    [[nodiscard]] base::Expected<base::Secret> unwrap(const ResumptionFacts& facts,
                                                      base::ByteView wrapped) const;

    [[nodiscard]] base::Expected<base::Bytes> wrap(const FieldKeyFacts& facts,
                                                   const base::Secret& plain) const;
    [[nodiscard]] base::Expected<base::Secret> unwrap(const FieldKeyFacts& facts,
                                                      base::ByteView wrapped) const;

    /// HMAC-SHA256 by a key derived from the KEK: tells equal keys, and nothing to anyone else.
    [[nodiscard]] base::Expected<base::Bytes> fingerprint(const base::Secret& plain) const;

    /// That the database has reached this age under this key.
    [[nodiscard]] base::Expected<base::Bytes> proveAge(std::int64_t counter) const;

private:
    std::int64_t kekId_;
    base::Secret kek_;
};

} // namespace causeway::store

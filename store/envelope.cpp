// SPDX-License-Identifier: Apache-2.0
#include "store/envelope.hpp"

#include "store/aead.hpp"

namespace causeway::store {

namespace {

constexpr std::string_view wrapPurpose = "causeway credential psk aes-256-gcm 1";
constexpr std::string_view keyPairPurpose = "causeway credential key-pair aes-256-gcm 1";
constexpr std::string_view resumptionPurpose = "causeway resumption aes-256-gcm 1";
constexpr std::string_view agePurpose = "causeway database age hmac-sha256 1";
constexpr std::string_view fieldKeyPurpose = "causeway field key aes-256-gcm 1";
constexpr std::string_view fingerprintPurpose = "causeway credential fingerprint hmac-sha256 1";

/// Writes fields so that no two lists of fields give the same octets: each has its length first.
class FieldWriter
{
public:
    void text(std::string_view value) { octets(base::asBytes(value)); }

    void octets(base::ByteView value)
    {
        number(static_cast<std::int64_t>(value.size()));
        output_.insert(output_.end(), value.begin(), value.end());
    }

    void number(std::int64_t value)
    {
        for (int shift = 56; shift >= 0; shift -= 8)
            output_.push_back(
                static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> shift));
    }

    [[nodiscard]] const base::Bytes& output() const { return output_; }

private:
    base::Bytes output_;
};

bool isPsk(const RecordFacts& facts)
{
    return facts.kind == "psk";
}

base::Bytes associatedData(std::int64_t kekId, const RecordFacts& facts)
{
    FieldWriter writer;
    writer.text("causeway.credential.1");
    writer.number(kekId);
    writer.text(facts.device);
    writer.text(facts.server);
    writer.text(facts.kind);
    writer.number(facts.version);
    writer.octets(facts.identity);
    writer.number(facts.isExportable ? 1 : 0);
    if (!isPsk(facts))
        writer.octets(facts.certificates);
    if (facts.residence != "store")
        writer.text(facts.residence);
    return writer.output();
}

std::string_view purposeOf(const RecordFacts& facts)
{
    return isPsk(facts) ? wrapPurpose : keyPairPurpose;
}

base::Bytes associatedData(std::int64_t kekId, const ResumptionFacts& facts)
{
    FieldWriter writer;
    writer.text("causeway.resumption.1");
    writer.number(kekId);
    writer.text(facts.device);
    writer.text(facts.server);
    writer.octets(facts.identity);
    writer.octets(facts.fingerprint);
    return writer.output();
}

base::Bytes associatedData(std::int64_t kekId, const FieldKeyFacts& facts)
{
    FieldWriter writer;
    writer.text("causeway.field-key.1");
    writer.number(kekId);
    writer.text(facts.device);
    return writer.output();
}

} // namespace

Envelope::Envelope(std::int64_t kekId, base::Secret kek)
    : kekId_(kekId)
    , kek_(std::move(kek))
{}

base::Expected<base::Bytes> Envelope::wrap(const RecordFacts& facts,
                                           const base::Secret& plain) const
{
    return aead::encrypt(kek_, purposeOf(facts), associatedData(kekId_, facts), plain);
}

base::Expected<base::Secret> Envelope::unwrap(const RecordFacts& facts,
                                              base::ByteView wrapped) const
{
    return aead::decrypt(kek_, purposeOf(facts), associatedData(kekId_, facts), wrapped);
}

base::Expected<base::Bytes> Envelope::wrap(const ResumptionFacts& facts,
                                           const base::Secret& plain) const
{
    return aead::encrypt(kek_, resumptionPurpose, associatedData(kekId_, facts), plain);
}

base::Expected<base::Secret> Envelope::unwrap(const ResumptionFacts& facts,
                                              base::ByteView wrapped) const
{
    return aead::decrypt(kek_, resumptionPurpose, associatedData(kekId_, facts), wrapped);
}

base::Expected<base::Bytes> Envelope::wrap(const FieldKeyFacts& facts,
                                           const base::Secret& plain) const
{
    return aead::encrypt(kek_, fieldKeyPurpose, associatedData(kekId_, facts), plain);
}

base::Expected<base::Secret> Envelope::unwrap(const FieldKeyFacts& facts,
                                              base::ByteView wrapped) const
{
    return aead::decrypt(kek_, fieldKeyPurpose, associatedData(kekId_, facts), wrapped);
}

base::Expected<base::Bytes> Envelope::fingerprint(const base::Secret& plain) const
{
    const auto key = aead::derive(kek_.view(), {}, fingerprintPurpose, kekSize);
    if (!key)
        return base::fail(key.error());
    return aead::authenticate(*key, plain.view());
}

base::Expected<base::Bytes> Envelope::proveAge(std::int64_t counter) const
{
    const auto key = aead::derive(kek_.view(), {}, agePurpose, kekSize);
    if (!key)
        return base::fail(key.error());
    FieldWriter writer;
    writer.number(kekId_);
    writer.number(counter);
    return aead::authenticate(*key, writer.output());
}

} // namespace causeway::store

// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "store/aead.hpp"
#include "store/key_pair.hpp"
#include "store/tpm_object.hpp"
#include "store/tpm_session.hpp"

namespace causeway::store {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

constexpr std::size_t digestSize = 32; // SHA-256
/// As long as the name algorithm's digest, the most that a TPM takes (TPM 2.0 Part 1 §19.6.4.3).
constexpr std::size_t authorizationSize = digestSize;

/// Made for one thing: signing a SHA-256 by ECDSA on P-256.
TPM2B_PUBLIC signingKeyTemplate()
{
    TPM2B_PUBLIC object{};
    TPMT_PUBLIC& area = object.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                            TPMA_OBJECT_NODA | TPMA_OBJECT_SIGN_ENCRYPT;
    TPMS_ECC_PARMS& parameters = area.parameters.eccDetail;
    parameters.symmetric.algorithm = TPM2_ALG_NULL;
    parameters.scheme.scheme = TPM2_ALG_ECDSA;
    parameters.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    parameters.curveID = TPM2_ECC_NIST_P256;
    parameters.kdf.scheme = TPM2_ALG_NULL;
    return object;
}

ByteView viewOf(const TPM2B_ECC_PARAMETER& number)
{
    return {number.buffer, number.size};
}

template <typename T>
T valueOr(base::Expected<T> made)
{
    if (!made)
        throw TpmError(TpmFault::Other, made.error().message);
    return std::move(*made);
}

struct Made
{
    SealedBlob blob;
    Bytes publicKey;
};

Made create(ESYS_CONTEXT* esys, const Secret& authorization)
{
    const TpmHandle rootKey = openRootKey(esys);
    const TpmHandle session = startSession(esys, rootKey);
    const SensitiveInput input(authorization.view(), {});
    const TPM2B_PUBLIC object = signingKeyTemplate();
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION registers{};
    TPM2B_PRIVATE* rawPrivate = nullptr;
    TPM2B_PUBLIC* rawPublic = nullptr;
    checkTpm(Esys_Create(esys,
                         rootKey.get(),
                         session.get(),
                         ESYS_TR_NONE,
                         ESYS_TR_NONE,
                         &input.structure,
                         &object,
                         &outside,
                         &registers,
                         &rawPrivate,
                         &rawPublic,
                         nullptr,
                         nullptr,
                         nullptr),
             "making a key pair");
    const EsysMemory<TPM2B_PRIVATE> privateArea(rawPrivate);
    const EsysMemory<TPM2B_PUBLIC> publicArea(rawPublic);
    const auto& point = publicArea->publicArea.unique.ecc;
    return {pack(nameOf(esys, rootKey), *publicArea, *privateArea, {}),
            valueOr(key_pair::publicKeyAt(viewOf(point.x), viewOf(point.y)))};
}

void authorize(ESYS_CONTEXT* esys, const TpmHandle& key, ByteView authorization)
{
    TPM2B_AUTH value{};
    value.size = static_cast<UINT16>(authorization.size());
    std::ranges::copy(authorization, value.buffer);
    const TSS2_RC result = Esys_TR_SetAuth(esys, key.get(), &value);
    base::wipe({value.buffer, value.size});
    checkTpm(result, "authorizing");
}

Bytes signWith(ESYS_CONTEXT* esys, const SealedBlob& blob, ByteView authorization, ByteView digest)
{
    const TpmHandle rootKey = openRootKeyOf(esys, blob);
    const TpmHandle session = startSession(esys, rootKey);
    const TpmHandle key = load(esys, rootKey, session, blob);
    authorize(esys, key, authorization);
    // A signature is no sized buffer: there is nothing to encrypt in the answer.
    checkTpm(Esys_TRSess_SetAttributes(esys, session.get(), 0, TPMA_SESSION_ENCRYPT),
             "setting up a session");
    TPM2B_DIGEST hash{};
    hash.size = digestSize;
    std::ranges::copy(digest, hash.buffer);
    TPMT_SIG_SCHEME scheme{};
    scheme.scheme = TPM2_ALG_ECDSA;
    scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    TPMT_TK_HASHCHECK ticket{};
    ticket.tag = TPM2_ST_HASHCHECK;
    ticket.hierarchy = TPM2_RH_NULL;
    TPMT_SIGNATURE* raw = nullptr;
    checkTpm(Esys_Sign(esys,
                       key.get(),
                       session.get(),
                       ESYS_TR_NONE,
                       ESYS_TR_NONE,
                       &hash,
                       &scheme,
                       &ticket,
                       &raw),
             "signing");
    const EsysMemory<TPMT_SIGNATURE> signature(raw);
    const auto& numbers = signature->signature.ecdsa;
    return valueOr(key_pair::signatureOf(viewOf(numbers.signatureR), viewOf(numbers.signatureS)));
}

Secret encodeWith(const Secret& authorization, const SealedBlob& blob)
{
    const Bytes rest = encode(blob);
    Secret octets(authorizationSize + rest.size());
    const auto place = octets.mutableView();
    std::ranges::copy(authorization.view(), place.begin());
    std::ranges::copy(rest, place.begin() + authorizationSize);
    return octets;
}

/// What explainTpm() says of the store's key is not what to do about this one.
SealerFault explain(SealerFault fault, TpmFault kind)
{
    if (kind == TpmFault::AnotherTpm)
        return {"the private key is gone: this TPM is not the one that made it, or it was cleared",
                "bring the former TPM back, or make a new key pair"};
    if (kind == TpmFault::DamagedBlob)
        return {"what the TPM needs for the private key is damaged", "make a new key pair"};
    return fault;
}

template <typename Work>
auto ask(const std::string& tcti, std::chrono::milliseconds longest, Work work)
{
    auto kind = TpmFault::Other;
    return askTpm(tcti,
                  longest,
                  [&](ESYS_CONTEXT* esys) {
                      try {
                          return work(esys);
                      } catch (const TpmError& error) {
                          kind = error.fault();
                          throw;
                      }
                  })
        .map_error([&](SealerFault fault) { return explain(std::move(fault), kind); });
}

} // namespace

TpmKeys::TpmKeys(std::string tcti, std::chrono::milliseconds longest)
    : tcti_(std::move(tcti))
    , longest_(longest)
{}

Sealed<ResidentKey> TpmKeys::make()
{
    return ask(tcti_, longest_, [](ESYS_CONTEXT* esys) {
        const Secret authorization = valueOr(aead::randomSecret(authorizationSize));
        Made made = create(esys, authorization);
        std::array<std::uint8_t, digestSize> digest{};
        digest.fill(0xA5); // any
        const Bytes signature = signWith(esys, made.blob, authorization.view(), digest);
        if (!key_pair::verify(made.publicKey, digest, signature))
            throw TpmError(TpmFault::Other, "its signature is not one of the key it made");
        return ResidentKey{std::move(made.publicKey), encodeWith(authorization, made.blob)};
    });
}

Sealed<Bytes> TpmKeys::sign(const Secret& blob, ByteView digest)
{
    const auto decoded =
        blob.size() > authorizationSize
            ? decodeSealedBlob(blob.view().subspan(authorizationSize))
            : base::Expected<SealedBlob>(base::fail(base::ErrorKind::Corrupt, "it is cut short"));
    if (!decoded)
        return tl::unexpected(explain({}, TpmFault::DamagedBlob));
    if (digest.size() != digestSize)
        return tl::unexpected(explainTpm(TpmFault::Other, "only a SHA-256 is signed"));
    return ask(tcti_, longest_, [&](ESYS_CONTEXT* esys) {
        return signWith(esys, *decoded, blob.view().first(authorizationSize), digest);
    });
}

} // namespace causeway::store

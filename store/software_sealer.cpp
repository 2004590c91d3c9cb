// SPDX-License-Identifier: Apache-2.0
#include "store/software_sealer.hpp"

#include <bitset>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/base/error.hpp"
#include "agent/base/unique_fd.hpp"
#include "store/aead.hpp"

namespace causeway::store {

namespace {

using base::Secret;

constexpr std::size_t smallestFile = 32;
constexpr std::size_t largestFile = 4096; // nobody's key is longer; keeps a wrong path harmless
constexpr std::size_t fewestDistinct = 10;
constexpr std::size_t wrappingKeySize = 32;
constexpr std::string_view fileSalt = "causeway software key file 1";
constexpr std::string_view wrapPurpose = "causeway key slot aes-256-gcm 1";

tl::unexpected<SealerFault> refuse(std::string reason, std::string remedy)
{
    return tl::unexpected<SealerFault>({std::move(reason), std::move(remedy)});
}

tl::unexpected<SealerFault> refuseFile(const std::filesystem::path& file, const std::string& found)
{
    return refuse(fmt::format("the software key {} {}", file.string(), found),
                  "give at least 32 random octets as the systemd credential \"kek\" "
                  "(LoadCredentialEncrypted=kek:…)");
}

bool looksRandom(base::ByteView octets)
{
    std::bitset<256> seen;
    for (const std::uint8_t octet : octets)
        seen.set(octet);
    return seen.count() >= fewestDistinct;
}

/// The buffer is a Secret of the largest size, so nothing of the file stays behind.
Sealed<Secret> readFile(const std::filesystem::path& file)
{
    const base::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0)
        return refuseFile(file, "cannot be read: " + base::errnoText(errno));
    Secret buffer(largestFile + 1);
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t count =
            ::read(fd.get(), buffer.mutableView().data() + size, buffer.size() - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return refuseFile(file, "cannot be read: " + base::errnoText(errno));
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    if (size < smallestFile || size > largestFile)
        return refuseFile(file,
                          fmt::format("must have {} to {} octets", smallestFile, largestFile));
    return Secret(buffer.view().first(size));
}

} // namespace

SoftwareSealer::SoftwareSealer(std::filesystem::path file)
    : file_(std::move(file))
{}

Sealed<Secret> SoftwareSealer::random(std::size_t)
{
    return Secret();
}

Sealed<base::Bytes> SoftwareSealer::seal(const Secret& secret,
                                         const api::PlatformRegisters& registers)
{
    if (registers.any())
        return refuse("the systemd credential has no platform registers",
                      "seal without them, or use the TPM");
    const auto key = wrappingKey();
    if (!key)
        return tl::unexpected(key.error());
    auto blob = aead::encrypt(*key, wrapPurpose, base::asBytes(kind()), secret);
    if (!blob)
        return refuse(blob.error().message, "report this as a fault of the program");
    return std::move(*blob);
}

Sealed<Secret> SoftwareSealer::unseal(base::ByteView blob)
{
    const auto key = wrappingKey();
    if (!key)
        return tl::unexpected(key.error());
    auto secret = aead::decrypt(*key, wrapPurpose, base::asBytes(kind()), blob);
    if (!secret)
        return refuse(fmt::format("the software key {} is not the one this database was made with",
                                  file_.string()),
                      "give the credential \"kek\" that was there when the database was made");
    return std::move(*secret);
}

Sealed<std::optional<std::uint64_t>> SoftwareSealer::readCounter()
{
    return std::optional<std::uint64_t>();
}

Sealed<std::uint64_t> SoftwareSealer::advanceCounter(std::uint64_t)
{
    return refuse("a systemd credential counts nothing", "use the TPM");
}

Sealed<Secret> SoftwareSealer::wrappingKey() const
{
    const auto content = readFile(file_);
    if (!content)
        return tl::unexpected(content.error());
    if (!looksRandom(content->view()))
        return refuseFile(file_, "is not random");
    auto key = aead::derive(content->view(), base::asBytes(fileSalt), wrapPurpose, wrappingKeySize);
    if (!key)
        return refuse(key.error().message, "report this as a fault of the program");
    return std::move(*key);
}

} // namespace causeway::store

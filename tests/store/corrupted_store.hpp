// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "tests/store/store_fixture.hpp"

namespace causeway::tests {

/// A gateway's database, damaged or mixed with another gateway's in as many ways as one asks for,
/// by a seed the same each time. Each is opened, and all that it gives is held against what was
/// kept: a credential is the device's own, or there is none.
class CorruptedStore
{
public:
    struct Tally
    {
        int rounds = 0;
        int refused = 0; ///< databases that were not opened
        int locked = 0;  ///< opened, but no key-encryption key to be had
        int right = 0;   ///< credentials as they were kept
        int none = 0;    ///< credentials that were not given, with a reason
        int wrong = 0;   ///< credentials that nobody kept for that device
    };

    explicit CorruptedStore(std::uint64_t seed);

    /// Throws what the store lets out besides its refusal, and when it does not answer.
    void run(int rounds);

    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    using Credentials = std::map<api::CredentialId, std::string>;

    [[nodiscard]] store::StoreSettings settings(const std::string& gateway) const;
    [[nodiscard]] std::filesystem::path fileOf(const std::string& gateway) const;
    /// Makes a gateway's database with its credentials, and tells what they are.
    Credentials make(const std::string& gateway, std::uint32_t firstSeed);

    std::size_t below(std::size_t limit) { return random_() % limit; }

    std::size_t somewhere(const std::string& content);
    [[nodiscard]] std::string_view pageOf(const std::string& content, std::size_t page) const;
    void damageOctets(std::string& content);
    void damagePages(std::string& content);
    void damageRows();
    void damage();
    void judge();

    std::mt19937_64 random_;
    TemporaryDirectory directory_;
    Credentials kept_;
    std::string ours_;
    std::string foreign_;
    Tally tally_;
};

} // namespace causeway::tests

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::agent {

/// One firmware package on disk: NAME.part while it comes, NAME.unchecked when it is complete,
/// NAME.package when it may be installed. Blocks: made anywhere, used on one worker.
class PackageFile
{
public:
    /// What a package leaves free on the disk: the database must go on.
    static constexpr std::uint64_t keptFree = 64UL * 1024 * 1024;

    /// So many octets at a time are put on disk for good: what goes on after a power cut begins at
    /// a multiple of it, which blocks of CoAP of any size divide.
    static constexpr std::uint64_t stride = 64UL * 1024;

    PackageFile(const std::filesystem::path& directory, const std::string& name);

    [[nodiscard]] const std::filesystem::path& unchecked() const { return unchecked_; }

    [[nodiscard]] const std::filesystem::path& approved() const { return approved_; }

    /// An offset of 0 begins anew, and what was there goes. LimitExceeded or StorageFailed.
    base::Expected<void> append(std::uint64_t offset, base::ByteView octets);
    /// What an earlier process has left, as far as it is on disk for good: octets. Goes on there.
    base::Expected<std::uint64_t> resume();
    base::Expected<void> complete();
    /// What is complete is also good: on disk for good before it returns.
    base::Expected<void> approve();
    /// NotFound when there is none that is approved.
    [[nodiscard]] base::Expected<void> find() const;
    void remove();

private:
    base::Expected<void> create();
    base::Expected<void> write(std::uint64_t offset, base::ByteView octets);
    [[nodiscard]] base::Expected<void> checkRoom(std::size_t octets) const;

    std::filesystem::path part_;
    std::filesystem::path unchecked_;
    std::filesystem::path approved_;
    base::UniqueFd file_;
};

} // namespace causeway::agent

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/error.hpp"
#include "agent/base/scheduler.hpp"

/// The seam between a firmware update and what fetches packages from repositories. Main thread.
namespace causeway::api {

/// /5/0/8 (LwM2M Core appendix E.6).
enum class PackageProtocol : std::uint8_t {
    Coap = 0,
    Coaps = 1,
    Http = 2,
    Https = 3,
    CoapTcp = 4,
    CoapsTcp = 5
};

/// Where a package is, and what of it is there already.
struct FetchPlan
{
    std::string uri;
    std::uint64_t offset = 0;
    std::string version; ///< PackagePiece::version of what is there; never empty with an offset
};

struct PackagePiece
{
    std::uint64_t offset = 0; ///< where the last one ended; 0 begins anew, with another package
    base::Bytes octets;
    std::optional<std::uint64_t> total; ///< of the whole package, when the repository tells
    std::string version; ///< visible text that tells packages apart; empty: nothing does
    bool isLast = false;
};

/// Hears what one fetch brings, never from inside a call, and may destroy the fetch in each.
class FetchListener
{
public:
    virtual ~FetchListener() = default;

    /// The next piece comes after `next`, which is called once, later or at once.
    virtual void onPiece(PackagePiece piece, base::Task next) = 0;

    /// Nothing more comes. With Retry::Never the error is of the repository's own making:
    /// InvalidArgument, NotFound and NotAuthorized for a URI that leads nowhere, NotSupported for a
    /// protocol that is not spoken, Corrupt for octets that are no package, LimitExceeded.
    virtual void onFetchFailed(const base::Error& error) = 0;
};

/// One attempt; ends when it goes.
class PackageFetch
{
public:
    PackageFetch() = default;
    virtual ~PackageFetch() = default;
    PackageFetch(const PackageFetch&) = delete;
    PackageFetch& operator=(const PackageFetch&) = delete;
};

/// Whatever speaks the protocols.
class PackageFetcher
{
public:
    virtual ~PackageFetcher() = default;

    /// Ascending.
    [[nodiscard]] virtual std::vector<PackageProtocol> protocols() const = 0;

    /// Never fails by itself: whatever is wrong arrives at onFetchFailed(). The listener outlives
    /// the fetch.
    [[nodiscard]] virtual std::unique_ptr<PackageFetch> fetch(FetchPlan plan,
                                                              FetchListener& listener) = 0;
};

} // namespace causeway::api

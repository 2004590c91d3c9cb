// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/definition.hpp"

/// Bootstrap information on a smartcard: EF LwM2M_Bootstrap (LwM2M 1.1 Core, Appendix G.3.3). Pure.
namespace causeway::lwm2m {

/// One Object in the file; refers to the file's octets.
struct CardObject
{
    model::Id object = 0;
    unsigned majorVersion = 1; ///< implicit: 1.0, or the one of the enabler
    base::ByteView instances;  ///< TLV
};

/// What follows the Objects in the file is padding. Corrupt, LimitExceeded.
[[nodiscard]] base::Expected<std::vector<CardObject>> readCardFile(base::ByteView file);

struct CardOwner
{
    std::string device;                         ///< accounts are named after it
    std::span<const api::DeviceAccount> before; ///< as they are in force
};

struct CardDelivery
{
    api::BootstrapResult result;
    std::vector<model::Id> skipped; ///< Objects that are none of 0, 1 and 2
};

/// The accounts in the file, which replace all of the device's: written to an empty stage as a
/// Bootstrap-Server writes, then checked as at its Bootstrap-Finish. InvalidArgument, and a
/// sentence, when it would be refused there.
[[nodiscard]] base::Expected<CardDelivery>
deliveryOfCard(base::ByteView file, const model::Definitions& definitions, const CardOwner& owner);

/// No account of the card any more, nor what its servers have set.
[[nodiscard]] api::BootstrapResult removalOfCard(std::span<const api::DeviceAccount> before);

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "store/tpm_context.hpp"

/// A counter in the TPM's non-volatile memory, which survives everything but clearing the TPM, and
/// never goes back: made anew, it begins above all that the TPM ever counted (TPM 2.0 Part 1
/// §37.2). Read and advanced in a session salted with the storage root key that is there. Only
/// TpmSealer::unseal() compares that key's name: who can answer on the bus with another between
/// the two can invent a value. Throws TpmError.
namespace causeway::store::counter {

/// Nothing when it was not made, or never advanced, or when what is at its index is not a counter
/// as we make it: other attributes, or a password.
[[nodiscard]] std::optional<std::uint64_t> read(ESYS_CONTEXT* esys);

/// As Sealer::advanceCounter(). Makes it when it is not there, or takes the one that the owner
/// made.
[[nodiscard]] std::uint64_t advance(ESYS_CONTEXT* esys, std::uint64_t target);

} // namespace causeway::store::counter

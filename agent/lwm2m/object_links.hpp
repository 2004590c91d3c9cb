// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "agent/lwm2m/attached_attributes.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// Objects that no server may see outside bootstrap: Security, OSCORE, COSE (LwM2M Core §6.2.1).
[[nodiscard]] bool isHidden(model::Id object);

/// The payload of Register and Update.
[[nodiscard]] std::string registrationLinks(const ObjectTree& tree, ProtocolVersion version);

/// The same links of some Objects alone, ascending, without the root: what Object 25 tells of a
/// device.
[[nodiscard]] std::string objectLinks(std::span<const Object* const> objects,
                                      ProtocolVersion version);

/// The answer to Discover of an Object, Object Instance or Resource that exists, with the
/// attributes of the server that asks (LwM2M Core §6.3.2): the target with all that apply to it,
/// what is below with its own. `depth` counts the levels below the target (LwM2M 1.2); without it
/// an Object and an instance show their Resources, a Resource its instances from LwM2M 1.1 on.
[[nodiscard]] std::string discoverLinks(const ObjectTree& tree,
                                        const model::Path& target,
                                        const AttachedAttributes& attributes,
                                        ProtocolVersion version,
                                        std::optional<std::size_t> depth = {});

} // namespace causeway::lwm2m

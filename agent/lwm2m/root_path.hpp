// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/api/transport.hpp"

/// The alternate path of LwM2M Core §6.2.1: servers find all Objects below "/lwm2m", say, instead
/// of the root. Bootstrap-Servers never do. An empty root changes nothing.
namespace causeway::lwm2m {

/// Takes the root off a request's path; false when the path is not below it.
[[nodiscard]] bool takeRoot(const std::string& root, std::vector<std::string>& path);

/// "</>;rt=…,</1/0>" with the root: "</lwm2m>;rt=…,</lwm2m/1/0>".
[[nodiscard]] std::string linksBelow(const std::string& root, const std::string& links);

/// Puts the root into what a response tells of paths: links, and where a Create has put it.
[[nodiscard]] api::Respond respondBelow(const std::string& root, api::Respond respond);

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MESSAGE_ID of the events that an operator looks for: `journalctl MESSAGE_ID=…`. What to do about
/// each stands in systemd/causeway.catalog. An id never changes its meaning.
namespace causeway::log {

inline constexpr const char* deviceAnswersId = "31c415ed66f14ca19e8bfcc1579b7e7a";
inline constexpr const char* deviceSilentId = "64129b064fd04ce9bbf1544dc719ff52";
inline constexpr const char* lineDownId = "c4dde41e8df24fedbb9acc3706e6fb58";
inline constexpr const char* lineUpId = "8f59ab8c7e6647639f75abdd7cb57686";
inline constexpr const char* registeredId = "a5eaced5e2e44332ab553f41a83a925a";
inline constexpr const char* notRegisteredId = "7142ce790cc84b8ea37ae974fd99e64f";
inline constexpr const char* keyStoreLockedId = "890b67f82b984416bc0e854f8cc1cf5e";
inline constexpr const char* keyStoreOpenId = "d6214c9046db4949b5719ff15b1bb21b";
inline constexpr const char* operatorDeedId = "c04a7e5ab6b14d6f9d0e6e4a1f3c2b97";
inline constexpr const char* serverChangeId = "5d0f6c2b8c0e4b0f9b7b6d3b6a4f1e27";
inline constexpr const char* certificateEndsId = "1890ccca816d476c8fec5d924d9fed65";

} // namespace causeway::log

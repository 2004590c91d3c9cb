// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "agent/api/credential_store.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "tests/fakes/temporary_directory.hpp"

namespace causeway::tests {

using fakes::TemporaryDirectory;

/// 32 octets that differ by `seed` and pass every rule.
inline base::Secret goodKey(std::uint32_t seed)
{
    base::Secret key(32);
    std::uint64_t state = 0x9e3779b97f4a7c15ULL * (seed + 1ULL);
    for (auto& octet : key.mutableView()) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        octet = static_cast<std::uint8_t>(state >> 24U);
    }
    return key;
}

inline api::PskCredential psk(std::string_view identity, base::Secret key)
{
    return {base::toBytes(identity), std::move(key)};
}

inline base::Expected<api::PskCredential> pskIn(base::Expected<api::Credential> any)
{
    return std::move(any).map(
        [](api::Credential&& one) { return std::get<api::PskCredential>(std::move(one)); });
}

inline std::string readFile(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void writeFile(const std::filesystem::path& file, const std::string& content)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// Runs the loop until `isDone`, at most 20 s: for the worker's answers, which come from another
/// thread.
inline void runUntil(base::EventLoop& loop, const std::function<bool()>& isDone)
{
    const base::TimePoint end = loop.now() + std::chrono::seconds(20);
    while (!isDone()) {
        if (loop.now() > end)
            throw std::runtime_error("nothing came in 20 s");
        loop.runOnce(std::chrono::milliseconds(100));
    }
}

/// Calls `start` with a callback and waits for what it is called with.
template <typename T, typename Start>
base::Expected<T> await(base::EventLoop& loop, Start start)
{
    std::optional<base::Expected<T>> answer;
    start([&](base::Expected<T> result) { answer.emplace(std::move(result)); });
    runUntil(loop, [&] { return answer.has_value(); });
    return std::move(*answer);
}

/// An account at a server that nobody asks.
[[nodiscard]] inline api::ServerSettings serverNamed(const std::string& name)
{
    api::ServerSettings server;
    server.name = name;
    server.uri = "coaps://server.example";
    return server;
}

/// A meter on the line, with an account at "leshan".
[[nodiscard]] inline api::DeviceSettings deviceNamed(const std::string& name)
{
    api::DeviceSettings device;
    device.name = name;
    device.profile = "eastron-sdm120";
    device.line = "rtu-0";
    device.servers = {"leshan"};
    return device;
}

} // namespace causeway::tests

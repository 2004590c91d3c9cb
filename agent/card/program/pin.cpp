// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/pin.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::card {

namespace {

constexpr std::size_t longestPin = 64; // PKCS#15 has up to 8 to 16 characters, some cards more

} // namespace

std::optional<base::Secret> readPin()
{
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr)
        return std::nullopt;
    const base::UniqueFd file(
        ::open((std::string(directory) + "/smartcard-pin").c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return std::nullopt;
    base::Secret text(longestPin);
    const auto got = ::read(file.get(), text.mutableView().data(), text.size());
    std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
    while (size > 0 && (text.view()[size - 1] == '\n' || text.view()[size - 1] == '\r'))
        --size;
    if (size == 0)
        return std::nullopt;
    return base::Secret(text.view().first(size));
}

} // namespace causeway::card

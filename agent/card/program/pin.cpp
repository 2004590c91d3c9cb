// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/pin.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::card {

namespace {

constexpr std::size_t longestLineEnd = 2;
constexpr std::size_t longestPin = 64; // PKCS#15 has up to 8 to 16 characters, some cards more

} // namespace

base::Expected<std::optional<base::Secret>> readPin()
{
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr)
        return std::optional<base::Secret>();
    const base::UniqueFd file(
        ::open((std::string(directory) + "/smartcard-pin").c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return std::optional<base::Secret>();
    base::Secret text(longestPin + longestLineEnd + 1);
    const auto got = ::read(file.get(), text.mutableView().data(), text.size());
    std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
    while (size > 0 && (text.view()[size - 1] == '\n' || text.view()[size - 1] == '\r'))
        --size;
    if (size > longestPin)
        return base::fail(
            base::ErrorKind::LimitExceeded,
            fmt::format("the credential smartcard-pin is longer than the {} octets of a PIN",
                        longestPin));
    if (size == 0)
        return std::optional<base::Secret>();
    return std::optional(base::Secret(text.view().first(size)));
}

} // namespace causeway::card

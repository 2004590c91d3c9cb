// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/key_text.hpp"

#include <cerrno>
#include <cstdio>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::dbus::ctl {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Secret;

namespace {

// 64 octets are 128 hexadecimal digits; the rest is room for blanks.
constexpr std::size_t mostKeyText = 1024;

/// Takes the echo from a terminal while a key is typed.
class Silence
{
public:
    Silence(int fd, std::string_view what)
        : fd_(fd)
        , isTerminal_(::tcgetattr(fd, &before_) == 0)
    {
        if (!isTerminal_)
            return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(fd_, TCSAFLUSH, &silent);
        std::fprintf(stderr, "%s, then Enter and Ctrl-D: ", std::string(what).c_str());
    }

    ~Silence()
    {
        if (isTerminal_)
            ::tcsetattr(fd_, TCSAFLUSH, &before_);
    }

    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    int fd_;
    termios before_{};
    bool isTerminal_;
};

Secret cut(const Secret& whole, std::size_t size)
{
    return Secret(whole.view().first(size));
}

bool isBlank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

Secret withoutBlanks(std::string_view text)
{
    Secret dense(text.size());
    std::size_t size = 0;
    for (const char character : text) {
        if (!isBlank(character))
            dense.mutableView()[size++] = static_cast<std::uint8_t>(character);
    }
    return cut(dense, size);
}

std::optional<unsigned> digitOf(std::string_view alphabet, std::uint8_t character)
{
    const auto place = alphabet.find(static_cast<char>(character));
    if (place == std::string_view::npos)
        return std::nullopt;
    return static_cast<unsigned>(place);
}

/// Digits of `bits` bits each, most significant first, into octets; what is left over must be 0.
std::optional<Secret> gather(base::ByteView digits, std::string_view alphabet, unsigned bits)
{
    Secret octets(digits.size() * bits / 8);
    unsigned buffer = 0;
    unsigned filled = 0;
    std::size_t size = 0;
    for (const auto character : digits) {
        const auto digit = digitOf(alphabet, character);
        if (!digit)
            return std::nullopt;
        buffer = (buffer << bits) | *digit;
        filled += bits;
        if (filled >= 8) {
            filled -= 8;
            octets.mutableView()[size++] = static_cast<std::uint8_t>(buffer >> filled);
            buffer &= (1U << filled) - 1U;
        }
    }
    if (filled >= bits || buffer != 0)
        return std::nullopt;
    return octets;
}

std::optional<Secret> fromHexadecimal(base::ByteView digits)
{
    Secret lower(digits);
    for (auto& character : lower.mutableView())
        character = static_cast<std::uint8_t>(character >= 'A' && character <= 'F' ? character + 32
                                                                                   : character);
    return gather(lower.view(), "0123456789abcdef", 4);
}

std::optional<Secret> fromBase64(base::ByteView digits)
{
    while (!digits.empty() && digits.back() == '=')
        digits = digits.first(digits.size() - 1);
    return gather(digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6);
}

Expected<Secret> orFail(std::optional<Secret> key, const char* what)
{
    if (key && !key->empty())
        return *std::move(key);
    return fail(ErrorKind::InvalidArgument, std::string("the key is not ") + what);
}

Expected<Secret> readAll(int fd, std::size_t most)
{
    Secret text(most + 1);
    std::size_t size = 0;
    const auto room = text.mutableView();
    while (size < room.size()) {
        const auto count = ::read(fd, room.data() + size, room.size() - size);
        if (count < 0)
            return fail(ErrorKind::InvalidArgument, "it cannot be read: " + base::errnoText(errno));
        if (count == 0)
            return cut(text, size);
        size += static_cast<std::size_t>(count);
    }
    return fail(ErrorKind::InvalidArgument, fmt::format("it has more than {} octets", most));
}

} // namespace

Expected<Secret> decodeKey(std::string_view text, KeyFormat format)
{
    if (format == KeyFormat::Raw)
        return orFail(Secret(base::asBytes(text)), "there");
    const Secret dense = withoutBlanks(text);
    if (dense.view().empty())
        return fail(ErrorKind::InvalidArgument, "there is no key in it");
    if (format != KeyFormat::Base64) {
        auto key = fromHexadecimal(dense.view());
        if (key || format == KeyFormat::Hexadecimal)
            return orFail(std::move(key), "hexadecimal");
    }
    return orFail(fromBase64(dense.view()),
                  format == KeyFormat::Base64 ? "base64"
                                              : "hexadecimal or base64; causewayctl credential "
                                                "set --format raw takes the octets as they are");
}

Expected<Secret> readKey(const std::string& file, KeyFormat format)
{
    const auto text = readSecretText(file, mostKeyText);
    if (!text)
        return fail(text.error());
    auto key = decodeKey(base::asText(text->view()), format);
    if (!key)
        return fail(key.error().in(file == "-" ? "standard input" : file));
    return key;
}

Expected<Secret> readSecretText(const std::string& file, std::size_t most, std::string_view what)
{
    base::UniqueFd opened;
    int fd = STDIN_FILENO;
    if (file != "-") {
        opened.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        fd = opened.get();
    }
    if (fd < 0)
        return fail(ErrorKind::InvalidArgument, file + ": " + base::errnoText(errno));
    const Silence silence(fd, what);
    auto text = readAll(fd, most);
    if (!text)
        return fail(text.error().in(file == "-" ? "standard input" : file));
    return text;
}

} // namespace causeway::dbus::ctl

// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/cbor_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <cbor.h>

#include "agent/lwm2m/codec/time_text.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Value;
using Kind = CborToken::Kind;

namespace {

void set(void* context, Kind kind, std::uint64_t argument)
{
    auto& token = *static_cast<CborToken*>(context);
    token.kind = kind;
    token.argument = argument;
}

void setContent(void* context, Kind kind, cbor_data data, std::size_t size)
{
    set(context, kind, size);
    static_cast<CborToken*>(context)->content = {data, size};
}

// libcbor 0.8 and 0.10 differ in the integer type of sizes, so the callbacks take what comes.
template <Kind kind, typename Argument>
void onArgument(void* context, Argument argument) noexcept
{
    set(context, kind, argument);
}

template <Kind kind, typename Size>
void onContent(void* context, cbor_data data, Size size) noexcept
{
    setContent(context, kind, data, size);
}

template <Kind kind>
void onEvent(void* context) noexcept
{
    set(context, kind, 0);
}

template <typename Number>
void onNumber(void* context, Number number) noexcept
{
    set(context, Kind::Float, 0);
    static_cast<CborToken*>(context)->number = number;
}

cbor_callbacks makeCallbacks()
{
    cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = onArgument<Kind::Unsigned>;
    callbacks.uint16 = onArgument<Kind::Unsigned>;
    callbacks.uint32 = onArgument<Kind::Unsigned>;
    callbacks.uint64 = onArgument<Kind::Unsigned>;
    callbacks.negint8 = onArgument<Kind::Negative>;
    callbacks.negint16 = onArgument<Kind::Negative>;
    callbacks.negint32 = onArgument<Kind::Negative>;
    callbacks.negint64 = onArgument<Kind::Negative>;
    callbacks.byte_string = onContent<Kind::Octets>;
    callbacks.byte_string_start = onEvent<Kind::OpenOctets>;
    callbacks.string = onContent<Kind::Text>;
    callbacks.string_start = onEvent<Kind::OpenText>;
    callbacks.array_start = onArgument<Kind::Array>;
    callbacks.indef_array_start = onEvent<Kind::OpenArray>;
    callbacks.map_start = onArgument<Kind::Map>;
    callbacks.indef_map_start = onEvent<Kind::OpenMap>;
    callbacks.tag = onArgument<Kind::Tag>;
    callbacks.float2 = onNumber;
    callbacks.float4 = onNumber;
    callbacks.float8 = onNumber;
    callbacks.boolean = onArgument<Kind::Boolean>;
    callbacks.null = onEvent<Kind::Null>;
    callbacks.undefined = onEvent<Kind::Undefined>;
    callbacks.indef_break = onEvent<Kind::Break>;
    return callbacks;
}

constexpr auto largestInteger =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

Expected<Value> integer(const CborToken& token)
{
    if (token.kind == Kind::Negative && token.argument > largestInteger)
        return fail(ErrorKind::InvalidArgument, "CBOR: a negative number below 64 bits");
    if (token.argument > largestInteger)
        return Value(token.argument);
    const auto number = static_cast<std::int64_t>(token.argument);
    return Value(token.kind == Kind::Negative ? -1 - number : number);
}

// What is still to come of an item that nobody wants: a level for each array and map that is open.
class SkippedItem
{
public:
    explicit SkippedItem(std::size_t deepest)
        : deepest_(deepest)
    {}

    [[nodiscard]] bool isComplete() const { return levels_.empty() && !isTagged_; }

    Expected<void> take(const CborToken& token)
    {
        const bool wasTagged = std::exchange(isTagged_, token.kind == Kind::Tag);
        if (isTagged_)
            return {};
        if (token.kind == Kind::Break) {
            if (wasTagged || levels_.empty() || !levels_.back().mayEnd())
                return fail(ErrorKind::Corrupt, "CBOR: a break that ends nothing");
            levels_.pop_back();
        } else if (auto begun = begin(token); !begun) {
            return begun;
        }
        while (!levels_.empty() && !levels_.back().isOpen && levels_.back().left == 0)
            levels_.pop_back();
        return {};
    }

private:
    struct Level
    {
        std::uint64_t left = 0; ///< items, of a map keys and values; of no meaning when it is open
        bool isOpen = false;
        bool isMap = false;
        bool isAtValue = false; ///< the key of a pair has been there

        [[nodiscard]] bool mayEnd() const { return isOpen && !isAtValue; }
    };

    Expected<void> begin(const CborToken& token)
    {
        if (!levels_.empty()) {
            Level& around = levels_.back();
            around.isAtValue = around.isMap && !around.isAtValue;
            around.left -= around.isOpen ? 0 : 1;
        }
        Level level;
        level.isOpen = token.kind == Kind::OpenArray || token.kind == Kind::OpenMap;
        level.isMap = token.kind == Kind::Map || token.kind == Kind::OpenMap;
        if (!level.isOpen && !level.isMap && token.kind != Kind::Array)
            return {};
        if (levels_.size() == deepest_)
            return fail(ErrorKind::LimitExceeded, "CBOR: an item that is too deep");
        // No payload has as many as are left out here.
        constexpr auto most = std::numeric_limits<std::uint64_t>::max() / 2;
        level.left = level.isMap ? 2 * std::min(token.argument, most) : token.argument;
        levels_.push_back(level);
        return {};
    }

    std::size_t deepest_;
    std::vector<Level> levels_;
    bool isTagged_ = false; ///< the item that has the tag is still to come
};

} // namespace

Expected<CborToken> CborReader::next()
{
    static const cbor_callbacks callbacks = makeCallbacks();
    CborToken token;
    const auto result = cbor_stream_decode(rest_.data(), rest_.size(), &callbacks, &token);
    if (result.status == CBOR_DECODER_NEDATA)
        return fail(ErrorKind::Corrupt, "CBOR: the payload ends inside an item");
    if (result.status != CBOR_DECODER_FINISHED)
        return fail(ErrorKind::Corrupt, "CBOR: an item that is not well-formed");
    rest_ = rest_.subspan(result.read);
    return token;
}

Expected<Value> CborReader::scalar()
{
    const auto token = next();
    return token ? scalar(*token) : fail(token.error());
}

Expected<Value> CborReader::scalar(const CborToken& first)
{
    const auto asText = [](const base::Bytes& octets) {
        return Value(std::string(base::asText(octets)));
    };
    switch (first.kind) {
    case Kind::Unsigned:
    case Kind::Negative:
        return integer(first);
    case Kind::Float:
        return Value(first.number);
    case Kind::Boolean:
        return Value(first.argument != 0);
    case Kind::Text:
        return Value(std::string(base::asText(first.content)));
    case Kind::Octets:
        return Value(base::Bytes(first.content.begin(), first.content.end()));
    case Kind::OpenText:
        return pieces(Kind::Text).map(asText);
    case Kind::OpenOctets:
        return pieces(Kind::Octets).map([](base::Bytes octets) {
            return Value(std::move(octets));
        });
    case Kind::Tag:
        return taggedTime(first.argument);
    default:
        return fail(ErrorKind::InvalidArgument, "CBOR: no value of a Resource");
    }
}

Expected<void> CborReader::skip(const CborToken& first, std::size_t deepest)
{
    SkippedItem item(deepest);
    for (CborToken token = first;;) {
        if (auto taken = item.take(token); !taken)
            return taken;
        if (token.kind == Kind::OpenText || token.kind == Kind::OpenOctets) {
            const auto kind = token.kind == Kind::OpenText ? Kind::Text : Kind::Octets;
            if (const auto whole = pieces(kind); !whole)
                return fail(whole.error());
        }
        if (item.isComplete())
            return {};
        const auto more = next();
        if (!more)
            return fail(more.error());
        token = *more;
    }
}

Expected<base::Bytes> CborReader::pieces(Kind kind)
{
    base::Bytes whole;
    for (;;) {
        const auto piece = next();
        if (!piece)
            return fail(piece.error());
        if (piece->kind == Kind::Break)
            return whole;
        if (piece->kind != kind)
            return fail(ErrorKind::Corrupt, "CBOR: a foreign piece in a text or octet string");
        // Not the whole alone (RFC 8949 §3.2.3).
        if (kind == Kind::Text && !base::isValidUtf8(base::asText(piece->content)))
            return fail(ErrorKind::Corrupt, "CBOR: a piece of text that is not valid UTF-8");
        whole.insert(whole.end(), piece->content.begin(), piece->content.end());
    }
}

Expected<Value> CborReader::taggedTime(std::uint64_t tag)
{
    // RFC 8949 §3.4.1 and §3.4.2; a tag inside a tag is no time.
    constexpr std::uint64_t dateText = 0;
    constexpr std::uint64_t epochSeconds = 1;
    const auto token = next();
    if (!token)
        return fail(token.error());
    if (tag > epochSeconds || token->kind == Kind::Tag)
        return fail(ErrorKind::InvalidArgument, "CBOR: a tag that no Resource has");
    auto value = scalar(*token);
    if (!value)
        return value;
    if (tag == dateText) {
        const auto* text = std::get_if<std::string>(&*value);
        const auto time = text == nullptr ? std::nullopt : parseTimeText(*text);
        if (!time)
            return fail(ErrorKind::InvalidArgument, "CBOR: tag 0 without a date");
        return Value(*time);
    }
    return model::convert(*value, model::ResourceType::Time);
}

} // namespace causeway::lwm2m

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/unit/coap/exchange_fixture.hpp"

namespace causeway::tests {

/// The server of the other side of a block-wise transfer.
struct BlockFixture : ExchangeFixture
{
    void put(const coap::Block& block,
             const base::Bytes& payload,
             const std::string& segment = "5",
             std::optional<std::uint32_t> size1 = {},
             std::optional<api::ContentFormat> format = {})
    {
        api::Request request;
        request.path = {segment};
        request.contentFormat = format;
        coap::TransferOptions options;
        options.block1 = block;
        options.size1 = size1;
        const coap::Header header{coap::MessageType::Confirmable, 3, nextPeerMessageId++, {{1}, 1}};
        coap::MessageWriter writer = coap::writeRequest(header, request, options);
        writer.payload(payload);
        receive(writer);
    }

    /// FETCH of the root.
    void
    fetch(const coap::Block& block, const std::string& question, const std::string& requestTag = {})
    {
        constexpr std::uint8_t fetchCode = 5;
        coap::TransferOptions options;
        options.block2 = block;
        const coap::Header header{
            coap::MessageType::Confirmable, fetchCode, nextPeerMessageId++, {{1}, 1}};
        coap::MessageWriter writer = coap::writeRequest(header, {}, options);
        if (!requestTag.empty())
            writer.option(coap::OptionNumber::RequestTag, base::asBytes(requestTag));
        writer.payload(base::asBytes(question));
        receive(writer);
    }

    void
    get(std::optional<coap::Block> block, const std::string& segment = "5", std::uint8_t method = 1)
    {
        api::Request request;
        request.path = {segment};
        coap::TransferOptions options;
        options.block2 = block;
        const coap::Header header{
            coap::MessageType::Confirmable, method, nextPeerMessageId++, {{1}, 1}};
        receive(coap::writeRequest(header, request, options));
    }

    /// The piece of body() that a block names.
    static base::Bytes piece(const coap::Block& block, std::size_t total)
    {
        const base::Bytes whole = body(total);
        const auto begin = std::min(block.offset(), total);
        const auto end = std::min(begin + block.size(), total);
        return {whole.begin() + static_cast<std::ptrdiff_t>(begin),
                whole.begin() + static_cast<std::ptrdiff_t>(end)};
    }

    [[nodiscard]] std::uint8_t lastCode() const { return last().header.code; }
};

} // namespace causeway::tests

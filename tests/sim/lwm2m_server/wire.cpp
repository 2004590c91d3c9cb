// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/wire.hpp"

#include <array>

namespace causeway::sim {

namespace {

class OptionList
{
public:
    OptionList() = default;
    OptionList(const OptionList&) = delete;
    OptionList& operator=(const OptionList&) = delete;

    ~OptionList() { coap_delete_optlist(list_); }

    void add(std::uint16_t number, const std::string& text)
    {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
        coap_insert_optlist(&list_, coap_new_optlist(number, text.size(), octets));
    }

    void add(std::uint16_t number, unsigned value)
    {
        std::array<std::uint8_t, 4> octets{};
        const auto size = coap_encode_var_safe(octets.data(), octets.size(), value);
        coap_insert_optlist(&list_, coap_new_optlist(number, size, octets.data()));
    }

    void add(std::uint16_t number, const coap_block_t& block)
    {
        add(number, (block.num << 4) | (block.m << 3) | block.szx);
    }

    void copyTo(coap_pdu_t* pdu) { coap_add_optlist_pdu(pdu, &list_); }

private:
    coap_optlist_t* list_ = nullptr;
};

std::optional<coap_block_t> blockOf(const coap_pdu_t* pdu, coap_option_num_t number)
{
    coap_block_t block{};
    if (coap_get_block(pdu, number, &block) == 0)
        return std::nullopt;
    return block;
}

void takeOption(Message& message, coap_option_num_t number, const coap_opt_t* option)
{
    const auto* octets = coap_opt_value(option);
    const auto size = coap_opt_length(option);
    const std::string text(reinterpret_cast<const char*>(octets), size);
    const unsigned value = coap_decode_var_bytes(octets, size);
    switch (number) {
    case COAP_OPTION_URI_PATH:
        message.path.push_back(text);
        break;
    case COAP_OPTION_URI_QUERY:
        message.query.push_back(text);
        break;
    case COAP_OPTION_LOCATION_PATH:
        message.location.push_back(text);
        break;
    case COAP_OPTION_CONTENT_FORMAT:
        message.format = value;
        break;
    case COAP_OPTION_ACCEPT:
        message.accept = value;
        break;
    case COAP_OPTION_OBSERVE:
        message.observe = value;
        break;
    default:
        break;
    }
}

} // namespace

Message fromPdu(const coap_pdu_t* pdu)
{
    Message message;
    message.code = coap_pdu_get_code(pdu);
    message.isConfirmable = coap_pdu_get_type(pdu) == COAP_MESSAGE_CON;
    const auto token = coap_pdu_get_token(pdu);
    message.token.assign(reinterpret_cast<const char*>(token.s), token.length);

    coap_opt_iterator_t iterator;
    coap_option_iterator_init(pdu, &iterator, COAP_OPT_ALL);
    while (const auto* option = coap_option_next(&iterator))
        takeOption(message, iterator.number, option);
    message.block1 = blockOf(pdu, COAP_OPTION_BLOCK1);
    message.block2 = blockOf(pdu, COAP_OPTION_BLOCK2);

    std::size_t size = 0;
    const std::uint8_t* data = nullptr;
    if (coap_get_data(pdu, &size, &data) != 0)
        message.payload.assign(reinterpret_cast<const char*>(data), size);
    return message;
}

void fillPdu(coap_pdu_t* pdu, const Message& message)
{
    OptionList options;
    if (!message.etag.empty())
        options.add(COAP_OPTION_ETAG, message.etag);
    for (const auto& segment : message.path)
        options.add(COAP_OPTION_URI_PATH, segment);
    for (const auto& item : message.query)
        options.add(COAP_OPTION_URI_QUERY, item);
    for (const auto& segment : message.location)
        options.add(COAP_OPTION_LOCATION_PATH, segment);
    if (message.format)
        options.add(COAP_OPTION_CONTENT_FORMAT, *message.format);
    if (message.accept)
        options.add(COAP_OPTION_ACCEPT, *message.accept);
    if (message.observe)
        options.add(COAP_OPTION_OBSERVE, *message.observe);
    if (message.block1)
        options.add(COAP_OPTION_BLOCK1, *message.block1);
    if (message.block2)
        options.add(COAP_OPTION_BLOCK2, *message.block2);
    if (message.size2)
        options.add(COAP_OPTION_SIZE2, *message.size2);
    options.copyTo(pdu);
    if (!message.payload.empty())
        coap_add_data(pdu,
                      message.payload.size(),
                      reinterpret_cast<const std::uint8_t*>(message.payload.data()));
}

} // namespace causeway::sim

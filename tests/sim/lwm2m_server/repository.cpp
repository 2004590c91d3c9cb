// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/repository.hpp"

#include <utility>

#include "tests/sim/lwm2m_server/content.hpp"

namespace causeway::sim {

namespace {

constexpr unsigned content = 0x45;
constexpr unsigned badOption = 0x82;
constexpr unsigned unavailable = 0xA3;
constexpr unsigned usualSize = 6; // SZX of 1,024 octets

} // namespace

void Repository::publish(const std::string& path, Package package)
{
    packages_.insert_or_assign(path, std::move(package));
}

std::optional<Message> Repository::handle(const Message& request)
{
    std::string path;
    for (const auto& segment : request.path)
        path += "/" + segment;
    const auto found = packages_.find(path);
    if (found == packages_.end() || request.code != COAP_REQUEST_CODE_GET)
        return std::nullopt;
    const auto& [octets, version, until, format] = found->second;
    coap_block_t block{};
    block.szx = usualSize;
    if (request.block2)
        block = *request.block2;
    const std::size_t size = std::size_t{16} << block.szx;
    const std::size_t offset = block.num * size;
    Message answer;
    answer.code = offset >= until ? unavailable : offset >= octets.size() ? badOption : content;
    if (answer.code == content) {
        block.m = offset + size < octets.size() ? 1 : 0;
        answer.block2 = block;
        answer.etag = version;
        answer.format = format;
        if (block.num == 0)
            answer.size2 = static_cast<unsigned>(octets.size());
        answer.payload = octets.substr(offset, size);
    }
    tell_({{"event", "fetched"},
           {"path", path},
           {"offset", offset},
           {"code", codeText(answer.code)}});
    return answer;
}

} // namespace causeway::sim

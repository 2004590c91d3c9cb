// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/coap/exchange.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;

namespace {

/// A peer of ours that is asked, asks and notifies while the fuzzer talks to it.
struct Victim final : coap::Carrier
{
    void sendDatagram(base::ByteView) override {}

    void onRequest(api::Request request, api::Respond respond) override
    {
        api::Response response;
        response.observe = request.observe;
        response.payload.assign(request.payload.size() + request.path.size() * 700, 'x');
        if (request.query.empty())
            respond(std::move(response));
        else
            waiting.push_back(std::move(respond));
    }

    [[nodiscard]] bool takesPieces(const api::Request& head) const override
    {
        return head.path.size() > 1;
    }

    void onReset(const api::Token&) override {}

    void onPeerLost(const base::Error& reason) override { exchange->abandon(reason); }

    fakes::FakeScheduler scheduler;
    coap::Deferred deferred{scheduler};
    std::vector<api::Respond> waiting;
    std::optional<coap::Exchange> exchange{std::in_place, scheduler, deferred, *this};
};

} // namespace

// A script: an octet says what happens, for a datagram the next one its length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Victim victim;
    base::ByteView script(data, size);
    while (script.size() >= 2) {
        const std::uint8_t what = script[0];
        const std::size_t length = std::min<std::size_t>(script[1], script.size() - 2);
        const base::ByteView octets = script.subspan(2, length);
        script = script.subspan(2 + length);
        api::Response response;
        response.payload.assign(what * 16U, 'n');
        switch (what % 6) {
        case 0:
            victim.scheduler.advance(std::chrono::seconds(length));
            break;
        case 1:
            victim.exchange->request({}, [](auto) {});
            break;
        case 2:
            victim.exchange->notify({{1}, 1}, response, (what & 8U) != 0, [](auto) {});
            break;
        case 3:
            if (!victim.waiting.empty()) {
                victim.waiting.back()(std::move(response));
                victim.waiting.pop_back();
            }
            break;
        default:
            victim.exchange->receive(octets);
        }
    }
    return 0;
}

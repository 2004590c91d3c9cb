// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/registry.hpp"

#include <algorithm>

#include "tests/sim/lwm2m_server/content.hpp"

namespace causeway::sim {

namespace {

constexpr unsigned created = 0x41, deleted = 0x42, changed = 0x44, continues = 0x5f;
constexpr unsigned badRequest = 0x80, forbidden = 0x83, notFound = 0x84, methodNotAllowed = 0x85;

Message answer(unsigned code)
{
    Message message;
    message.code = code;
    return message;
}

void takeParameters(Registration& registration, const Message& request)
{
    for (const auto& item : request.query) {
        const auto equals = item.find('=');
        const auto name = item.substr(0, equals);
        registration.parameters[name] =
            equals == std::string::npos ? Json(true) : Json(item.substr(equals + 1));
    }
    const auto lifetime = registration.parameters.value("lt", std::string("86400"));
    registration.lifetime = std::chrono::seconds(std::strtoll(lifetime.c_str(), nullptr, 10));
    registration.expiry = Registry::Clock::now() + registration.lifetime;
}

} // namespace

Json describe(const Registration& registration)
{
    auto* session = registration.session.get();
    return {{"endpoint", registration.endpoint},
            {"location", "/rd/" + registration.location},
            {"parameters", registration.parameters},
            {"objects", registration.objects},
            {"identity", CoapServer::identity(session)},
            {"certifiedName", CoapServer::certifiedName(session)},
            {"cipher", CoapServer::cipher(session)},
            {"remote", CoapServer::remote(session)}};
}

Message Registry::handle(coap_session_t* session, const Message& request)
{
    const bool isPost = request.code == COAP_REQUEST_CODE_POST;
    const auto& path = request.path;
    if (isPost && path == std::vector<std::string>{"rd"})
        return registerClient(session, request);
    if (isPost && path == std::vector<std::string>{"bs"})
        return bootstrap(session, request);
    if (isPost && path == std::vector<std::string>{"dp"})
        return send(session, request);
    if (path.size() != 2 || path[0] != "rd")
        return answer(notFound);
    if (isPost)
        return update(session, request);
    if (request.code == COAP_REQUEST_CODE_DELETE)
        return deregister(request);
    return answer(methodNotAllowed);
}

Message Registry::registerClient(coap_session_t* session, const Message& request)
{
    if (const auto code = refusal("register"))
        return answer(code);
    const auto objects = body(session, request);
    if (request.block1 && request.block1->m != 0) {
        auto more = answer(continues);
        more.block1 = request.block1;
        return more;
    }

    Registration registration;
    registration.session = SessionRef(session);
    registration.objects = objects;
    takeParameters(registration, request);
    registration.endpoint = registration.parameters.value("ep", std::string());
    if (registration.endpoint.empty() || objects.empty())
        return answer(badRequest);
    if (!mayRegister(session, registration.endpoint))
        return answer(forbidden);

    forget(registration.endpoint);
    registration.location = std::to_string(++lastLocation_);
    auto done = answer(created);
    done.location = {"rd", registration.location};
    done.block1 = request.block1;
    Json event{{"event", "registered"}};
    event.update(describe(registration));
    registrations_[registration.location] = std::move(registration);
    tell_(std::move(event));
    return done;
}

Message Registry::bootstrap(coap_session_t* session, const Message& request)
{
    if (const auto code = refusal("bootstrap"))
        return answer(code);
    Registration registration;
    registration.session = SessionRef(session);
    takeParameters(registration, request);
    registration.endpoint = registration.parameters.value("ep", std::string());
    if (registration.endpoint.empty() || !mayRegister(session, registration.endpoint))
        return answer(badRequest);
    forget(registration.endpoint);
    registration.location = "bs" + std::to_string(++lastLocation_);
    Json event{{"event", "bootstrapping"}};
    event.update(describe(registration));
    registrations_[registration.location] = std::move(registration);
    tell_(std::move(event));
    return answer(changed);
}

Message Registry::update(coap_session_t* session, const Message& request)
{
    if (const auto code = refusal("update"))
        return answer(code);
    const auto found = registrations_.find(request.path[1]);
    if (found == registrations_.end())
        return answer(notFound);
    auto& registration = found->second;
    if (!mayRegister(session, registration.endpoint))
        return answer(forbidden);
    registration.session = SessionRef(session);
    takeParameters(registration, request);
    if (!request.payload.empty())
        registration.objects = request.payload;
    Json event{{"event", "updated"}};
    event.update(describe(registration));
    event["query"] = request.query;
    tell_(std::move(event));
    return answer(changed);
}

Message Registry::deregister(const Message& request)
{
    if (const auto code = refusal("deregister"))
        return answer(code);
    const auto found = registrations_.extract(request.path[1]);
    if (!found)
        return answer(notFound);
    tell_({{"event", "deregistered"}, {"endpoint", found.mapped().endpoint}});
    return answer(deleted);
}

Message Registry::send(coap_session_t* session, const Message& request)
{
    for (const auto& [location, registration] : registrations_) {
        if (registration.session.get() != session)
            continue;
        Json event{{"event", "send"}, {"endpoint", registration.endpoint}};
        event.update(describeContent(request.payload, request.format.value_or(0)));
        tell_(std::move(event));
        return answer(changed);
    }
    return answer(notFound);
}

std::string Registry::body(coap_session_t* session, const Message& request)
{
    if (!request.block1)
        return request.payload;
    auto& kept = bodies_[session];
    if (request.block1->num == 0)
        kept.clear();
    kept += request.payload;
    const auto whole = kept;
    if (request.block1->m == 0)
        bodies_.erase(session);
    return whole;
}

unsigned Registry::refusal(const std::string& operation) const
{
    const auto found = refusals_.find(operation);
    return found == refusals_.end() ? 0 : found->second;
}

bool Registry::mayRegister(coap_session_t* session, const std::string& endpoint) const
{
    if (const auto name = CoapServer::certifiedName(session); !name.empty())
        return name == endpoint;
    const auto key = server_.keys.find(CoapServer::identity(session));
    if (key == server_.keys.end())
        return CoapServer::cipher(session).empty(); // plain CoAP, where it is open at all
    return key->second.endpoint.empty() || key->second.endpoint == endpoint;
}

const Registration* Registry::find(const std::string& endpoint) const
{
    for (const auto& [location, registration] : registrations_)
        if (registration.endpoint == endpoint)
            return &registration;
    return nullptr;
}

Json Registry::list() const
{
    Json all = Json::array();
    for (const auto& [location, registration] : registrations_)
        all.push_back(describe(registration));
    return all;
}

std::size_t Registry::forget(const std::string& endpoint)
{
    return std::erase_if(registrations_, [&](const auto& entry) {
        return endpoint.empty() || entry.second.endpoint == endpoint;
    });
}

Registry::Clock::time_point Registry::expire(Clock::time_point now)
{
    auto next = Clock::time_point::max();
    for (auto entry = registrations_.begin(); entry != registrations_.end();) {
        if (entry->second.expiry <= now) {
            tell_({{"event", "expired"}, {"endpoint", entry->second.endpoint}});
            entry = registrations_.erase(entry);
        } else {
            next = std::min(next, entry->second.expiry);
            ++entry;
        }
    }
    return next;
}

} // namespace causeway::sim

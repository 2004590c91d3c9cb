// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/endpoint.hpp"

#include <utility>

#include "agent/coap/connection.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/secure_session.hpp"
#include "agent/coap/stream.hpp"

namespace causeway::coap {

Endpoint::Endpoint(base::EventLoop& loop,
                   api::CredentialStore& credentials,
                   api::ResumptionStore& resumptions,
                   const EndpointSettings& settings)
    : environment_(new Environment{
          loop,
          credentials,
          resumptions,
          settings,
          TlsContext({SecureSession::askForKey, SecureSession::askForKeyPair}, settings.trustStore),
          Deferred(loop),
          Resolver(loop),
          {}})
{}

Endpoint::~Endpoint() = default;

std::unique_ptr<api::Session> Endpoint::open(api::SessionSettings settings,
                                             api::SessionListener& listener)
{
    return std::make_unique<Connection>(*environment_, std::move(settings), listener);
}

std::unique_ptr<api::Stream> Endpoint::openStream(api::StreamSettings settings,
                                                  api::StreamListener& listener)
{
    return std::make_unique<Stream>(*environment_, std::move(settings), listener);
}

} // namespace causeway::coap

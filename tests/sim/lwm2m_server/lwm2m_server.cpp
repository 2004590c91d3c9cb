// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/lwm2m_server.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/sim/lwm2m_server/content.hpp"

namespace causeway::sim {

namespace {

constexpr double usualLimit =
    30; // seconds; a client's separate response may take a field bus' time

std::vector<std::string> split(const std::string& path)
{
    std::vector<std::string> segments;
    std::size_t begin = 1;
    while (begin < path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

std::chrono::milliseconds limitOf(const Json& command)
{
    const auto seconds = command.value("timeout", usualLimit);
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string observationKey(const Json& command)
{
    return command.at("endpoint").get<std::string>() + " " + command.at("path").get<std::string>();
}

coap_block_t blockOf(const Json& text)
{
    coap_block_t block{};
    block.num = text.at("number").get<unsigned>();
    block.m = text.value("more", false) ? 1 : 0;
    block.szx = text.value("szx", 6U) & 7U;
    return block;
}

Json replyJson(const Reply& reply)
{
    if (!reply.failure.empty())
        return {{"ok", false}, {"error", reply.failure}};
    const auto& message = reply.message;
    Json answer{{"ok", message.code >> 5 == 2}, {"code", codeText(message.code)}};
    if (!message.location.empty())
        answer["location"] = message.location;
    if (message.observe)
        answer["observe"] = *message.observe;
    if (message.format || !message.payload.empty())
        answer.update(describeContent(message.payload, message.format.value_or(0)));
    return answer;
}

} // namespace

const std::map<std::string, Lwm2mServer::Handler>& Lwm2mServer::handlers()
{
    static const std::map<std::string, Handler> table{
        {"add-psk", &Lwm2mServer::addPsk},
        {"remove-psk", &Lwm2mServer::removePsk},
        {"list", &Lwm2mServer::list},
        {"read", &Lwm2mServer::read},
        {"write", &Lwm2mServer::write},
        {"execute", &Lwm2mServer::execute},
        {"delete", &Lwm2mServer::remove},
        {"discover", &Lwm2mServer::discover},
        {"write-attributes", &Lwm2mServer::writeAttributes},
        {"observe", &Lwm2mServer::observe},
        {"cancel", &Lwm2mServer::cancel},
        {"request", &Lwm2mServer::raw},
        {"wait", &Lwm2mServer::wait},
        {"silence", &Lwm2mServer::silence},
        {"refuse", &Lwm2mServer::refuse},
        {"forget", &Lwm2mServer::forget},
        {"publish", &Lwm2mServer::publish},
        {"certify", &Lwm2mServer::certify},
        {"quit", &Lwm2mServer::quit},
    };
    return table;
}

Lwm2mServer::Lwm2mServer(Events::Tell tell)
    : coap_({
          [this](auto* session, const auto& request) {
              if (auto package = repository_.handle(request))
                  return *package;
              if (auto certified = enrolment_.handle(CoapServer::certifiedName(session), request))
                  return *certified;
              return registry_.handle(session, request);
          },
          [this](auto* session, const auto& message) {
              return conversation_.onMessage(session, message);
          },
          [this](const auto& token, const auto& reason) { conversation_.onFailure(token, reason); },
          [this](auto* session) {
              events_.add({{"event", "closed"}, {"remote", CoapServer::remote(session)}});
          },
      })
    , events_(std::move(tell))
    , registry_(coap_, [this](Json event) { events_.add(std::move(event)); })
    , repository_([this](Json event) { events_.add(std::move(event)); })
    , conversation_(coap_)
{}

void Lwm2mServer::command(const Json& command, const Answer& answer)
{
    const auto name = command.at("do").get<std::string>();
    const auto handler = handlers().find(name);
    if (handler == handlers().end())
        throw std::runtime_error("no such command: " + name);
    (this->*handler->second)(command, answer);
}

void Lwm2mServer::expire()
{
    const auto now = Conversation::Clock::now();
    conversation_.expire(now);
    events_.expire(now);
    nextDeadline_ =
        std::min({registry_.expire(now), conversation_.nextDeadline(), events_.nextDeadline()});
}

Message Lwm2mServer::requestOf(const Json& command, unsigned code) const
{
    Message request;
    request.code = code;
    request.path = split(command.at("path").get<std::string>());
    request.isConfirmable = command.value("confirmable", true);
    if (command.contains("accept"))
        request.accept = formatOf(command["accept"]);
    if (command.contains("query"))
        request.query = command["query"].get<std::vector<std::string>>();
    if (command.contains("observe"))
        request.observe = command["observe"].get<unsigned>();
    if (command.contains("format"))
        request.format = formatOf(command["format"]);
    if (command.contains("text"))
        request.payload = command["text"].get<std::string>();
    if (command.contains("hex"))
        request.payload = fromHex(command["hex"].get<std::string>());
    if (command.contains("block1"))
        request.block1 = blockOf(command["block1"]);
    if (command.contains("block2"))
        request.block2 = blockOf(command["block2"]);
    return request;
}

void Lwm2mServer::ask(const Json& command, Message request, const Answer& answer)
{
    const auto* registration = registry_.find(command.at("endpoint").get<std::string>());
    if (registration == nullptr)
        throw std::runtime_error("not registered");
    conversation_.request(registration->session.get(),
                          std::move(request),
                          limitOf(command),
                          [answer](const Reply& reply) { answer(replyJson(reply)); });
}

void Lwm2mServer::addPsk(const Json& command, const Answer& answer)
{
    const auto identity = command.at("identity").get<std::string>();
    coap_.keys[identity] = {fromHex(command.at("key").get<std::string>()),
                            command.value("endpoint", std::string())};
    answer({{"ok", true}});
}

void Lwm2mServer::removePsk(const Json& command, const Answer& answer)
{
    answer({{"ok", coap_.keys.erase(command.at("identity").get<std::string>()) == 1}});
}

void Lwm2mServer::list(const Json&, const Answer& answer)
{
    answer({{"ok", true}, {"clients", registry_.list()}, {"lastEvent", events_.last()}});
}

void Lwm2mServer::read(const Json& command, const Answer& answer)
{
    ask(command, requestOf(command, COAP_REQUEST_CODE_GET), answer);
}

void Lwm2mServer::write(const Json& command, const Answer& answer)
{
    const bool isUpdate = command.value("mode", std::string("replace")) == "update";
    auto request = requestOf(command, isUpdate ? COAP_REQUEST_CODE_POST : COAP_REQUEST_CODE_PUT);
    if (!request.format)
        request.format = formatOf("text");
    if (command.contains("value"))
        request.payload = encodeValue(command.at("path"), command["value"], *request.format);
    ask(command, std::move(request), answer);
}

void Lwm2mServer::execute(const Json& command, const Answer& answer)
{
    auto request = requestOf(command, COAP_REQUEST_CODE_POST);
    if (!request.payload.empty())
        request.format = formatOf("text");
    ask(command, std::move(request), answer);
}

void Lwm2mServer::remove(const Json& command, const Answer& answer)
{
    ask(command, requestOf(command, COAP_REQUEST_CODE_DELETE), answer);
}

void Lwm2mServer::discover(const Json& command, const Answer& answer)
{
    auto request = requestOf(command, COAP_REQUEST_CODE_GET);
    request.accept = formatOf("link");
    ask(command, std::move(request), answer);
}

void Lwm2mServer::writeAttributes(const Json& command, const Answer& answer)
{
    auto request = requestOf(command, COAP_REQUEST_CODE_PUT);
    for (const auto& [name, value] : command.at("attributes").items())
        request.query.push_back(value.is_null() ? name : name + "=" + value.dump());
    ask(command, std::move(request), answer);
}

void Lwm2mServer::observe(const Json& command, const Answer& answer)
{
    const auto* registration = registry_.find(command.at("endpoint").get<std::string>());
    if (registration == nullptr)
        throw std::runtime_error("not registered");
    auto request = requestOf(command, COAP_REQUEST_CODE_GET);
    request.observe = 0;
    const auto earlier = tokens_.find(observationKey(command));
    request.token = earlier == tokens_.end() ? coap_.newToken() : earlier->second;
    tokens_[observationKey(command)] = request.token;

    const Json origin{{"endpoint", command["endpoint"]}, {"path", command["path"]}};
    conversation_.request(
        registration->session.get(),
        std::move(request),
        limitOf(command),
        [answer](const Reply& reply) { answer(replyJson(reply)); },
        [this, origin](const Message& message) {
            Json event{{"event", "notify"}};
            event.update(origin);
            event["confirmable"] = message.isConfirmable;
            event.update(replyJson({message, {}}));
            events_.add(std::move(event));
        });
}

void Lwm2mServer::cancel(const Json& command, const Answer& answer)
{
    const auto token = tokens_.extract(observationKey(command));
    if (!token)
        throw std::runtime_error("not observed");
    conversation_.forget(token.mapped());
    if (command.value("passive", false)) {
        answer({{"ok", true}});
        return;
    }
    auto request = requestOf(command, COAP_REQUEST_CODE_GET);
    request.observe = 1;
    request.token = token.mapped();
    ask(command, std::move(request), answer);
}

void Lwm2mServer::raw(const Json& command, const Answer& answer)
{
    ask(command, requestOf(command, codeOf(command.at("method").get<std::string>())), answer);
}

void Lwm2mServer::wait(const Json& command, const Answer& answer)
{
    events_.await(command.at("match"),
                  command.value("after", std::uint64_t{0}),
                  limitOf(command),
                  [answer](const Json& event) {
                      if (event.is_null())
                          answer({{"ok", false}, {"error", "did not happen"}});
                      else
                          answer({{"ok", true}, {"found", event}});
                  });
}

void Lwm2mServer::silence(const Json& command, const Answer& answer)
{
    coap_.setSilent(command.value("on", true));
    answer({{"ok", true}});
}

void Lwm2mServer::refuse(const Json& command, const Answer& answer)
{
    const auto code = command.value("code", std::string());
    registry_.refuse(command.at("what").get<std::string>(), code.empty() ? 0 : codeOf(code));
    answer({{"ok", true}});
}

void Lwm2mServer::forget(const Json& command, const Answer& answer)
{
    answer(
        {{"ok", true}, {"forgotten", registry_.forget(command.value("endpoint", std::string()))}});
}

void Lwm2mServer::publish(const Json& command, const Answer& answer)
{
    const auto octets = fromHex(command.at("hex").get<std::string>());
    const auto until = command.value("until", octets.size());
    Repository::Package package{octets, command.at("version").get<std::string>(), until};
    if (command.contains("format"))
        package.format = formatOf(command["format"]);
    repository_.publish(command.at("path").get<std::string>(), std::move(package));
    answer({{"ok", true}});
}

void Lwm2mServer::certify(const Json& command, const Answer& answer)
{
    const auto refusal = command.value("refuse", std::string());
    enrolment_.use(command.at("certificate").get<std::string>(),
                   command.at("privateKey").get<std::string>());
    enrolment_.refuse(refusal.empty() ? 0 : codeOf(refusal));
    const Enrolment::Term usual;
    enrolment_.limitFirst(
        {command.value("begins", usual.begins), command.value("ends", usual.ends)});
    answer({{"ok", true}});
}

void Lwm2mServer::quit(const Json&, const Answer& answer)
{
    answer({{"ok", true}});
    hasToQuit_ = true;
}

} // namespace causeway::sim

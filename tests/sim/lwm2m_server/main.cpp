// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <sys/signalfd.h>

#include "tests/sim/lwm2m_server/content.hpp"
#include "tests/sim/lwm2m_server/control.hpp"
#include "tests/sim/lwm2m_server/lwm2m_server.hpp"

namespace causeway::sim {

namespace {

struct Options
{
    std::string host = "127.0.0.1";
    int coapsPort = 0;
    int coapPort = -1;
    int coapsTcpPort = -1;
    int coapTcpPort = -1;
    std::vector<std::string> keys; ///< identity=hex
    std::string certificate;
    std::string privateKey;
    std::string trusted;
    std::string controlPath;
    std::string readyFile;
    bool ignoresInput = false;
};

std::string lineOf(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void onLine(Lwm2mServer& server, Control::Caller& caller, const std::string& line)
{
    Json id;
    const auto answer = [&caller, &id](Json reply) {
        Json whole{{"id", id}};
        whole.update(reply);
        caller.write(lineOf(whole));
    };
    try {
        const auto command = Json::parse(line);
        id = command.value("id", Json());
        server.command(command, [&caller, id](Json reply) {
            Json whole{{"id", id}};
            whole.update(reply);
            caller.write(lineOf(whole));
        });
    } catch (const std::exception& error) {
        answer({{"ok", false}, {"error", error.what()}});
    }
}

int millisecondsUntil(Conversation::Clock::time_point deadline)
{
    if (deadline == Conversation::Clock::time_point::max())
        return -1;
    const auto left = deadline - Conversation::Clock::now();
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, 60000));
}

int terminationSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

Json open(Lwm2mServer& server, const Options& options)
{
    for (const auto& key : options.keys) {
        const auto equals = key.rfind('=');
        if (equals == std::string::npos)
            throw std::runtime_error("--psk takes identity=hex");
        server.coap().keys[key.substr(0, equals)] = {fromHex(key.substr(equals + 1)), {}};
    }
    if (!options.certificate.empty())
        server.coap().useCertificate(options.certificate, options.privateKey, options.trusted);
    Json ready{{"event", "ready"}, {"host", options.host}};
    const auto listen = [&](const char* scheme, int port, coap_proto_t protocol) {
        if (port >= 0)
            ready[scheme] =
                server.coap().listen(options.host, static_cast<std::uint16_t>(port), protocol);
    };
    listen("coaps", options.coapsPort, COAP_PROTO_DTLS);
    listen("coap", options.coapPort, COAP_PROTO_UDP);
    listen("coaps+tcp", options.coapsTcpPort, COAP_PROTO_TLS);
    listen("coap+tcp", options.coapTcpPort, COAP_PROTO_TCP);
    return ready;
}

void serve(const Options& options)
{
    const int signals = terminationSignals();
    Control* control = nullptr;
    Lwm2mServer server([&control](const Json& event) { control->tellAll(lineOf(event)); });
    Control ownControl(!options.ignoresInput,
                       options.controlPath,
                       [&server](auto& caller, const auto& line) { onLine(server, caller, line); });
    control = &ownControl;

    const auto ready = open(server, options);
    control->tellAll(lineOf(ready));
    if (!options.readyFile.empty())
        std::ofstream(options.readyFile) << lineOf(ready) << '\n';

    while (!server.hasToQuit() && !control->hasEnded()) {
        server.coap().process();
        server.expire();
        std::vector<pollfd> watched{{server.coap().pollFd(), POLLIN, 0}, {signals, POLLIN, 0}};
        control->addTo(watched);
        ::poll(watched.data(), watched.size(), millisecondsUntil(server.nextDeadline()));
        if (watched[1].revents != 0)
            return;
        control->process(watched);
    }
}

} // namespace

} // namespace causeway::sim

int main(int argc, char** argv)
{
    causeway::sim::Options options;
    CLI::App app{"An LwM2M server for tests: JSON commands in, JSON answers and events out"};
    app.add_option("--host", options.host, "address to listen on, IPv4 or IPv6");
    app.add_option("--coaps-port", options.coapsPort, "0: any; -1: no DTLS");
    app.add_option("--coap-port", options.coapPort, "0: any; -1: no plain CoAP (default)");
    app.add_option("--coaps-tcp-port", options.coapsTcpPort, "0: any; -1: no TLS (default)");
    app.add_option("--coap-tcp-port", options.coapTcpPort, "0: any; -1: no plain TCP (default)");
    app.add_option("--psk", options.keys, "identity=hex, as often as needed");
    app.add_option("--certificate", options.certificate, "PEM: its own, for clients with one");
    app.add_option("--private-key", options.privateKey, "PEM: that goes with it");
    app.add_option("--trusted", options.trusted, "PEM: the authority that vouches for clients");
    app.add_option("--control", options.controlPath, "Unix socket that takes commands too");
    app.add_option("--ready-file", options.readyFile, "written when the ports are open");
    app.add_flag("--no-input", options.ignoresInput, "do not read standard input");
    CLI11_PARSE(app, argc, argv);
    try {
        coap_startup();
        coap_set_log_level(LOG_ERR);
        causeway::sim::serve(options);
        coap_cleanup();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "lwm2m_server: %s\n", error.what());
        return 1;
    }
}

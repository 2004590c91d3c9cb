// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/floor_fleet.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench_psk.hpp"

namespace causeway::bench {

namespace {

constexpr unsigned senmlCbor = 112;
// [{-2: "/3303/0/5700", 2: 21.5}] as RFC 8428 §6 has it.
constexpr std::string_view answer("\x81\xa2\x21\x6c/3303/0/5700\x02\xfb\x40\x35\x80\0\0\0\0\0", 26);
constexpr std::string_view objects =
    "</>;rt=\"oma.lwm2m\";ct=\"60 110 112 11542\",</1/0>,</3/0>,</3303/0>";

gnutls_priority_t sharedPriority()
{
    static gnutls_priority_t parsed = [] {
        gnutls_priority_t made = nullptr;
        gnutls_priority_init(&made, priority, nullptr);
        return made;
    }();
    return parsed;
}

int connectedSocket(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no socket");
    return fd;
}

} // namespace

struct FloorFleet::Device
{
    int fd = -1;
    gnutls_session_t session = nullptr;
    gnutls_psk_client_credentials_t credentials = nullptr;
    std::size_t index = 0;
    std::uint16_t messageId = 0;
    std::string observed;
    bool isConnected = false;
    bool isRegistered = false;
    bool foundNothing = false; ///< in this call of gnutls_handshake()

    Device(std::size_t number, std::uint16_t serverPort)
        : fd(connectedSocket(serverPort))
        , index(number)
    {
        const auto name = deviceName(index);
        auto key = keyOf(name);
        const gnutls_datum_t datum{key.data(), key.size()};
        gnutls_psk_allocate_client_credentials(&credentials);
        gnutls_psk_set_client_credentials(credentials, name.c_str(), &datum, GNUTLS_PSK_KEY_RAW);
        gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK);
        gnutls_priority_set(session, sharedPriority());
        gnutls_credentials_set(session, GNUTLS_CRD_PSK, credentials);
        gnutls_transport_set_ptr(session, this);
        gnutls_transport_set_push_function(session, push);
        gnutls_transport_set_pull_function(session, pull);
        gnutls_transport_set_pull_timeout_function(session, waitToPull);
    }

    ~Device()
    {
        gnutls_deinit(session);
        forgetKey();
        ::close(fd);
    }

    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    static ssize_t push(gnutls_transport_ptr_t self, const void* data, std::size_t size)
    {
        return ::send(static_cast<Device*>(self)->fd, data, size, MSG_NOSIGNAL);
    }

    static ssize_t pull(gnutls_transport_ptr_t self, void* data, std::size_t size)
    {
        return ::recv(static_cast<Device*>(self)->fd, data, size, MSG_DONTWAIT);
    }

    // What comes between two looks of one call GnuTLS 3.7.9 forgets (agent/coap/dtls_session.cpp).
    static int waitToPull(gnutls_transport_ptr_t self, unsigned)
    {
        auto& device = *static_cast<Device*>(self);
        pollfd watched{device.fd, POLLIN, 0};
        if (!device.foundNothing)
            device.foundNothing = ::poll(&watched, 1, 0) <= 0;
        return device.foundNothing ? 0 : 1;
    }

    void forgetKey()
    {
        if (credentials != nullptr)
            gnutls_psk_free_client_credentials(credentials);
        credentials = nullptr;
    }

    void send(const PacketWriter& packet) const
    {
        gnutls_record_send(session, packet.octets().data(), packet.octets().size());
    }
};

FloorFleet::FloorFleet()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC))
{}

FloorFleet::~FloorFleet()
{
    ::close(epoll_);
}

void FloorFleet::add(std::uint16_t port)
{
    devices_.push_back(std::make_unique<Device>(devices_.size(), port));
    Device& device = *devices_.back();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &device;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, device.fd, &event);
    continueHandshake(device);
}

void FloorFleet::watch(int fd, std::function<void()> onReadable)
{
    watched_.push_back({fd, std::move(onReadable)});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = watched_.size(); // no pointer is that small
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void FloorFleet::runOnce(std::chrono::milliseconds longest)
{
    std::array<epoll_event, 64> ready{};
    const int count =
        ::epoll_wait(epoll_, ready.data(), ready.size(), static_cast<int>(longest.count()));
    for (int i = 0; i < count; ++i) {
        const auto& data = ready.at(static_cast<std::size_t>(i)).data;
        if (data.u64 <= watched_.size())
            watched_.at(data.u64 - 1).onReadable();
        else
            onReadable(*static_cast<Device*>(data.ptr));
    }
}

std::string FloorFleet::whereabouts() const
{
    const auto connected =
        std::ranges::count_if(devices_, [](const auto& device) { return device->isConnected; });
    return std::to_string(devices_.size()) + " devices, " + std::to_string(connected) +
           " connected, " + std::to_string(registered_) + " registered";
}

void FloorFleet::continueHandshake(Device& device)
{
    device.foundNothing = false;
    if (gnutls_handshake(device.session) != GNUTLS_E_SUCCESS)
        return;
    device.isConnected = true;
    gnutls_credentials_clear(device.session);
    device.forgetKey();
    registerDevice(device);
}

void FloorFleet::registerDevice(Device& device)
{
    PacketWriter packet(Type::Confirmable, post, ++device.messageId, "12345678");
    packet.option(uriPathOption, "rd").option(contentFormatOption, 40U);
    packet.option(uriQueryOption, "ep=" + deviceName(device.index))
        .option(uriQueryOption, "lt=86400")
        .option(uriQueryOption, "lwm2m=1.1")
        .option(uriQueryOption, "b=U");
    device.send(packet.payload(objects));
}

void FloorFleet::onReadable(Device& device)
{
    if (!device.isConnected) {
        continueHandshake(device);
        return;
    }
    std::array<std::uint8_t, 2048> record{};
    const auto size = gnutls_record_recv(device.session, record.data(), record.size());
    if (size <= 0)
        return;
    if (const auto packet = parse(std::span(record).first(static_cast<std::size_t>(size))))
        onRecord(device, *packet);
}

void FloorFleet::onRecord(Device& device, const Packet& packet)
{
    if (packet.code == created) {
        registered_ += device.isRegistered ? 0 : 1;
        device.isRegistered = true;
        return;
    }
    if (packet.type != Type::Confirmable)
        return;
    PacketWriter response(Type::Acknowledgement, content, packet.messageId, packet.token);
    if (packet.token[0] == 'o') {
        device.observed = packet.token;
        response.option(observeOption, 0U);
    }
    device.send(response.option(contentFormatOption, senmlCbor).payload(answer));
}

void FloorFleet::notify(std::size_t index)
{
    auto& device = *devices_.at(index);
    PacketWriter packet(Type::NonConfirmable, content, ++device.messageId, device.observed);
    packet.option(observeOption, unsigned{device.messageId});
    device.send(packet.option(contentFormatOption, senmlCbor).payload(answer));
}

} // namespace causeway::bench

# SPDX-License-Identifier: Apache-2.0
"""A relay between devices and a DTLS server that looks at the records it passes on, and at what must never come twice:
the randoms that keys are made of, and a number of a record under one key (RFC 6347 §4.1, RFC 6655 §3)."""

import collections
import dataclasses
import select
import socket
import threading

HANDSHAKE = 22
CLIENT_HELLO, SERVER_HELLO, CLIENT_KEY_EXCHANGE = 1, 2, 16
RECORD_HEADER, HANDSHAKE_HEADER = 13, 12
LARGEST_DATAGRAM = 65536


def records_of(datagram):
    """(type, epoch, sequence number, fragment) of each record (RFC 6347 §4.1)."""
    while len(datagram) >= RECORD_HEADER:
        length = int.from_bytes(datagram[11:13], "big")
        yield (datagram[0], int.from_bytes(datagram[3:5], "big"), int.from_bytes(datagram[5:11], "big"),
               datagram[RECORD_HEADER:RECORD_HEADER + length])
        datagram = datagram[RECORD_HEADER + length:]


def random_of(hello):
    """Behind the handshake's header and the version: 32 octets."""
    return hello[HANDSHAKE_HEADER + 2:HANDSHAKE_HEADER + 34]


@dataclasses.dataclass
class Session:
    """What came from one port: one handshake, and the records under its keys."""

    client_random: bytes = b""
    server_random: bytes = b""
    is_full: bool = False
    protected: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def take(self, datagram, is_from_client):
        for kind, epoch, number, fragment in records_of(datagram):
            if epoch > 0:
                self.protected[is_from_client, epoch, number] += 1
            elif kind == HANDSHAKE and fragment[0] == CLIENT_HELLO:
                self.client_random = random_of(fragment)
            elif kind == HANDSHAKE and fragment[0] == SERVER_HELLO:
                self.server_random = random_of(fragment)
            elif kind == HANDSHAKE and fragment[0] == CLIENT_KEY_EXCHANGE:
                self.is_full = True

    def repeated(self):
        """What the device has sent more than once under one key; what the server has sent is its own affair."""
        return [place for place, times in self.protected.items() if times > 1 and place[0]]


class RecordWatch:
    """Use as a context manager; `port` is where devices find the server."""

    def __init__(self, server_port):
        self.server = ("127.0.0.1", server_port)
        self.sessions = []
        self.datagrams = 0
        self.entrance = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.entrance.bind(("127.0.0.1", 0))
        self.port = self.entrance.getsockname()[1]
        self.ways = {}  # address of a device: (socket to the server, its session)
        self.end, self.ended = socket.socketpair()
        self.thread = threading.Thread(target=self.relay)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.close()
        self.thread.join()
        for way, _session in self.ways.values():
            way.close()
        self.entrance.close()
        self.ended.close()

    def relay(self):
        while True:
            senders = {way: (address, session) for address, (way, session) in self.ways.items()}
            ready, _, _ = select.select([self.ended, self.entrance, *senders], [], [])
            if self.ended in ready:
                return
            for one in ready:
                if one is self.entrance:
                    self.pass_up()
                else:
                    self.pass_down(one, *senders[one])

    def pass_up(self):
        datagram, address = self.entrance.recvfrom(LARGEST_DATAGRAM)
        is_hello = any(kind == HANDSHAKE and epoch == 0 and fragment[0] == CLIENT_HELLO
                       for kind, epoch, _, fragment in records_of(datagram))
        if address not in self.ways or (is_hello and self.is_another(address, datagram)):
            self.open_way(address)
        way, session = self.ways[address]
        session.take(datagram, True)
        way.send(datagram)
        self.datagrams += 1

    def is_another(self, address, datagram):
        """Whether a port is used again, by the next session."""
        before = self.ways[address][1].client_random
        return all(random_of(fragment) != before for _, _, _, fragment in records_of(datagram))

    def open_way(self, address):
        if address in self.ways:
            self.ways.pop(address)[0].close()
        way = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        way.connect(self.server)
        session = Session()
        self.sessions.append(session)
        self.ways[address] = (way, session)

    def pass_down(self, way, address, session):
        try:
            datagram = way.recv(LARGEST_DATAGRAM)
        except ConnectionRefusedError:
            return
        session.take(datagram, False)
        self.entrance.sendto(datagram, address)
        self.datagrams += 1

# SPDX-License-Identifier: Apache-2.0
"""A smartcard with a PKCS#15 file system (LwM2M 1.1 Core, Appendix G) for vpcd, Debian's virtual card reader.

Knows SELECT, READ BINARY and VERIFY of ISO 7816-4, which is what a PKCS#15 reader needs. A card
that is in the reader is connected to vpcd."""

import contextlib
import socket
import struct
import threading

LWM2M_BOOTSTRAP_OID = bytes.fromhex("0604672b0901")  # 2.23.43.9.1
PKCS15_AID = bytes.fromhex("a000000063504b43532d3135")
# T=1, no historical bytes but a name: opensc.conf of the fixture gives this ATR to the generic driver.
ATR = bytes.fromhex("3b880143617573657761790b")


def tlv(tag, *parts):
    value = b"".join(parts)
    size = len(value)
    length = bytes([size]) if size < 0x80 else bytes([0x81, size]) if size < 0x100 else b"\x82" + struct.pack(">H", size)
    return bytes([tag]) + length + value


def path(*names):
    return tlv(0x30, tlv(0x04, b"".join(bytes.fromhex(name) for name in names)))


def data_object(label, oid, file, is_private):
    common = [tlv(0x0C, label.encode()), tlv(0x03, b"\x07\x80" if is_private else b"\x06\x00")]
    if is_private:
        common.append(tlv(0x04, b"\x01"))
    return tlv(0x30, tlv(0x30, *common), tlv(0x30, tlv(0x0C, b"LwM2M"), oid), tlv(0xA1, path("3f00", "5015", file)))


def pin_object():
    attributes = tlv(0x30, tlv(0x03, b"\x02\x0c"), tlv(0x0A, b"\x01"), tlv(0x02, b"\x04"), tlv(0x02, b"\x08"), tlv(0x02, b"\x08"), tlv(0x80, b"\x01"),
                     tlv(0x04, b"\xff"), path("3f00", "5015"))
    return tlv(0x30, tlv(0x30, tlv(0x0C, b"PIN"), tlv(0x03, b"\x06\xc0")), tlv(0x30, tlv(0x04, b"\x01")), tlv(0xA1, attributes))


def files_of(content, label, serial, oid, pin):
    """By path below the MF. `content` is EF LwM2M_Bootstrap."""
    odf = tlv(0xA7, path("3f00", "5015", "6430"))
    files = {
        "2f00": tlv(0x61, tlv(0x4F, PKCS15_AID), tlv(0x50, b"LwM2M"), tlv(0x51, bytes.fromhex("3f005015"))),
        "50155032": tlv(0x30, tlv(0x02, b"\x00"), tlv(0x04, bytes.fromhex(serial)), tlv(0x0C, b"Causeway"), tlv(0x80, label.encode()),
                        tlv(0x03, b"\x04\x10" if pin else b"\x04\x00")),
        "50156430": data_object("LwM2M bootstrap", oid, "6431", pin is not None),
        "50156431": content,
    }
    if pin:
        odf += tlv(0xA8, path("3f00", "5015", "6440"))
        files["50156440"] = pin_object()
    files["50155031"] = odf
    return {bytes.fromhex(name): value for name, value in files.items()}


class Card:
    """What is on the chip; answers one command after the other."""

    def __init__(self, content, label="Site card", serial="0102030405060708", oid=LWM2M_BOOTSTRAP_OID, pin=None):
        self.files = files_of(content, label, serial, oid, pin)
        self.pin = pin
        self.tries = 3
        self.verifications = 0
        self.verifying = threading.Event()  # a PIN has come
        self.may_answer = threading.Event()  # to it
        self.may_answer.set()
        self.reset()

    def reset(self):
        self.is_verified = False
        self.current = b""

    def directories(self):
        return {b"", bytes.fromhex("5015")}

    def execute(self, command):
        instruction, p1, p2, rest = command[1], command[2], command[3], command[4:]
        handlers = {0xA4: self.select, 0xB0: self.read, 0x20: self.verify}
        return handlers[instruction](p1, p2, rest) if instruction in handlers else b"\x6d\x00"

    def select(self, p1, p2, rest):
        name = rest[1:1 + rest[0]] if rest else b""
        if p1 == 0x04:
            return self.enter(bytes.fromhex("5015"), p2) if name == PKCS15_AID else b"\x6a\x82"
        if name[:2] == b"\x3f\x00":
            name, base = name[2:], b""
        else:
            base = self.current if self.current in self.directories() else self.current[:-2]
            base = b"" if p1 == 0x08 else base
        for candidate in (base + name, name):
            if candidate in self.files or candidate in self.directories():
                return self.enter(candidate, p2)
        return b"\x6a\x82"

    def enter(self, name, p2):
        self.current = name
        if p2 & 0x0C == 0x0C:
            return b"\x90\x00"
        identifier = tlv(0x83, name[-2:] or b"\x3f\x00")
        if name in self.files:
            control = tlv(0x6F, tlv(0x80, struct.pack(">H", len(self.files[name]))), tlv(0x82, b"\x01"), identifier)
        else:
            control = tlv(0x6F, tlv(0x82, b"\x38"), identifier)
        return control + b"\x90\x00"

    def read(self, p1, p2, rest):
        data = self.files.get(self.current)
        if data is None:
            return b"\x69\x86"
        if self.pin and self.current == bytes.fromhex("50156431") and not self.is_verified:
            return b"\x69\x82"
        offset = p1 << 8 | p2
        return data[offset:offset + (rest[0] or 256 if rest else 256)] + b"\x90\x00"

    def verify(self, _p1, _p2, rest):
        if not rest or self.pin is None:
            return b"\x90\x00" if self.is_verified else bytes([0x63, 0xC0 | self.tries])
        self.verifications += 1
        self.verifying.set()
        self.may_answer.wait()
        if self.tries == 0:
            return b"\x69\x83"
        if rest[1:1 + rest[0]].rstrip(b"\xff\x00") == self.pin.encode():
            self.tries, self.is_verified = 3, True
            return b"\x90\x00"
        self.tries -= 1
        return bytes([0x63, 0xC0 | self.tries])


def free_ports():
    """The first of two neighbours: vpcd has two slots, and takes the next port for the second."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
                return port
            except OSError:
                continue


class Reader:
    """A slot of vpcd that a card is put into and taken out of: a card in it has a connection to vpcd."""

    def __init__(self):
        self.port = free_ports()
        self.connection = None
        self.answers = threading.Event()
        self.answers.set()

    def insert(self, card):
        self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.connection.settimeout(None)
        threading.Thread(target=self.talk, args=(self.connection, card), daemon=True).start()

    def remove(self):
        connection, self.connection = self.connection, None
        if connection:
            with contextlib.suppress(OSError):  # vpcd may be gone
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def hang(self):
        """Commands get no answer any more, until let_go()."""
        self.answers.clear()

    def let_go(self):
        self.answers.set()

    def talk(self, connection, card):
        try:
            while True:
                (size,) = struct.unpack(">H", self.receive(connection, 2))
                message = self.receive(connection, size)
                self.answers.wait()
                answer = self.answer(card, message)
                if answer is not None:
                    connection.sendall(struct.pack(">H", len(answer)) + answer)
        except OSError:
            return  # taken out, or vpcd is gone

    @staticmethod
    def answer(card, message):
        if len(message) > 1:
            return card.execute(message)
        if message[0] == 4:  # also how vpcd sees that there is a card
            return ATR
        card.reset()  # power off, power on, reset
        return None

    @staticmethod
    def receive(connection, size):
        data = b""
        while len(data) < size:
            more = connection.recv(size - len(data))
            if not more:
                raise OSError("gone")
            data += more
        return data

# SPDX-License-Identifier: Apache-2.0
"""A Bluetooth controller on /dev/vhci with everything that is in its reach: sensors that advertise, and peripherals
that are connected. Above it are the real kernel and the real bluetoothd. It answers what Linux 6.1 asks, and no more;
the numbers are those of Bluetooth Core 5.4 Vol 4 Part E."""

import os
import struct
import threading
import time

COMMAND, ACL, EVENT = 1, 2, 4
ADVERTISEMENT_PAUSE = 0.1  # seconds; the fastest of what real sensors do
ACL_OCTETS, ACL_PACKETS = 251, 8

# What commands return behind their status; all others: nothing but zeros.
RETURNS = {
    0x0c14: b"virtual radio".ljust(248, b"\0"),                # Read Local Name
    0x1001: struct.pack("<BHBHH", 9, 0, 9, 0x05f1, 0),         # Read Local Version Information: 5.0
    0x1003: bytes.fromhex("0000000060000000"),                 # Read Local Supported Features: LE, and nothing else
    0x1005: struct.pack("<HBHH", 1021, 0, ACL_PACKETS, 0),     # Read Buffer Size
    0x1009: bytes.fromhex("010000de1a00"),                     # Read BD_ADDR
    0x2002: struct.pack("<HB", ACL_OCTETS, ACL_PACKETS),       # LE Read Buffer Size
    0x200f: b"\x10",                                           # LE Read Filter Accept List Size
    0x201c: b"\xff" * 8,                                       # LE Read Supported States
}
# Those that are answered by Command Status first, and by an event later.
DISCONNECT, CONNECT, READ_REMOTE_FEATURES, UPDATE, ENCRYPT = 0x0406, 0x200d, 0x2016, 0x2013, 0x2019
SET_SCAN_PARAMETERS, SET_SCAN_ENABLE, CANCEL_CONNECT = 0x200b, 0x200c, 0x200e
SCAN_RESPONSE = 4  # the type of its report


def part(kind, octets):
    """One AD structure: Core Specification Supplement, Part A."""
    return bytes([len(octets) + 1, kind]) + octets


def address_octets(address):
    return bytes.fromhex(address.replace(":", ""))[::-1]


def own_address():
    return RETURNS[0x1009]


def is_random(address):
    """Real ones may have any public address; here their first bits tell."""
    return int(address[0], 16) >= 0xc


class Sensor:
    """Advertises, and cannot be connected."""

    kind, scan_response = 3, None  # ADV_NONCONN_IND

    def __init__(self, address, data, rssi=-60):
        self.address, self.rssi = address, rssi
        self.data = data  # or a function that makes the next advertisement

    def advertisement(self):
        return self.data() if callable(self.data) else self.data


class Controller:
    """Lives as long as its process; threads of its own obey the kernel and make everybody advertise."""

    def __init__(self):
        self.file = os.open("/dev/vhci", os.O_RDWR)
        os.write(self.file, b"\xff\x00")  # a primary controller
        self.lock = threading.RLock()
        self.things = {}       # by address
        self.connections = {}  # peripherals by connection handle
        self.wanted = None     # the address that is to be connected
        self.next_handle = 0x40
        self.scans = False
        self.asks = False      # scans actively
        for work in (self.obey, self.advertise):
            threading.Thread(target=work, daemon=True).start()

    def add(self, thing):
        with self.lock:
            self.things[thing.address] = thing
        return thing

    def remove(self, thing):
        with self.lock:
            del self.things[thing.address]

    # --- what the kernel hears ---

    def send(self, kind, octets):
        with self.lock:
            os.write(self.file, bytes([kind]) + octets)

    def tell(self, code, octets):
        self.send(EVENT, bytes([code, len(octets)]) + octets)

    def tell_complete(self, command, returns):
        self.tell(0x0e, struct.pack("<BH", 1, command) + returns)

    def tell_status(self, command, status=0):
        self.tell(0x0f, struct.pack("<BBH", status, 1, command))

    def report(self, thing):
        self.tell_report(thing, thing.kind, thing.advertisement())
        if self.asks and thing.scan_response is not None:
            self.tell_report(thing, SCAN_RESPONSE, thing.scan_response)

    def tell_report(self, thing, kind, data):
        self.tell(0x3e, struct.pack("<BBBB", 2, 1, kind, is_random(thing.address)) + address_octets(thing.address) +
                  bytes([len(data)]) + data + struct.pack("b", thing.rssi))

    def advertise(self):
        while True:
            time.sleep(ADVERTISEMENT_PAUSE)
            with self.lock:
                connected = [one.address for one in self.connections.values()]
                for thing in self.things.values():
                    if thing.address in connected:
                        continue
                    if self.wanted == thing.address:
                        self.connect(thing)
                    elif self.scans:
                        self.report(thing)

    def connect(self, peripheral):
        self.wanted = None
        self.next_handle += 1
        self.connections[self.next_handle] = peripheral
        peripheral.on_connected(self, self.next_handle)
        self.tell(0x3e, struct.pack("<BBHBB", 1, 0, self.next_handle, 0, is_random(peripheral.address)) +
                  address_octets(peripheral.address) + struct.pack("<HHHB", 24, 0, 200, 0))

    def disconnect(self, peripheral, reason=0x13):
        """By default as if the peripheral had ended it."""
        with self.lock:
            handle = peripheral.handle
            if handle is None:
                return
            del self.connections[handle]
            peripheral.on_disconnected()
            self.tell(0x05, struct.pack("<BHB", 0, handle, reason))

    def send_frame(self, handle, channel, octets):
        frame = struct.pack("<HH", len(octets), channel) + octets
        self.send(ACL, struct.pack("<HH", handle | 0x2000, len(frame)) + frame)

    # --- what the kernel says ---

    def obey(self):
        while True:
            packet = os.read(self.file, 1024)
            with self.lock:
                if packet[0] == COMMAND:
                    self.on_command(struct.unpack_from("<H", packet, 1)[0], packet[4:])
                elif packet[0] == ACL:
                    self.on_acl(packet[1:])

    def on_command(self, command, octets):
        handlers = {DISCONNECT: self.on_disconnect, CONNECT: self.on_connect,
                    READ_REMOTE_FEATURES: self.on_read_features, UPDATE: self.on_update, ENCRYPT: self.on_encrypt}
        if command in handlers:
            self.tell_status(command)
            return handlers[command](octets)
        if command == SET_SCAN_PARAMETERS:
            self.asks = bool(octets[0])
        if command == SET_SCAN_ENABLE:
            self.scans = bool(octets[0])
        self.tell_complete(command, b"\0" + RETURNS.get(command, bytes(64)))
        if command == CANCEL_CONNECT and self.wanted:
            self.wanted = None
            self.tell(0x3e, struct.pack("<BBHBB", 1, 0x02, 0, 0, 0) + bytes(6) + bytes(7))

    def on_connect(self, octets):
        self.wanted = ":".join(f"{octet:02X}" for octet in octets[6:12][::-1])

    def on_disconnect(self, octets):
        peripheral = self.connections.get(struct.unpack_from("<H", octets)[0])
        if peripheral:
            self.disconnect(peripheral, 0x16)

    def on_read_features(self, octets):
        self.tell(0x3e, b"\x04\0" + octets[:2] + bytes(8))

    def on_update(self, octets):
        handle, _, interval, latency, timeout = struct.unpack_from("<HHHHH", octets)
        self.tell(0x3e, struct.pack("<BBHHHH", 3, 0, handle, interval, latency, timeout))

    def on_encrypt(self, octets):
        handle = struct.unpack_from("<H", octets)[0]
        peripheral = self.connections.get(handle)
        if not peripheral:
            return
        is_known = peripheral.security.admits(octets[2:12], octets[12:28])
        self.tell(0x08, struct.pack("<BHB", 0 if is_known else 0x06, handle, is_known))  # 0x06: PIN or Key Missing
        if is_known:
            peripheral.on_encrypted()

    def on_acl(self, packet):
        """Nobody sends more than fits into one packet: the largest ATT_MTU here is smaller."""
        handle = struct.unpack_from("<H", packet)[0] & 0x0fff
        self.tell(0x13, struct.pack("<BHH", 1, handle, 1))
        channel = struct.unpack_from("<H", packet, 6)[0]
        peripheral = self.connections.get(handle)
        if peripheral:
            peripheral.on_frame(channel, packet[8:])

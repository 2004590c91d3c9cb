# SPDX-License-Identifier: Apache-2.0
"""A peripheral with a GATT server, in reach of a virtual_radio.Controller: Bluetooth Core 5.4 Vol 3 Parts F and G."""

import struct

from virtual_radio import address_octets, is_random, own_address
from virtual_security import Security

ATT_CHANNEL, SECURITY_CHANNEL = 4, 6
MTU = 64
PRIMARY, CHARACTERISTIC, CONFIGURATION = 0x2800, 0x2803, 0x2902
READ, COMMAND, WRITE, NOTIFY, INDICATE = 0x02, 0x04, 0x08, 0x10, 0x20
ENCRYPTED = 0x100  # only for who is bonded; this one is not told
INVALID_HANDLE, READ_NOT_PERMITTED, WRITE_NOT_PERMITTED = 1, 2, 3
NOT_AUTHENTICATED, NOT_SUPPORTED, INVALID_OFFSET, NOT_FOUND = 5, 6, 7, 10


def uuid_octets(uuid):
    """16 bits as a number, 128 bits as a text."""
    return struct.pack("<H", uuid) if isinstance(uuid, int) else bytes.fromhex(uuid.replace("-", ""))[::-1]


class Attribute:
    def __init__(self, kind, value, can=READ):
        self.kind, self.value, self.can = uuid_octets(kind), bytes(value), can
        self.handle = 0
        self.end = 0  # of a service: its last handle


class AttRefusal(Exception):
    def __init__(self, code, handle=0):
        super().__init__(f"ATT error {code} at {handle}")
        self.code, self.handle = code, handle


class Peripheral:
    """`services`: a list of (UUID, [(UUID, what it can, value)]); `passkey`: that of its display, if it has one."""

    kind = 0  # ADV_IND

    def __init__(self, address, data, scan_response, services, passkey=None, rssi=-55):
        self.address, self.data, self.scan_response, self.rssi = address, data, scan_response, rssi
        self.controller = self.handle = None
        self.connections = 0
        self.security = Security(passkey)
        self.attributes = []
        for service, characteristics in services:
            self.add_service(service, characteristics)

    # --- its attributes ---

    def add(self, attribute):
        self.attributes.append(attribute)
        attribute.handle = attribute.end = len(self.attributes)
        return attribute

    def add_service(self, service, characteristics):
        head = self.add(Attribute(PRIMARY, uuid_octets(service)))
        for uuid, can, value in characteristics:
            handle = len(self.attributes) + 2
            self.add(Attribute(CHARACTERISTIC, struct.pack("<BH", can & 0xff, handle) + uuid_octets(uuid)))
            self.add(Attribute(uuid, value, can))
            if can & (NOTIFY | INDICATE):
                self.add(Attribute(CONFIGURATION, b"\0\0", READ | WRITE))
        head.end = len(self.attributes)

    def find(self, uuid):
        return next(one for one in self.attributes if one.kind == uuid_octets(uuid))

    def set(self, uuid, value):
        """A new value, told at once to who asked for it."""
        attribute = self.find(uuid)
        attribute.value = bytes(value)
        if self.controller:
            with self.controller.lock:
                self.tell(attribute)

    def tell(self, attribute):
        if not attribute.can & (NOTIFY | INDICATE) or self.handle is None:
            return
        wanted = self.attributes[attribute.handle].value[0]  # its configuration follows it
        kind = 0x1b if wanted & 1 else 0x1d if wanted & 2 else None
        if kind:
            self.send(struct.pack("<BH", kind, attribute.handle) + attribute.value)

    def notifies(self, uuid):
        return self.attributes[self.find(uuid).handle].value[0] & 3

    # --- its connection ---

    def advertisement(self):
        return self.data

    def on_connected(self, controller, handle):
        self.controller, self.handle = controller, handle
        self.prepared = []
        self.connections += 1
        self.security.on_connected(own_address(), False, address_octets(self.address), is_random(self.address))

    def on_disconnected(self):
        self.handle = None
        for attribute in self.attributes:
            if attribute.kind == uuid_octets(CONFIGURATION):
                attribute.value = b"\0\0"  # Core Vol 3 Part G §3.3.3.3: of who is not bonded

    def send(self, octets):
        self.controller.send_frame(self.handle, ATT_CHANNEL, octets)

    def on_frame(self, channel, octets):
        if channel == ATT_CHANNEL:
            self.on_request(octets)
        elif channel == SECURITY_CHANNEL:
            self.send_security(self.security.on_frame(octets))

    def on_encrypted(self):
        self.send_security(self.security.on_encrypted())

    def send_security(self, frames):
        for frame in frames:
            self.controller.send_frame(self.handle, SECURITY_CHANNEL, frame)

    # --- its GATT server ---

    def on_request(self, octets):
        handlers = {0x02: self.exchange_mtu, 0x04: self.find_information, 0x06: self.find_by_value,
                    0x08: self.read_by_type, 0x0a: self.read, 0x0c: self.read_from, 0x10: self.read_by_group,
                    0x12: self.write, 0x16: self.prepare_write, 0x18: self.execute_write}
        kind = octets[0]
        if kind == 0x52:
            self.obey(octets[1:])
        if kind == 0x1e or kind & 0x40:
            return  # a confirmation, or a command: nobody answers
        try:
            if kind not in handlers:
                raise AttRefusal(NOT_SUPPORTED)
            self.send(handlers[kind](octets[1:]))
        except AttRefusal as error:
            self.send(struct.pack("<BBHB", 0x01, kind, error.handle, error.code))

    def exchange_mtu(self, _octets):
        return struct.pack("<BH", 0x03, MTU)

    def between(self, octets, wanted):
        first, last = struct.unpack_from("<HH", octets)
        found = [one for one in self.attributes if first <= one.handle <= last and wanted(one)]
        if not found:
            raise AttRefusal(NOT_FOUND, first)
        return found

    @staticmethod
    def of_same_size(rows):
        """As many rows as an answer holds, all as long as the first."""
        size = len(rows[0])
        count = next((i for i, row in enumerate(rows) if len(row) != size), len(rows))
        return rows[:min(count, (MTU - 2) // size)]

    def find_information(self, octets):
        found = self.between(octets, lambda one: True)
        rows = self.of_same_size([struct.pack("<H", one.handle) + one.kind for one in found])
        return bytes([0x05, 1 if len(rows[0]) == 4 else 2]) + b"".join(rows)

    def find_by_value(self, octets):
        found = self.between(octets, lambda one: one.kind == octets[4:6] and one.value == octets[6:])
        return b"\x07" + b"".join(struct.pack("<HH", one.handle, one.end) for one in found)

    def read_by_type(self, octets):
        found = self.between(octets, lambda one: one.kind == octets[4:])
        self.check_readable(found[0])
        rows = self.of_same_size([struct.pack("<H", one.handle) + one.value[:MTU - 4] for one in found])
        return bytes([0x09, len(rows[0])]) + b"".join(rows)

    def read_by_group(self, octets):
        found = self.between(octets, lambda one: one.kind == octets[4:])
        rows = self.of_same_size([struct.pack("<HH", one.handle, one.end) + one.value for one in found])
        return bytes([0x11, len(rows[0])]) + b"".join(rows)

    def at(self, octets):
        handle = struct.unpack_from("<H", octets)[0]
        if not 0 < handle <= len(self.attributes):
            raise AttRefusal(INVALID_HANDLE, handle)
        return self.attributes[handle - 1]

    def check_readable(self, attribute):
        if not attribute.can & READ:
            raise AttRefusal(READ_NOT_PERMITTED, attribute.handle)
        if attribute.can & ENCRYPTED and not self.security.is_encrypted:
            raise AttRefusal(NOT_AUTHENTICATED, attribute.handle)

    def read(self, octets):
        attribute = self.at(octets)
        self.check_readable(attribute)
        return b"\x0b" + attribute.value[:MTU - 1]

    def read_from(self, octets):
        attribute = self.at(octets)
        self.check_readable(attribute)
        offset = struct.unpack_from("<H", octets, 2)[0]
        if offset > len(attribute.value):
            raise AttRefusal(INVALID_OFFSET, attribute.handle)
        return b"\x0d" + attribute.value[offset:offset + MTU - 1]

    def obey(self, octets):
        attribute = self.at(octets)
        if attribute.can & COMMAND:
            attribute.value = octets[2:]

    def writable(self, octets):
        attribute = self.at(octets)
        if not attribute.can & WRITE:
            raise AttRefusal(WRITE_NOT_PERMITTED, attribute.handle)
        return attribute

    def write(self, octets):
        self.writable(octets).value = octets[2:]
        return b"\x13"

    def prepare_write(self, octets):
        attribute = self.writable(octets)
        self.prepared.append((attribute, struct.unpack_from("<H", octets, 2)[0], octets[4:]))
        return b"\x17" + octets

    def execute_write(self, octets):
        prepared, self.prepared = self.prepared, []
        for attribute, offset, part in prepared if octets[0] else []:
            attribute.value = attribute.value[:offset] + part
        return b"\x19"

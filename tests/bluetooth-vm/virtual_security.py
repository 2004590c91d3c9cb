# SPDX-License-Identifier: Apache-2.0
"""What a peripheral does to be bonded: LE legacy pairing as Bluetooth Core 5.4 Vol 3 Part H describes it, without the
Secure Connections that most sensors do not have. Its radio encrypts nothing; both ends only have to know the key."""

import os
import socket

REQUEST, RESPONSE, CONFIRM, RANDOM, FAILED, KEY, KEY_NAME = range(1, 8)
DISPLAY_ONLY, NOTHING = 0, 3         # §2.3.2
BONDING, WITH_PASSKEY = 0x01, 0x04   # §3.5.1
CONFIRM_VALUE_FAILED = b"\x05\x04"   # §3.5.5
ENCRYPTION_KEY = 0x01                # §3.6.1


def aes(key, block):
    """By the guest's kernel; here, as in the air, the lowest octet comes first."""
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET) as cipher:
        cipher.bind(("skcipher", "ecb(aes)"))
        cipher.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key[::-1])
        operation, _ = cipher.accept()
        with operation:
            operation.sendmsg_afalg([block[::-1]], op=socket.ALG_OP_ENCRYPT)
            return operation.recv(16)[::-1]


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


class Security:
    """`passkey`: the one on its display; without one it just works."""

    def __init__(self, passkey=None):
        self.passkey = passkey
        self.pairings = 0
        self.is_encrypted = False
        self.bond = None     # EDIV and Rand, and the key that they name
        self.session = None  # the key of the pairing that is under way

    def on_connected(self, radio_address, radio_is_random, address, address_is_random):
        self.is_encrypted, self.session = False, None
        self.addresses = radio_address, address
        self.kinds = bytes([radio_is_random, address_is_random])

    def on_frame(self, octets):
        """What is answered."""
        handlers = {REQUEST: self.on_request, CONFIRM: self.on_confirm, RANDOM: self.on_random}
        return [handlers[octets[0]](octets)] if octets[0] in handlers else []

    def on_request(self, octets):
        self.temporary = (self.passkey or 0).to_bytes(16, "little")
        self.random = os.urandom(16)
        can, wants = (NOTHING, BONDING) if self.passkey is None else (DISPLAY_ONLY, BONDING | WITH_PASSKEY)
        self.request, self.response = octets, bytes([RESPONSE, can, 0, wants, 16, 0, ENCRYPTION_KEY])
        return self.response

    def confirmation(self, random):  # c1, §2.2.3
        first = self.kinds + self.request + self.response
        second = self.addresses[1] + self.addresses[0] + bytes(4)
        return aes(self.temporary, xor(aes(self.temporary, xor(random, first)), second))

    def on_confirm(self, octets):
        self.confirm = octets[1:]
        return bytes([CONFIRM]) + self.confirmation(self.random)

    def on_random(self, octets):
        random = octets[1:]
        if self.confirmation(random) != self.confirm:
            return CONFIRM_VALUE_FAILED
        self.session = aes(self.temporary, random[:8] + self.random[:8])  # s1, §2.2.4
        return bytes([RANDOM]) + self.random

    def admits(self, name, key):
        """`name`: Rand and EDIV, zeros for the key of a pairing."""
        return key == self.session if name == bytes(10) else (name, key) == self.bond

    def on_encrypted(self):
        """The key of all later connections follows a pairing at once."""
        self.is_encrypted = True
        if self.session is None:
            return []
        self.session, self.bond = None, (os.urandom(10), os.urandom(16))
        self.pairings += 1
        name, key = self.bond
        return [bytes([KEY]) + key, bytes([KEY_NAME]) + name[8:] + name[:8]]

# SPDX-License-Identifier: Apache-2.0
"""Where keys must not be: keys that can be told from all other octets go every way into the daemon, are used, and are
then looked for in its memory, its journal, its files and on the bus. CAUSEWAY_CANARIES is how many (50)."""

import base64
import contextlib
import os
import pathlib
import re
import secrets
import unittest

from gateway_site import Site, wait_until
from test_bootstrap import senml

BUILD = os.environ["CAUSEWAY_BUILD"]
COUNT = int(os.environ.get("CAUSEWAY_CANARIES", "50"))
UNITS = 200  # on one line
BLOCK_EXPONENT = 2  # SZX: what is put together grows in many steps
BLOCK = 16 << BLOCK_EXPONENT  # octets
SHADOW = 1 << 40  # octets; only a sanitizer maps as much, and keeps what is freed
# All keys end alike, so that one search finds any: what is freed is first written over where it begins. Nine octets:
# six of them are eight characters of Base64 wherever they begin, which stand nowhere by chance.
MARK = secrets.token_bytes(9)
SIZES = (16, 32, 64)  # octets: a small heap keeps its pieces by size


def canary(number):
    return secrets.token_bytes(SIZES[number % len(SIZES)] - len(MARK)) + MARK


def spellings(octets):
    """As they are, in hexadecimal, and in Base64 at any alignment."""
    base = [base64.b64encode(octets[first:first + (len(octets) - first) // 3 * 3]) for first in range(3)]
    urls = [text.translate(bytes.maketrans(b"+/", b"-_")) for text in base]
    return [octets, octets.hex().encode(), octets.hex().upper().encode(), *base, *urls]


def search(octets):
    return re.compile(b"|".join(map(re.escape, spellings(octets))))


def memory_of(process):
    """Every part of the process's memory that it can write, with its place; but what the kernel shows to nobody."""
    maps = pathlib.Path(f"/proc/{process}/maps").read_text(encoding="ascii").splitlines()
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights, *_ = line.split()
            if not rights.startswith("rw") or "secretmem" in line:
                continue
            first, last = (int(number, 16) for number in place.split("-"))
            if last - first >= SHADOW:
                raise unittest.SkipTest("a sanitizer keeps what the daemon frees; its memory says nothing")
            with contextlib.suppress(OSError):  # a part that has gone meanwhile
                yield line, os.pread(memory.fileno(), last - first, first)


class Keys(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.capture = self.site.directory / "bus.pcap"
        with open(self.capture, "wb") as file:
            self.site.start("dbus-monitor", ["dbus-monitor", "--pcap", "--address", self.site.bus], stdout=file)
        wait_until("the capture", lambda: self.capture.stat().st_size)
        self.server = self.site.start_server()
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}")
        self.wanted = [search(MARK)]

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def attach(self, number, *settings):
        if number % UNITS == 0:  # to nowhere: what counts here are the sessions
            self.site.ctl("line", "add", f"tcp-{number // UNITS}", "--host", f"127.0.0.{1 + number // UNITS}", "--port", 9)
        self.site.ctl("device", "add", f"relay-{number}", "--profile", "waveshare-relay-8ch", "--line",
                      f"tcp-{number // UNITS}", "--unit", number % UNITS + 1, *settings)

    def introduce(self, name, key):
        self.server.ask("add-psk", identity=name, key=key.hex(), endpoint=name)

    def give_list(self, names):
        """As an operator gives the keys of a whole site."""
        keys = {name: canary(number) for number, name in enumerate(names)}
        text = "endpoint,key\n" + "".join(f"{name},{key.hex()}\n" for name, key in keys.items())
        done = self.site.call("credential", "import", "main", input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, key in keys.items():
            self.introduce(name, key)

    def give_one(self, name, form, text_of):
        key = canary(1)
        done = self.site.call("credential", "set", name, "main", "--format", form, input=text_of(key))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.introduce(name, key)

    def make_one(self, name):
        self.site.ctl("credential", "generate", name, "main")
        key = bytes.fromhex(self.site.ctl("credential", "export", name, "main")["key"])
        self.wanted.append(search(key))
        self.introduce(name, key)

    def deliver_one(self, number):
        """By a Bootstrap-Server."""
        boot = self.site.start_server()
        self.site.ctl("server", "add", "boot", "--bootstrap-server", "--uri",
                      f"coaps://127.0.0.1:{boot.ports['coaps']}")
        self.attach(number, "--server", "boot", "--disabled")
        name, key, own = f"relay-{number}", canary(1), canary(2)
        self.assertEqual(self.site.call("credential", "set", name, "boot", input=own.hex()).returncode, 0)
        boot.ask("add-psk", identity=name, key=own.hex(), endpoint=name)
        self.server.ask("add-psk", identity="delivered", key=key.hex(), endpoint=name)
        self.site.ctl("device", "enable", name)
        boot.wait(event="bootstrapping", endpoint=name)
        uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}"
        security = {0: uri, 1: False, 2: 0, 3: b"delivered", 10: 123}
        # Given up half way, refused, and taken: none may leave a copy.
        self.assertEqual(self.deliver(boot, name, "/0/2", security | {5: canary(2)}, most=3), "2.31")
        self.assertEqual(self.deliver(boot, name, "/0/3", security | {5: canary(1), 1: "no Boolean"}), "4.00")
        self.assertEqual(self.deliver(boot, name, "/0/1", security | {5: key}), "2.04")
        self.assertEqual(self.deliver(boot, name, "/1/0", {0: 123, 1: 300, 6: True, 7: "U"}), "2.04")
        self.assertEqual(boot.send("request", endpoint=name, method="0.02", path="/bs")["code"], "2.04")

    def deliver(self, boot, name, path, values, most=None):
        """Block by block (Block1), at most so many; the last answer's code."""
        text = senml(path, values)
        starts = range(0, len(text), BLOCK)[:most]
        for start in starts:
            answer = boot.send("request", endpoint=name, method="0.03", path=path, format="senml-json",
                               text=text[start:start + BLOCK],
                               block1={"number": start // BLOCK, "more": start + BLOCK < len(text), "szx": BLOCK_EXPONENT})
            if start != starts[-1]:
                self.assertEqual(answer["code"], "2.31", answer)
        return answer["code"]

    def give_field_key(self):
        """What a Bluetooth device encrypts with: in memory as long as the device is attached."""
        self.site.ctl("device", "add", "climate", "--profile", "bthome-v2-climate", "--ble", "AA:BB:CC:DD:EE:01")
        key = secrets.token_bytes(16)
        done = self.site.call("device", "set-key", "climate", input=key.hex())
        self.assertEqual(done.returncode, 0, done.stderr)
        return search(key)

    def found_in(self, content):
        return any(pattern.search(content) for pattern in self.wanted)

    def check_memory(self, when):
        if os.geteuid() != 0:
            self.skipTest("only root may look into the daemon's memory")
        places = [place for place, content in memory_of(self.site.daemon.process.pid) if self.found_in(content)]
        self.assertEqual(places, [], when)

    def check_files(self):
        files = [path for path in self.site.state.rglob("*") if path.is_file()]
        self.assertIn(self.site.state / "causeway.db", files)
        for path in (self.site.daemon.log, self.capture):  # they hold what was done at all
            self.assertIn(b"main", path.read_bytes(), path)
        for path in (*files, self.site.daemon.log, self.capture):
            self.assertFalse(self.found_in(path.read_bytes()), path)

    def test_r42_that_came_in_and_were_used_are_found_nowhere(self):
        names = [f"relay-{number}" for number in range(COUNT)]
        for number in range(COUNT - 1):
            self.attach(number, "--server", "main", "--disabled")
        self.give_list(names[:-4])
        self.give_one(names[-4], "hex", bytes.hex)
        self.give_one(names[-3], "base64", lambda key: base64.b64encode(key).decode())
        self.make_one(names[-2])
        for name in names[:-1]:
            self.site.ctl("device", "enable", name)
        self.deliver_one(COUNT - 1)
        field_key = self.give_field_key()
        for name in names:
            self.server.wait(event="registered", endpoint=name)

        self.check_files()
        # What the search finds in a process that has the keys, it would find in the daemon.
        self.assertTrue(any(self.found_in(content) for _, content in memory_of(self.server.program.process.pid)))
        self.check_memory("while the sessions are up")
        for name in (*names, "climate"):
            self.site.ctl("device", "remove", name)
        self.wanted.append(field_key)
        self.check_files()
        self.check_memory("after the devices went")

    def test_r42_of_recovery_are_found_nowhere(self):
        key = self.site.ctl("keystore", "recovery-key")["recoveryKey"]
        octets = re.sub(r"[^0-9A-Za-z+/=]", "", key).encode()
        self.wanted = [re.compile(re.escape(octets) + b"|" + re.escape(key.encode()))]

        self.check_files()
        self.check_memory("after it was shown")


if __name__ == "__main__":
    unittest.main(verbosity=2)

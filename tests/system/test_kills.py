# SPDX-License-Identifier: Apache-2.0
"""A daemon that is killed again and again, at moments of no choice, among its sessions: what a capture of them shows. And a
server that is killed, which says no good-bye and knows none of the sessions when it is back.

CAUSEWAY_KILLS says how often (25)."""

import collections
import os
import random
import sys
import unittest

from gateway_site import FieldDevice, Site, wait_until
from record_watch import HANDSHAKE, CLIENT_HELLO, RecordWatch, Session

BUILD = os.environ["CAUSEWAY_BUILD"]
KILLS = int(os.environ.get("CAUSEWAY_KILLS", "25"))
DEVICES = ("meter-1", "meter-2", "meter-3")
VOLTAGE = "/3316/0/5700"
# A handshake has 4 to 8 datagrams and a registration 2, of each device.
MOST_DATAGRAMS = 40
LIFETIME = 30  # seconds, within which an Update has to come
EXCHANGE = 150  # seconds: the Update that nobody answers (MAX_TRANSMIT_WAIT, RFC 7252, 4.8.2, is 93), and the way back


class ACapture(unittest.TestCase):
    def test_shows_a_number_that_is_used_twice(self):
        record = bytes([23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 7, 0, 1, 0])
        session = Session()

        session.take(record, True)
        self.assertEqual(session.repeated(), [])
        session.take(record, False)
        self.assertEqual(session.repeated(), [])
        session.take(record, True)

        self.assertEqual(session.repeated(), [(True, 1, 7)])

    def test_shows_the_randoms_of_a_handshake(self):
        hello = bytes([CLIENT_HELLO]) + bytes(11) + b"\xfe\xfd" + bytes(range(32)) + bytes(8)
        header = bytes([HANDSHAKE, 254, 253]) + bytes(8) + len(hello).to_bytes(2, "big")
        session = Session()

        session.take(header + hello, True)

        self.assertEqual(session.client_random, bytes(range(32)))


class KillingCase(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.meter = FieldDevice("meter", self.site, "--tcp", 0, "sdm120")
        self.site.ctl("line", "add", "tcp-0", "--kind", "tcp", "--host", "127.0.0.1", "--port", self.meter.address)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()


class ADaemonThatIsKilled(KillingCase):
    def attach(self, port):
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{port}", "--lifetime", 300,
                      "--retry-timer", 1)
        for unit, name in enumerate(DEVICES, 1):
            self.site.attach(self.server, name, "--profile", "eastron-sdm120", "--line", "tcp-0", "--unit", unit)

    def live_until(self, watch, moment):
        """So many datagrams after the start. Some of them are answers of a device to its server."""
        before = watch.datagrams
        while watch.datagrams < before + moment:
            for name in DEVICES:
                self.server.send("read", endpoint=name, path=VOLTAGE, timeout=1)

    def check(self, sessions):
        begun = [session for session in sessions if session.server_random]
        for which in ("client_random", "server_random"):
            times = collections.Counter(getattr(session, which) for session in begun)
            self.assertEqual([one.hex() for one, count in times.items() if count > 1], [], which)
        for session in sessions:
            self.assertEqual(session.repeated(), [])
        self.assertGreater(sum(len(session.protected) for session in begun), 10 * KILLS)
        resumed = [session for session in begun if not session.is_full]
        self.assertGreater(len(resumed), KILLS, "what is kept must be used, or this proves nothing")

    def test_r08_uses_no_key_and_number_twice(self):
        chance = random.Random(8)
        with RecordWatch(self.server.ports["coaps"]) as watch:
            self.attach(watch.port)
            for name in DEVICES:
                self.server.wait(event="registered", endpoint=name)
            for _ in range(KILLS):
                self.site.kill_daemon()
                self.site.start_daemon()
                self.live_until(watch, chance.randrange(MOST_DATAGRAMS))
            self.site.stop_daemon()
            self.site.start_daemon()
            for name in DEVICES:
                wait_until(f"{name} is back",
                           lambda name=name: self.server.send("read", endpoint=name, path=VOLTAGE).get("ok"))
            self.check(watch.sessions)


class AServerThatIsKilled(KillingCase):
    def test_has_the_device_back_after_the_next_update(self):
        port = self.server.ports["coaps"]
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{port}", "--lifetime", LIFETIME)
        self.site.ctl("device", "add", "meter-1", "--profile", "eastron-sdm120", "--line", "tcp-0", "--unit", 1,
                      "--server", "main", "--disabled")
        self.site.ctl("credential", "generate", "meter-1", "main")
        exported = self.site.ctl("credential", "export", "meter-1", "main")
        self.server.ask("add-psk", identity=exported["identity"], key=exported["key"])
        self.site.ctl("device", "enable", "meter-1")
        self.server.wait(event="registered", endpoint="meter-1")

        self.site.kill(self.server.program)
        again = self.site.start_server("--coaps-port", port, "--psk", f"{exported['identity']}={exported['key']}")

        again.wait(event="registered", endpoint="meter-1", timeout=LIFETIME + EXCHANGE)
        self.assertTrue(again.send("read", endpoint="meter-1", path=VOLTAGE).get("ok"))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])

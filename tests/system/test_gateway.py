# SPDX-License-Identifier: Apache-2.0
"""The daemon among real programs: what an operator and a server see of it, and what becomes of it when parts fail."""

import os
import signal
import subprocess
import sys
import unittest

from gateway_site import FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
VOLTAGE, POWER = "/3316/0/5700", "/3305/0/5800"
RELAY = "/3306/0/5850"
METER = ("--profile", "eastron-sdm120", "--line", "rtu-0", "--unit", 1)
BOARD = ("--profile", "waveshare-relay-8ch", "--line", "tcp-0", "--unit", 1, "--allow-server-writes")


class SiteCase(unittest.TestCase):
    """A site with one server, a meter on a pty and a relay board on TCP; nothing attached yet."""

    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.add_server("main", self.server)
        self.meter = FieldDevice("meter", self.site, "--pty", self.site.directory / "rtu-0", 1, "sdm120")
        self.board = FieldDevice("board", self.site, "--tcp", 0, "relay")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", self.meter.address)
        self.site.ctl("line", "add", "tcp-0", "--kind", "tcp", "--host", "127.0.0.1", "--port", self.board.address)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def add_server(self, name, server, *settings):
        self.site.ctl("server", "add", name, "--uri", f"coaps://127.0.0.1:{server.ports['coaps']}", "--lifetime", 300,
                      *settings)

    def attach_meter(self):
        self.site.attach(self.server, "meter-1", *METER)
        return self.server.wait(event="registered", endpoint="meter-1")

    def attach_board(self):
        self.site.attach(self.server, "relay-1", *BOARD)
        return self.server.wait(event="registered", endpoint="relay-1")

    def wait_value(self, endpoint, path, value):
        def reads():
            answer = self.server.send("read", endpoint=endpoint, path=path, accept="senml-json")
            return answer.get("ok") and abs(answer["values"][path] - value) < 0.01

        wait_until(f"{endpoint}{path} = {value}", reads)

    def line(self, name):
        return self.site.ctl("line", "show", name)

    def registration(self, device):
        return self.site.ctl("device", "show", device)["Registrations"][0]


class AServerSees(SiteCase):
    def test_the_meter_by_read_observe_and_discover(self):
        self.attach_meter()
        self.wait_value("meter-1", VOLTAGE, 230.1)
        links = self.server.ask("discover", endpoint="meter-1", path="/3316/0")["text"]
        self.assertIn("</3316/0/5700>", links)

        seen = self.server.ask("observe", endpoint="meter-1", path=VOLTAGE, accept="senml-json")
        self.meter.measure(0x00, 236.5)

        self.assertAlmostEqual(list(seen["values"].values())[0], 230.1, places=2)
        self.server.wait(event="notify", endpoint="meter-1", path=VOLTAGE)
        self.wait_value("meter-1", VOLTAGE, 236.5)

    def test_the_relay_switch_when_it_writes(self):
        self.attach_board()
        wait_until("a first value", lambda: self.server.send("read", endpoint="relay-1", path=RELAY).get("ok"))

        self.server.ask("write", endpoint="relay-1", path=RELAY, text="1")

        self.assertEqual(wait_until("the board", lambda: self.board.written), ["coil 0 1"])
        self.assertTrue(self.server.value("relay-1", RELAY))

    def test_each_device_as_a_client_of_its_own(self):
        self.attach_meter()
        self.attach_board()

        clients = {client["endpoint"]: client for client in self.server.ask("list")["clients"]}

        self.assertEqual(set(clients), {"meter-1", "relay-1"})
        self.assertEqual({client["identity"] for client in clients.values()}, {"meter-1", "relay-1"})
        self.assertEqual(len({client["remote"] for client in clients.values()}), 2)

    def test_r42_no_security_object_and_no_undefined_path(self):
        self.attach_meter()

        for path, code in (("/0", "4.01"), ("/0/0/5", "4.01"), ("/3316/7", "4.04"), ("/3316/0/5701/0", "4.05")):
            with self.subTest(path):
                self.assertEqual(self.server.send("read", endpoint="meter-1", path=path)["code"], code)

    def test_a_device_go_when_it_is_detached(self):
        self.attach_meter()

        self.site.ctl("device", "remove", "meter-1")

        self.server.wait(event="deregistered", endpoint="meter-1")
        self.assertEqual(self.site.ctl("devices"), [])


class OwnClientCase(unittest.TestCase):
    """A client of its own, without any line or device."""

    settings = "ListDevices=yes"

    def setUp(self):
        self.site = self.enterContext(Site(BUILD, f"[Gateway]\n{self.settings}\n"))
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}")

    def attach(self):
        self.site.attach(self.server, "edge", "--profile", "gateway")
        return self.server.wait(event="registered", endpoint="edge")


class TheGatewayItself(OwnClientCase):
    def test_is_read_by_its_server(self):
        self.attach()

        device = self.server.ask("read", endpoint="edge", path="/3/0", accept="senml-json")["values"]
        self.assertTrue(device["/3/0/19"].startswith("causeway "))
        self.assertGreater(device["/3/0/21"], device["/3/0/10"])
        self.assertEqual(device["/3/0/11/0"], 0)
        network = self.server.ask("read", endpoint="edge", path="/4/0", accept="senml-json")["values"]
        self.assertEqual(network["/4/0/4/0"], "127.0.0.1")
        self.assertIn("/7/0/2", self.server.ask("read", endpoint="edge", path="/7/0", accept="senml-json")["values"])
        self.assertEqual(self.server.send("read", endpoint="edge", path="/5/0/3")["code"], "4.04")
        self.assertEqual(self.server.send("execute", endpoint="edge", path="/3/0/4")["code"], "4.05")

    def test_tells_of_the_devices_behind_it(self):
        self.attach()
        self.site.ctl("line", "add", "tcp-0", "--kind", "tcp", "--host", "127.0.0.1", "--port", 1)
        self.site.attach(self.server, "meter-1", "--profile", "eastron-sdm120", "--line", "tcp-0", "--unit", 1)
        self.server.wait(event="registered", endpoint="meter-1")

        def log():
            answer = self.server.send("read", endpoint="edge", path="/20/0/4014", accept="opaque")
            return bytes.fromhex(answer.get("hex", "")).decode()

        wait_until("the event", lambda: "meter-1: " in log())
        wait_until("its instance", lambda: self.server.send("read", endpoint="edge", path="/25/0").get("ok"))
        listed = self.server.ask("read", endpoint="edge", path="/25/0", accept="senml-json")["values"]
        self.assertEqual(listed["/25/0/0"], "meter-1")
        self.assertEqual(listed["/25/0/1"], "d0")
        self.assertIn("</3316/0>", listed["/25/0/3"])
        self.assertEqual(self.server.send("write", endpoint="edge", path="/25/0/0", text="x")["code"], "4.05")

        self.site.ctl("device", "remove", "meter-1")
        wait_until("its end", lambda: self.server.send("read", endpoint="edge", path="/25/0")["code"] == "4.04")

    def test_comes_back_with_the_daemon(self):
        self.attach()

        self.site.stop_daemon()
        self.site.start_daemon()

        self.server.wait(event="registered", endpoint="edge", after=1)
        self.assertEqual(self.site.ctl("device", "show", "edge")["FieldState"], "available")

    def test_is_there_once_and_on_no_line(self):
        self.attach()

        for arguments, complaint in ((("--profile", "gateway"), "the gateway itself is edge"),
                                     (("--profile", "gateway", "--unit", 7), "it has no line, unit, speed"),
                                     (("--profile", "eastron-sdm120"), "it needs a line")):
            with self.subTest(arguments):
                refused = self.site.call("device", "add", "other", *arguments, "--server", "main")
                self.assertNotEqual(refused.returncode, 0)
                self.assertIn(complaint, refused.stderr)
        self.assertEqual([device["Name"] for device in self.site.ctl("devices")], ["edge"])


class TheGatewayThatMayBeRebooted(OwnClientCase):
    settings = "AllowReboot=yes"

    def test_says_why_it_does_not_reboot(self):
        self.attach()

        answer = self.server.send("execute", endpoint="edge", path="/3/0/4")

        self.assertEqual(answer["code"], "5.00")  # there is no logind on this bus
        self.assertIn("logind does not reboot", answer["text"])


class OneLine(SiteCase):
    def test_a_second_device_comes_and_goes_while_the_first_is_polled(self):
        self.attach_meter()

        self.site.attach(self.server, "meter-2", *METER[:-1], 2)
        self.server.wait(event="registered", endpoint="meter-2")
        self.meter.measure(0x00, 236.5)
        self.wait_value("meter-1", VOLTAGE, 236.5)
        self.site.ctl("device", "remove", "meter-2")
        self.server.wait(event="deregistered", endpoint="meter-2")

        self.meter.measure(0x00, 231.5)
        self.wait_value("meter-1", VOLTAGE, 231.5)


class PartsFail(SiteCase):
    def test_a_dead_meter_is_told_once_and_comes_back(self):
        self.attach_meter()
        self.wait_value("meter-1", VOLTAGE, 230.1)

        self.meter.tell("silent 1")
        wait_until("unavailable", lambda: self.site.ctl("device", "show", "meter-1")["FieldState"] == "unavailable")

        self.assertEqual(self.server.send("read", endpoint="meter-1", path=VOLTAGE)["code"], "5.00")
        errors = self.server.ask("read", endpoint="meter-1", path="/3/0/11", accept="senml-json")["values"]
        self.assertEqual(list(errors.values()), [8])
        self.meter.tell("silent 0")
        self.wait_value("meter-1", VOLTAGE, 230.1)

    def test_a_server_that_forgot_everything_gets_the_registration_anew(self):
        first = self.attach_meter()["found"]
        self.server.ask("forget")

        self.site.ctl("device", "update", "meter-1")

        self.server.wait(event="registered", endpoint="meter-1", after=first["number"])

    def test_a_daemon_killed_by_power_loss_comes_back_with_everything(self):
        first = self.attach_meter()["found"]

        self.site.kill_daemon()
        self.site.start_daemon()

        self.server.wait(event="registered", endpoint="meter-1", after=first["number"])
        self.wait_value("meter-1", VOLTAGE, 230.1)

    def test_a_server_that_restarts_has_everybody_back(self):
        self.site.ctl("device", "add", "meter-1", *METER, "--server", "main", "--disabled")
        self.site.ctl("credential", "generate", "meter-1", "main")
        exported = self.site.ctl("credential", "export", "meter-1", "main")
        self.server.ask("add-psk", identity=exported["identity"], key=exported["key"])
        self.site.ctl("device", "enable", "meter-1")
        self.server.wait(event="registered", endpoint="meter-1")

        self.server.program.stop()
        again = self.site.start_server("--coaps-port", self.server.ports["coaps"],
                                       "--psk", f"{exported['identity']}={exported['key']}")

        again.wait(event="registered", endpoint="meter-1")
        self.assertEqual(again.send("read", endpoint="meter-1", path="/3/0/0").get("ok"), True)

    def test_an_adapter_that_is_pulled_takes_its_line_along_and_brings_it_back(self):
        self.attach_meter()
        self.wait_value("meter-1", VOLTAGE, 230.1)

        self.meter.program.stop()
        wait_until("the line is down", lambda: not self.line("rtu-0")["Up"])
        self.assertEqual(self.server.send("read", endpoint="meter-1", path=VOLTAGE)["code"], "5.00")
        self.meter = FieldDevice("meter-again", self.site, "--pty", self.meter.address, 1, "sdm120")

        self.wait_value("meter-1", VOLTAGE, 230.1)
        self.assertTrue(self.line("rtu-0")["Up"])

    def test_an_adapter_that_is_missing_at_the_start_may_come_later(self):
        port = self.site.directory / "later"
        self.site.ctl("line", "add", "rtu-1", "--serial-port", port)
        self.site.stop_daemon()
        self.site.start_daemon()
        self.assertFalse(self.line("rtu-1")["Up"])

        FieldDevice("late", self.site, "--pty", port, 1, "sdm120")

        wait_until("the line is up", lambda: self.line("rtu-1")["Up"])

    def test_a_server_that_has_no_address_is_named_and_harms_no_other(self):
        self.site.ctl("server", "add", "lost", "--uri", "coaps://nowhere.invalid")
        self.site.ctl("device", "add", "relay-1", *BOARD, "--server", "lost", "--psk-generate")
        self.attach_meter()

        error = wait_until("an error", lambda: self.registration("relay-1").get("lastError"))

        self.assertIn("nowhere.invalid", error)
        self.wait_value("meter-1", VOLTAGE, 230.1)

    def test_r05_one_handshake_serves_for_all_that_follows(self):
        self.attach_meter()
        self.wait_value("meter-1", VOLTAGE, 230.1)

        for _ in range(50):
            self.server.ask("read", endpoint="meter-1", path=VOLTAGE, accept="senml-json")
        for number in range(1, 6):
            self.site.ctl("device", "update", "meter-1")
            wait_until("an update", lambda n=number: self.registration("meter-1")["counters"]["updates"] >= n)

        registration = self.registration("meter-1")
        self.assertEqual(registration["counters"]["sessions"], 1)
        self.assertIs(registration["resumed"], False)

    def test_r07_a_daemon_that_was_stopped_resumes_its_sessions(self):
        first = self.attach_meter()["found"]
        self.assertIs(self.site.ctl("security", "meter-1")[0]["resumed"], False)

        self.site.stop_daemon()
        self.site.start_daemon()

        self.server.wait(event="registered", endpoint="meter-1", after=first["number"])
        channel = wait_until("a session", lambda: self.site.ctl("security", "meter-1")[0])
        self.assertIs(channel["resumed"], True)
        self.assertEqual(channel["cipherSuite"], "TLS_PSK_WITH_AES_128_CCM_8")

    def test_r04_a_wrong_key_is_told_in_words(self):
        self.site.attach(self.server, "meter-1", *METER)
        self.server.wait(event="registered", endpoint="meter-1")

        self.site.ctl("credential", "generate", "meter-1", "main")

        error = wait_until("an error", lambda: self.registration("meter-1").get("lastError"))
        self.assertIn("pre-shared key", error)


class TheCommandLine(unittest.TestCase):
    def test_of_the_daemon_ends_with_the_codes_of_its_manual(self):
        for arguments, code in ((["--version"], 0), (["--list-settings"], 0), (["--bogus"], 2), (["extra"], 2),
                                (["--config"], 2), (["--check", "--config", "/nonexistent"], 78)):
            with self.subTest(arguments):
                ended = subprocess.run([f"{BUILD}/agent/causewayd", *arguments], capture_output=True, timeout=60)
                self.assertEqual(ended.returncode, code, ended.stderr)


class NoTpm(unittest.TestCase):
    def test_the_store_is_locked_until_the_tpm_is_there_and_loses_nothing(self):
        with Site(BUILD, with_tpm=False) as site:
            site.wait_key_store("locked")
            server = site.start_server()
            meter = FieldDevice("meter", site, "--pty", site.directory / "rtu-0", 1, "sdm120")
            site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{server.ports['coaps']}")
            site.ctl("line", "add", "rtu-0", "--serial-port", meter.address)
            site.ctl("device", "add", "meter-1", *METER, "--server", "main")
            refused = site.call("credential", "generate", "meter-1", "main")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("locked", refused.stderr)

            site.start_tpm()
            site.wait_key_store("sealed")

            site.ctl("credential", "generate", "meter-1", "main")
            exported = site.ctl("credential", "export", "meter-1", "main")
            server.ask("add-psk", identity=exported["identity"], key=exported["key"])
            site.ctl("device", "update", "meter-1")
            server.wait(event="registered", endpoint="meter-1")

    def test_another_tpm_cannot_open_the_store(self):
        with Site(BUILD) as site:
            site.wait_key_store("sealed")
            site.stop_daemon()
            site.stop_tpm()
            os.rename(site.directory / "tpm", site.directory / "old-tpm")

            site.start_tpm()
            site.start_daemon()

            # Locked it is from the beginning, with another reason until it has been tried.
            wait_until("another TPM", lambda: "TPM" in site.ctl("status")["KeyStoreReason"])
            site.wait_key_store("locked")


class AForeignDatabase(unittest.TestCase):
    def start_with(self, site, octets):
        """What the daemon says to these octets as its database, after it has left them alone and ended with 1."""
        database = site.state / "causeway.db"
        database.write_bytes(octets)
        ended = subprocess.run([f"{BUILD}/agent/causewayd", "--config", site.directory / "causeway.conf"],
                               capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertEqual(database.read_bytes(), octets)
        return ended.stderr

    def test_is_refused_untouched_with_the_reason(self):
        with Site(BUILD) as site:
            site.wait_key_store("sealed")
            site.ctl("line", "add", "rtu-0", "--serial-port", "/dev/ttyUSB9")
            site.stop_daemon()
            whole = (site.state / "causeway.db").read_bytes()
            newer = whole[:63] + bytes([77]) + whole[64:]

            for octets, words in ((newer, "schema version 77"), (whole[:len(whole) // 2], "damaged"),
                                  (b"SQLite format 3\0" + bytes(4080), "causeway.db"), (b"", "cut short"),
                                  (b"not a database" * 400, "not a database")):
                with self.subTest(words):
                    self.assertIn(words, self.start_with(site, octets))

            (site.state / "causeway.db").write_bytes(whole)
            site.start_daemon()
            self.assertEqual([line["Name"] for line in site.ctl("lines")], ["rtu-0"])


class BadInput(SiteCase):
    def test_each_mistake_has_a_sentence_and_changes_nothing(self):
        self.attach_meter()
        mistakes = (
            (("device", "add", "meter-1", *METER, "--server", "main"), "already"),
            (("device", "add", "m2", *METER, "--server", "main"), "unit 1 of line rtu-0 is meter-1"),
            (("device", "add", "m2", *METER[:-1], 2, "--endpoint", "meter-1"), "meter-1 has the endpoint name"),
            (("device", "add", "m2", "--profile", "nope", "--line", "rtu-0", "--unit", 2, "--server", "main"), "nope"),
            (("device", "add", "m2", "--profile", "eastron-sdm120", "--line", "x", "--unit", 2), "no line"),
            (("server", "add", "s2", "--uri", "coap://127.0.0.1"), "coap"),
            (("server", "add", "s2", "--uri", "nonsense"), "nonsense"),
            (("server", "add", "s2", "--uri", "coaps://"), "coaps://"),
            (("device", "change", "meter-1", "--line", "x"), "no line"),
            (("line", "add", "rtu-0", "--serial-port", "/dev/null"), "already"),
            (("line", "remove", "rtu-0"), "meter-1"),
            (("device", "show", "m9"), "m9"),
            (("write", "meter-1", VOLTAGE, "5", "--type", "float"), "cannot be written"),
            (("read", "meter-1", "/9999/0/0"), "/9999/0/0"),
        )
        before = self.site.ctl("devices")
        for command, words in mistakes:
            with self.subTest(command):
                done = self.site.call(*command)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn(words, done.stderr)
        self.assertEqual([device["Name"] for device in before],
                         [device["Name"] for device in self.site.ctl("devices")])

    def test_r36_r38_weak_and_repeated_keys_are_refused(self):
        self.attach_meter()
        self.attach_board()
        of_another = "7e3fd1a90c5b6284e7f0159b3dca6851"
        self.assertEqual(self.site.call("credential", "set", "relay-1", "main", input=of_another).returncode, 0)
        for key, words in (("0011", "16"), ("00" * 16, "repeats"), ("6d657465722d31" * 3, "repeats"),
                           (b"key-of-METER-1-xyz".hex(), "its own identity"), (of_another, "relay-1 uses this key")):
            with self.subTest(key):
                done = self.site.call("credential", "set", "meter-1", "main", "--format", "hex", input=key)
                self.assertEqual(done.returncode, 1, done)
                self.assertIn(words, done.stderr)


def main():
    signal.alarm(600)  # whatever hangs, hangs not for ever
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


if __name__ == "__main__":
    main()

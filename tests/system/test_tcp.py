# SPDX-License-Identifier: Apache-2.0
"""A device behind a server that speaks CoAP over TCP and TLS (RFC 8323): libcoap's, with OpenSSL."""

import os
import signal
import sys
import unittest

from gateway_site import FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
VOLTAGE = "/3316/0/5700"
# Larger than one block, and than one message of ours.
PACKAGE = b"FIRM" + bytes(number * 7 % 251 for number in range(50_000))

PROFILE = """extends = "eastron-sdm120"
[firmware]
install = ["/bin/cp", "@package@", "{directory}/flash-@device@-@unit@"]
"""


class SiteCase(unittest.TestCase):
    settings = "[Network]\nAllowNoSec=yes\n"

    def setUp(self):
        self.site = Site(BUILD, self.settings).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        directory = self.site.directory
        (directory / "profiles").mkdir()
        (directory / "profiles" / "updatable.toml").write_text(PROFILE.format(directory=directory))
        self.site.ctl("profile", "reload")
        self.server = self.site.start_server("--coaps-tcp-port", 0, "--coap-tcp-port", 0)
        self.meter = FieldDevice("meter", self.site, "--pty", directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", self.meter.address)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def uri(self, scheme):
        return f"{scheme}://127.0.0.1:{self.server.ports[scheme]}"

    def attach(self, name="meter-1"):
        self.site.ctl("server", "add", "main", "--uri", self.uri("coaps+tcp"), "--lifetime", 300, "--retry-timer", 1)
        self.site.ctl("device", "add", name, "--profile", "updatable", "--line", "rtu-0", "--unit", 1,
                      "--allow-server-writes", "--server", "main", "--disabled")
        self.site.ctl("credential", "generate", name, "main")
        key = self.site.ctl("credential", "export", name, "main")
        self.server.ask("add-psk", identity=key["identity"], key=key["key"], endpoint=name)
        self.site.ctl("device", "enable", name)
        self.server.wait(event="registered", endpoint=name)
        return key

    def wait_value(self, path, value):
        def reads():
            answer = self.server.send("read", endpoint="meter-1", path=path, accept="senml-json")
            return answer.get("ok") and abs(answer["values"][path] - value) < 0.01

        wait_until(f"{path} = {value}", reads)

    def registration(self):
        return self.site.ctl("device", "show", "meter-1")["Registrations"][0]


class ByTcp(SiteCase):
    def test_registers_and_is_read_observed_and_written(self):
        self.attach()
        self.wait_value(VOLTAGE, 230.1)
        self.assertEqual(self.server.value("meter-1", "/3/0/16"), "UT")
        self.assertEqual(self.server.value("meter-1", "/1/0/7"), "T")

        self.server.ask("observe", endpoint="meter-1", path=VOLTAGE, accept="senml-json")
        self.meter.measure(0x00, 236.5)
        first = self.server.wait(event="notify", endpoint="meter-1", path=VOLTAGE)["found"]
        self.server.ask("cancel", endpoint="meter-1", path=VOLTAGE)
        self.assertEqual(self.server.send("write", endpoint="meter-1", path="/1/0/1", text="120")["code"], "2.04")
        self.assertEqual(self.server.value("meter-1", "/1/0/1"), 120)
        # Longer than one message of ours: in blocks.
        self.assertIn("</3316/0", self.server.ask("discover", endpoint="meter-1", path="/3316")["text"])
        self.assertGreater(first["number"], 0)

    def test_is_told_with_what_protects_it(self):
        self.attach()

        channel = self.site.ctl("security", "meter-1")[0]

        self.assertEqual(channel["transport"], "tcp")
        self.assertEqual(channel["cipherSuite"], "TLS_PSK_WITH_AES_128_CCM_8")
        self.assertEqual(channel["securityMode"], "psk")

    def test_comes_back_with_a_new_registration_when_the_server_does(self):
        key = self.attach()

        self.server.program.stop()
        wait_until("the loss", lambda: "securityMode" not in self.registration())
        again = self.site.start_server("--coaps-tcp-port", self.server.ports["coaps+tcp"],
                                       "--psk", f"{key['identity']}={key['key']}")

        again.wait(event="registered", endpoint="meter-1")
        self.assertTrue(again.send("read", endpoint="meter-1", path="/3/0/0").get("ok"))

    def test_without_protection_works_where_the_gateway_allows_it(self):
        self.site.ctl("server", "add", "open", "--uri", self.uri("coap+tcp"), "--security-mode", "nosec")
        self.site.ctl("device", "add", "meter-1", "--profile", "updatable", "--line", "rtu-0", "--unit", 1, "--server",
                      "open")

        self.server.wait(event="registered", endpoint="meter-1")
        self.wait_value(VOLTAGE, 230.1)

    def test_firmware_is_fetched_from_the_server(self):
        self.attach()
        self.server.send("publish", path="/fw/meter", hex=PACKAGE.hex(), version="1")

        written = self.server.send("write", endpoint="meter-1", path="/5/0/1", text=self.uri("coaps+tcp") + "/fw/meter")

        self.assertEqual(written["code"], "2.04")
        wait_until("the package", lambda: self.server.value("meter-1", "/5/0/3") == 2)
        self.assertEqual(self.server.send("execute", endpoint="meter-1", path="/5/0/2")["code"], "2.04")
        flash = self.site.directory / "flash-meter-1-1"
        wait_until("the installation", lambda: flash.exists() and flash.read_bytes() == PACKAGE)

    def test_is_pushed_in_blocks(self):
        self.attach()

        self.assertEqual(self.server.send("write", endpoint="meter-1", path="/5/0/0", hex=PACKAGE.hex(),
                                          format="opaque")["code"], "2.04")

        wait_until("the package", lambda: self.server.value("meter-1", "/5/0/3") == 2)

    def test_wants_a_version_of_lwm2m_that_knows_it(self):
        refused = self.site.call("server", "add", "old", "--uri", self.uri("coaps+tcp"), "--lwm2m-version", "1.0")

        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("LwM2M 1.0 has no TCP", refused.stderr)


class WithoutPermission(SiteCase):
    settings = ""

    def test_nothing_goes_without_protection(self):
        refused = self.site.call("server", "add", "open", "--uri", self.uri("coap+tcp"), "--security-mode", "nosec")

        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("switched off", refused.stderr)


def main():
    signal.alarm(600)  # whatever hangs, hangs not for ever
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Firmware of a device behind the whole daemon: pushed by a real server or fetched, installed by a real program."""

import os
import signal
import sys
import unittest

from gateway_site import FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
# Larger than what the daemon keeps of any other body.
PACKAGE = b"FIRM" + bytes(number * 7 % 251 for number in range(150_000))

PROFILE = """extends = "eastron-sdm120"
[firmware]
install = ["/bin/cp", "@package@", "{directory}/flash-@device@-@unit@"]
check = ["/usr/bin/cmp", "-n", "4", "@package@", "{directory}/magic"]
"""


# What only new firmware changes; and an installer that has the port of the line for itself.
RENEWED = """extends = "eastron-sdm120"
[[resource]]
path = "/3300/0/5700"
table = "input"
address = 0x0102
type = "f32"
poll = "once"
[firmware]
install = ["{directory}/install", "@port@"]
"""
INSTALL = """#!/bin/sh
ls /proc/$PPID/fd > /dev/null || exit 1
! ls -l /proc/$PPID/fd | grep -q "$(readlink -f $1)"
"""


class Firmware(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}",
                      "--lifetime", 300, "--retry-timer", 1)
        directory = self.site.directory
        (directory / "magic").write_bytes(b"FIRM")
        (directory / "profiles").mkdir()
        (directory / "profiles" / "updatable.toml").write_text(PROFILE.format(directory=directory))
        (directory / "profiles" / "renewed.toml").write_text(RENEWED.format(directory=directory))
        self.site.ctl("profile", "reload")
        self.meter = FieldDevice("meter", self.site, "--pty", directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", self.meter.address)
        self.site.attach(self.server, "meter-1", "--profile", "updatable", "--line", "rtu-0", "--unit", 1,
                         "--allow-server-writes")
        self.first = self.server.wait(event="registered", endpoint="meter-1")["found"]
        self.flash = directory / "flash-meter-1-1"

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def push(self, package):
        return self.server.send("write", endpoint="meter-1", path="/5/0/0", hex=package.hex(), format="opaque")

    def execute(self, path):
        return self.server.send("execute", endpoint="meter-1", path=path)["code"]

    def wait_for(self, state, result):
        def is_there():
            read = {path: self.server.value("meter-1", path) for path in ("/5/0/3", "/5/0/5")}
            return read == {"/5/0/3": state, "/5/0/5": result}

        wait_until(f"state {state}, result {result}", is_there)

    def test_is_pushed_checked_and_installed(self):
        self.assertEqual(self.push(PACKAGE)["code"], "2.04")
        self.wait_for(2, 0)
        self.assertFalse(self.flash.exists())

        self.assertEqual(self.execute("/5/0/2"), "2.04")

        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), PACKAGE)
        self.assertEqual(list((self.site.state / "firmware").iterdir()), [])

    def publish(self, package, version="1", **more):
        self.server.send("publish", path="/fw/meter", hex=package.hex(), version=version, **more)
        return f"coaps://127.0.0.1:{self.server.ports['coaps']}/fw/meter"

    def fetch(self, uri):
        return self.server.send("write", endpoint="meter-1", path="/5/0/1", text=uri)["code"]

    def test_is_fetched_and_installed(self):
        uri = self.publish(PACKAGE)

        self.assertEqual(self.fetch(uri), "2.04")

        self.wait_for(2, 0)
        self.assertEqual(self.execute("/5/0/2"), "2.04")
        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), PACKAGE)

    def test_that_is_fetched_goes_on_after_a_power_cut(self):
        self.fetch(self.publish(PACKAGE, until=100 * 1024))
        broken = {"event": "fetched", "offset": 100 * 1024}
        first = self.server.wait(**broken)["found"]
        # Asked again: what the database keeps has been told long before.
        last = self.server.wait(**broken, after=first["number"])["found"]

        self.site.kill_daemon()
        self.publish(PACKAGE)
        self.site.start_daemon()

        again = self.server.wait(event="fetched", code="2.05", after=last["number"])["found"]
        self.assertEqual(again["offset"], 64 * 1024)
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])
        self.wait_for(2, 0)
        self.execute("/5/0/2")
        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), PACKAGE)

    def test_that_changes_while_it_is_fetched_begins_anew(self):
        other = b"FIRM" + bytes(number * 11 % 253 for number in range(140_000))
        self.fetch(self.publish(PACKAGE, until=100 * 1024))
        self.server.wait(event="fetched", offset=100 * 1024)

        self.publish(other, version="2")

        self.wait_for(2, 0)
        self.execute("/5/0/2")
        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), other)

    def test_is_fetched_only_where_a_credential_leads(self):
        port = self.server.ports["coaps"]
        for uri, result in ((f"coaps://127.0.0.2:{port}/fw/meter", 7),
                            (f"coaps://127.0.0.1:{port}/nothing", 7),
                            ("over there", 7),
                            (f"coap://127.0.0.1:{port}/fw/meter", 9)):
            with self.subTest(uri=uri):
                self.assertEqual(self.fetch(uri), "2.04")
                self.wait_for(0, result)
                self.assertEqual(self.fetch(""), "2.04")
                self.wait_for(0, 0)

    def test_waits_for_its_update_over_a_power_cut(self):
        self.push(PACKAGE)
        self.wait_for(2, 0)

        self.site.kill_daemon()
        self.site.start_daemon()
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])

        self.wait_for(2, 0)
        self.assertEqual(self.execute("/5/0/2"), "2.04")
        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), PACKAGE)

    def test_that_is_gone_after_a_power_cut_is_not_offered(self):
        self.push(PACKAGE)
        self.wait_for(2, 0)

        self.site.kill_daemon()
        (self.site.state / "firmware" / "meter-1.package").unlink()
        self.site.start_daemon()
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])

        self.wait_for(0, 0)
        self.assertEqual(self.execute("/5/0/2"), "4.05")

    def test_that_is_installed_is_not_cancelled(self):
        self.push(PACKAGE)
        self.wait_for(2, 0)
        self.execute("/5/0/2")
        self.wait_for(0, 1)

        self.assertEqual(self.execute("/5/0/10"), "4.05")

        self.wait_for(0, 1)

    def test_is_no_servers_business_before_the_operator_says_so(self):
        self.site.ctl("device", "change", "meter-1", "--no-allow-server-writes")
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])

        self.assertEqual(self.push(PACKAGE)["code"], "4.05")
        self.assertEqual(self.execute("/5/0/2"), "4.05")

        self.wait_for(0, 0)

    def test_that_is_none_is_never_installed(self):
        self.assertEqual(self.push(b"X" + PACKAGE)["code"], "2.04")

        self.wait_for(0, 5)
        self.assertEqual(self.execute("/5/0/2"), "4.05")

    def test_that_broke_in_the_middle_begins_anew(self):
        def piece(number):
            return self.server.send("request", endpoint="meter-1", path="/5/0/0", method="0.03", format="opaque",
                                    hex=PACKAGE[number * 64:number * 64 + 64].hex(),
                                    block1={"number": number, "more": True, "szx": 2})["code"]

        self.assertEqual([piece(0), piece(1)], ["2.31", "2.31"])
        self.assertEqual(piece(3), "4.08")
        self.assertEqual(self.server.value("meter-1", "/5/0/3"), 1)

        self.assertEqual(self.push(PACKAGE)["code"], "2.04")

        self.wait_for(2, 0)
        self.execute("/5/0/2")
        self.wait_for(0, 1)
        self.assertEqual(self.flash.read_bytes(), PACKAGE)

    def test_has_the_port_and_changes_what_is_read_once(self):
        def reads(value):
            def is_read():
                answer = self.server.send("read", endpoint="meter-1", path="/3300/0/5700", accept="senml-json")
                return answer.get("values") == {"/3300/0/5700": value}

            return is_read

        script = self.site.directory / "install"
        script.write_text(INSTALL)
        script.chmod(0o755)
        self.meter.measure(0x0102, 1.5)
        self.site.ctl("device", "change", "meter-1", "--profile", "renewed")
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])
        wait_until("the value of the old firmware", reads(1.5))
        self.meter.measure(0x0102, 2.5)
        self.push(PACKAGE)
        self.wait_for(2, 0)

        self.assertEqual(self.execute("/5/0/2"), "2.04")

        self.wait_for(0, 1)
        wait_until("the value of the new firmware", reads(2.5))

    def test_goes_with_its_device(self):
        self.push(PACKAGE)
        self.wait_for(2, 0)

        self.site.ctl("device", "remove", "meter-1")

        wait_until("no package", lambda: not list((self.site.state / "firmware").iterdir()))


def main():
    signal.alarm(600)  # whatever hangs, hangs not for ever
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Software components of a device behind the whole daemon: brought by a real server, handled by real programs."""

import os
import signal
import sys
import unittest

from gateway_site import FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
# Larger than what the daemon keeps of any other body.
PACKAGE = b"SOFT" + bytes(number * 7 % 251 for number in range(100_000))

PROFILE = """extends = "eastron-sdm120"
[[software]]
name = "logger"
install = ["{directory}/program", "install", "{directory}", "@package@"]
check = ["/usr/bin/cmp", "-n", "4", "@package@", "{directory}/magic"]
uninstall = ["{directory}/program", "uninstall", "{directory}"]
activate = ["{directory}/program", "activate", "{directory}"]
deactivate = ["{directory}/program", "deactivate", "{directory}"]
[[software]]
name = "plain"
install = ["/bin/cp", "@package@", "{directory}/plain-@device@-@unit@"]
uninstall = ["/bin/rm", "{directory}/plain-@device@-@unit@"]
"""
# Fails while a file FAIL-what is there, and hangs while a file HANG-what is.
PROGRAM = """#!/bin/sh
echo "$1" >> "$2/done"
test ! -e "$2/FAIL-$1" || exit 1
test ! -e "$2/HANG-$1" || exec sleep 600
case $1 in
install) cp "$3" "$2/installed" ;;
uninstall) rm "$2/installed" ;;
esac
"""


class Software(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}",
                      "--lifetime", 300, "--retry-timer", 1)
        self.directory = directory = self.site.directory
        (directory / "magic").write_bytes(b"SOFT")
        (directory / "program").write_text(PROGRAM)
        (directory / "program").chmod(0o755)
        (directory / "profiles").mkdir()
        (directory / "profiles" / "equipped.toml").write_text(PROFILE.format(directory=directory))
        self.site.ctl("profile", "reload")
        self.meter = FieldDevice("meter", self.site, "--pty", directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", self.meter.address)
        self.site.attach(self.server, "meter-1", "--profile", "equipped", "--line", "rtu-0", "--unit", 1,
                         "--allow-server-writes")
        self.first = self.server.wait(event="registered", endpoint="meter-1")["found"]

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def push(self, package=PACKAGE, instance=0):
        return self.server.send("write", endpoint="meter-1", path=f"/9/{instance}/2", hex=package.hex(),
                                format="opaque")["code"]

    def execute(self, resource, argument="", instance=0):
        more = {"text": argument} if argument else {}
        return self.server.send("execute", endpoint="meter-1", path=f"/9/{instance}/{resource}", **more)["code"]

    def wait_for(self, state, result, active=False, instance=0):
        def is_there():
            read = [self.server.value("meter-1", f"/9/{instance}/{resource}") for resource in (7, 9, 12)]
            return read == [state, result, active]

        wait_until(f"state {state}, result {result}, active {active}", is_there)

    def install(self):
        self.assertEqual(self.push(), "2.04")
        self.wait_for(3, 3)
        self.assertEqual(self.execute(4), "2.04")
        self.wait_for(4, 2)

    def restart(self):
        self.site.kill_daemon()
        self.site.start_daemon()
        self.first = self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])["found"]

    def packages(self):
        return sorted(path.name for path in (self.site.state / "firmware").iterdir())

    def test_is_pushed_checked_installed_switched_and_uninstalled(self):
        self.assertEqual(self.server.value("meter-1", "/9/0/0"), "logger")
        self.install()
        self.assertEqual((self.directory / "installed").read_bytes(), PACKAGE)
        self.assertEqual(self.packages(), [])

        self.assertEqual(self.execute(10), "2.04")
        self.wait_for(4, 2, active=True)
        self.assertEqual(self.execute(11), "2.04")
        self.wait_for(4, 2)
        self.assertEqual(self.execute(6, "0"), "2.04")

        self.wait_for(0, 0)
        self.assertFalse((self.directory / "installed").exists())
        self.assertEqual((self.directory / "done").read_text().split(),
                         ["install", "activate", "deactivate", "uninstall"])

    def test_is_fetched_and_upgraded_in_place(self):
        self.install()
        self.assertEqual(self.execute(6, "1"), "2.04")
        self.wait_for(0, 0)
        self.assertTrue((self.directory / "installed").exists())
        newer = b"SOFT newer"
        self.server.send("publish", path="/sw/logger", hex=newer.hex(), version="2")
        uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}/sw/logger"

        self.assertEqual(self.server.send("write", endpoint="meter-1", path="/9/0/3", text=uri)["code"], "2.04")
        self.wait_for(3, 3)
        self.assertEqual(self.execute(4), "2.04")

        self.wait_for(4, 2)
        self.assertEqual((self.directory / "installed").read_bytes(), newer)

    def test_of_a_uri_that_leads_nowhere_says_so(self):
        uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}/nothing"

        self.assertEqual(self.server.send("write", endpoint="meter-1", path="/9/0/3", text=uri)["code"], "2.04")

        self.wait_for(0, 56)

    def test_that_is_none_is_never_installed(self):
        self.assertEqual(self.push(b"X" + PACKAGE), "2.04")

        self.wait_for(0, 53)
        self.assertEqual(self.execute(4), "4.05")
        self.assertEqual(self.packages(), [])

    def test_says_what_a_program_could_not_do(self):
        self.push()
        self.wait_for(3, 3)
        (self.directory / "FAIL-install").touch()
        self.execute(4)
        self.wait_for(3, 58)
        (self.directory / "FAIL-install").unlink()
        self.execute(4)
        self.wait_for(4, 2)
        (self.directory / "FAIL-activate").touch()
        (self.directory / "FAIL-uninstall").touch()

        self.assertEqual(self.execute(10), "5.00")
        self.wait_for(4, 2)
        self.assertEqual(self.execute(6), "2.04")

        self.wait_for(4, 59)

    def test_has_components_that_know_nothing_of_each_other(self):
        self.assertEqual(self.push(b"plain", instance=1), "2.04")
        self.push()
        self.wait_for(3, 3, instance=1)
        self.wait_for(3, 3)

        self.assertEqual(self.execute(4, instance=1), "2.04")

        self.wait_for(4, 2, instance=1)
        self.wait_for(3, 3)
        self.assertEqual((self.directory / "plain-meter-1-1").read_bytes(), b"plain")
        self.assertEqual(self.execute(10, instance=1), "2.04")
        self.wait_for(4, 2, active=True, instance=1)
        self.assertEqual(self.packages(), ["meter-1@logger.package"])

    def test_is_what_it_was_after_a_power_cut(self):
        self.push()
        self.wait_for(3, 3)
        self.restart()
        self.wait_for(3, 3)
        self.execute(4)
        self.wait_for(4, 2)
        self.execute(10)

        self.restart()

        self.wait_for(4, 2, active=True)
        self.execute(6)
        self.wait_for(0, 0)
        self.restart()
        self.wait_for(0, 0)

    def test_that_a_power_cut_broke_off_says_so(self):
        def hang(what, resource):
            (self.directory / f"HANG-{what}").touch()
            self.assertEqual(self.execute(resource), "2.04")
            wait_until(what, lambda: (self.directory / "done").exists()
                       and (self.directory / "done").read_text().split()[-1] == what)
            self.site.kill_daemon()
            (self.directory / f"HANG-{what}").unlink()
            self.site.start_daemon()
            self.first = self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])["found"]

        self.push()
        self.wait_for(3, 3)
        hang("install", 4)
        self.wait_for(3, 58)
        self.execute(4)
        self.wait_for(4, 2)

        hang("uninstall", 6)

        self.wait_for(4, 59)

    def test_is_no_servers_business_before_the_operator_says_so(self):
        self.site.ctl("device", "change", "meter-1", "--no-allow-server-writes")
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])

        self.assertEqual(self.push(), "4.05")
        self.assertEqual(self.execute(4), "4.05")

        self.wait_for(0, 0)

    def test_instances_are_the_profiles(self):
        answer = self.server.send("request", endpoint="meter-1", path="/9", method="0.02", format="senml-json",
                                  hex=b"[]".hex())

        self.assertEqual(answer["code"], "4.05")

    def test_goes_with_its_device(self):
        self.push()
        self.wait_for(3, 3)

        self.site.ctl("device", "remove", "meter-1")

        wait_until("no package", lambda: not self.packages())


def main():
    signal.alarm(600)  # whatever hangs, hangs not for ever
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


if __name__ == "__main__":
    main()

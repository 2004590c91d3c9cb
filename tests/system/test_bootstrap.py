# SPDX-License-Identifier: Apache-2.0
"""A device that knows only its Bootstrap-Server, the server it is sent to, and what becomes of it when the power goes."""

import base64
import json
import os
import unittest

from gateway_site import FieldDevice, Site

BUILD = os.environ["CAUSEWAY_BUILD"]
METER = ("--profile", "eastron-sdm120", "--line", "rtu-0", "--unit", 1)
KEY = "8f3a1c5577e2b09d41c6fa2e93d0b7644b1e0a9c"


def senml(base, values):
    """One instance in SenML JSON; octets become base64url."""
    records = []
    for number, value in values.items():
        if isinstance(value, bytes):
            member = {"vd": base64.urlsafe_b64encode(value).decode().rstrip("=")}
        else:
            member = {"vb" if isinstance(value, bool) else "vs" if isinstance(value, str) else "v": value}
        records.append({"n": str(number), **member})
    records[0]["bn"] = base + "/"
    return json.dumps(records)


class Bootstrap(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.boot = self.site.start_server()
        self.server = self.site.start_server()
        self.server.ask("add-psk", identity="delivered-1", key=KEY, endpoint="meter-1")
        meter = FieldDevice("meter", self.site, "--pty", self.site.directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", meter.address)
        self.site.ctl("server", "add", "boot", "--uri", self.uri(self.boot), "--bootstrap-server")
        self.site.attach(self.boot, "meter-1", *METER, account="boot")
        self.request = self.boot.wait(event="bootstrapping", endpoint="meter-1")["found"]

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    @staticmethod
    def uri(server):
        return f"coaps://127.0.0.1:{server.ports['coaps']}"

    def tell(self, method, path, **members):
        return self.boot.send("request", endpoint="meter-1", method=method, path=path, **members)["code"]

    def write_account(self, key=KEY):
        security = {0: self.uri(self.server), 1: False, 2: 0, 3: b"delivered-1", 5: bytes.fromhex(key), 10: 123}
        account = {0: 123, 1: 300, 6: True, 7: "U"}
        self.assertEqual(self.tell("0.04", "/0"), "2.02")
        self.assertEqual(self.tell("0.04", "/1"), "2.02")
        self.assertEqual(self.tell("0.03", "/0/1", format="senml-json", text=senml("/0/1", security)), "2.04")
        self.assertEqual(self.tell("0.03", "/1/0", format="senml-json", text=senml("/1/0", account)), "2.04")

    def accounts(self):
        registrations = self.site.ctl("device", "show", "meter-1")["Registrations"]
        return {registration["server"]: registration["state"] for registration in registrations}

    def test_leads_to_the_delivered_server_by_the_delivered_key(self):
        self.assertEqual(self.request["identity"], "meter-1")
        self.write_account()
        self.assertEqual(self.tell("0.02", "/bs"), "2.04")

        registered = self.server.wait(event="registered", endpoint="meter-1")["found"]

        self.assertEqual(registered["identity"], "delivered-1")
        self.assertEqual(registered["parameters"]["lt"], "300")
        self.assertEqual(self.accounts(), {"meter-1:123": "registered", "boot": "idle"})
        facts = self.site.ctl("credential", "show", "meter-1", "meter-1:123")
        self.assertEqual(facts["identity"], "delivered-1")

        self.site.stop_daemon()
        self.site.start_daemon()
        self.server.wait(event="registered", endpoint="meter-1", after=registered["number"])
        self.assertEqual(self.accounts(), {"meter-1:123": "registered", "boot": "idle"})

    def test_can_be_asked_for_by_the_server(self):
        self.write_account()
        self.assertEqual(self.tell("0.02", "/bs"), "2.04")
        registered = self.server.wait(event="registered", endpoint="meter-1")["found"]

        self.assertEqual(self.server.send("execute", endpoint="meter-1", path="/1/0/9")["code"], "2.04")

        self.boot.wait(event="bootstrapping", endpoint="meter-1", after=self.request["number"])
        self.write_account()
        self.assertEqual(self.tell("0.02", "/bs"), "2.04")
        self.server.wait(event="registered", endpoint="meter-1", after=registered["number"])

    def test_that_is_cut_by_a_power_loss_leaves_the_accounts_as_they_were(self):
        self.write_account()
        self.assertEqual(self.tell("0.02", "/bs"), "2.04")
        registered = self.server.wait(event="registered", endpoint="meter-1")["found"]
        self.server.ask("execute", endpoint="meter-1", path="/1/0/9")
        self.boot.wait(event="bootstrapping", endpoint="meter-1", after=self.request["number"])
        self.assertEqual(self.tell("0.04", "/"), "2.02")

        self.site.kill_daemon()
        self.site.start_daemon()

        again = self.server.wait(event="registered", endpoint="meter-1", after=registered["number"])["found"]
        self.assertEqual(again["identity"], "delivered-1")

    def test_with_a_weak_key_is_refused_until_it_is_corrected(self):
        self.write_account("61" * 16)
        self.assertEqual(self.tell("0.02", "/bs"), "4.06")
        self.assertEqual(self.accounts(), {"boot": "bootstrapping"})

        self.write_account()

        self.assertEqual(self.tell("0.02", "/bs"), "2.04")
        self.server.wait(event="registered", endpoint="meter-1")


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: Apache-2.0
"""Objects as OMA's test cases have them, the test object with all types, and Execute at a field device, against the newest
Leshan."""

import os
import unittest

import ets_case
import ets_server
import gateway
from ets_case import METER, EtsCase
from ets_server import CBOR, OPAQUE, SENML_CBOR, SENML_JSON, TEXT, TLV


def setUpModule():
    ets_case.start_server()


class Keeping(EtsCase):
    def paths(self, path):
        return [link[1:].split(">")[0] for link in self.check(self.client.discover(path), "CONTENT")["links"]]

    def test_int_270_1630_creates_an_instance_of_object_16(self):
        identities = len(self.values(self.client.read("/16/0")))
        links = self.check(self.client.discover("/16/0"), "CONTENT")["links"]
        self.assertIn(f"</16/0/0>;dim={identities}", links)
        self.addCleanup(lambda: self.client.delete("/16/1"))
        values = {"/16/1/0/0": "Host Device ID #2", "/16/1/0/1": "Host Device Model #2"}
        self.check(self.client.create("/16", values), "CREATED")
        self.assertIn("</16/1/0>;dim=2", self.check(self.client.discover("/16/1"), "CONTENT")["links"])
        read = self.values(self.client.read("/16"))
        self.assertEqual({path: read.get(path) for path in values}, values)
        self.assertTrue([path for path in read if path.startswith("/16/0/")])

    def test_int_290_1635_deletes_every_instance_of_object_16(self):
        before = self.values(self.client.read("/16/0"))
        self.addCleanup(lambda: self.check(self.client.create("/16", before), "CREATED"))
        self.check(self.client.delete("/16/0"), "DELETED")
        self.assertEqual(self.paths("/16"), ["/16"])

    def test_int_1901_writes_object_19(self):
        self.addCleanup(lambda: self.client.delete("/19/0"))
        self.check(self.client.create("/19", {"/19/0/0/0": "0001ff", "/19/0/1": 1}), "CREATED")
        for format in (None, OPAQUE, TLV, CBOR, SENML_JSON, SENML_CBOR):
            with self.subTest(format):
                self.check(self.client.write("/19/0/0/0", "c0ffee", format), "CHANGED")
                self.assertEqual(self.client.value("/19/0/0/0"), "c0ffee")
                self.check(self.client.write("/19/0/0/0", "00", format), "CHANGED")
        self.check(self.client.update("/19/0", {"/19/0/2": 1367491215, "/19/0/3": "of a test"}), "CHANGED")
        self.assertEqual(self.values(self.client.read("/19/0")),
                         {"/19/0/0/0": "00", "/19/0/1": 1, "/19/0/2": 1367491215, "/19/0/3": "of a test"})

    def test_int_1900_is_observed_in_object_19(self):
        self.addCleanup(lambda: self.client.delete("/19/1"))
        self.check(self.client.create("/19", {"/19/1/0/0": "00"}), "CREATED")
        self.addCleanup(lambda: self.client.cancel("/19/1/0"))
        self.values(self.client.observe("/19/1/0"))
        self.check(self.client.write("/19/1/0/0", "0badcafe"), "CHANGED")
        event = self.events.wait("notify", path="/19/1/0")
        self.assertEqual(event["values"], {"/19/1/0/0": "0badcafe"})


class DeviceObject(EtsCase):
    def test_int_651_takes_time_and_zone(self):
        before = self.client.value("/3/0/13")
        written = {"/3/0/13": 1367491215, "/3/0/14": "+02:00", "/3/0/15": "Europe/Paris"}
        self.addCleanup(lambda: self.client.write("/3/0/13", before))
        self.check(self.client.update("/3/0", written), "CHANGED")
        self.assertAlmostEqual(self.client.value("/3/0/13"), 1367491215, delta=60)
        self.assertEqual((self.client.value("/3/0/14"), self.client.value("/3/0/15")), ("+02:00", "Europe/Paris"))

    def test_int_241_655_a_reboot_registers_anew(self):
        self.check(self.client.execute("/3/0/4"), "CHANGED")
        self.events.wait("registered", endpoint=METER)

    def test_int_680_is_not_created(self):
        self.check(self.client.create("/3", {"/3/1/15": "Europe/Paris"}), "METHOD_NOT_ALLOWED")

    def test_int_685_is_not_deleted(self):
        self.check(self.client.delete("/3/0"), "METHOD_NOT_ALLOWED")


class Statistics(EtsCase):
    def test_int_901_starts_and_stops(self):
        self.check(self.client.execute("/7/0/6"), "CHANGED")
        for _ in range(4):
            self.values(self.client.read("/16", SENML_JSON))
        self.check(self.client.execute("/7/0/7"), "CHANGED")
        counted = self.values(self.client.read("/7/0"))
        self.assertEqual({path for path in counted if int(path[5:]) in (2, 3, 4, 5)},
                         {"/7/0/2", "/7/0/3", "/7/0/4", "/7/0/5"})
        self.values(self.client.read("/16", SENML_JSON))
        self.assertEqual(self.values(self.client.read("/7/0")), counted)

    def test_int_905_takes_a_collection_period(self):
        self.put_back("/7/0/8", 0)
        self.check(self.client.write("/7/0/8", 20), "CHANGED")
        self.assertEqual(self.client.value("/7/0/8"), 20)

    def test_int_910_is_observed(self):
        self.check(self.client.execute("/7/0/7"), "CHANGED")
        self.addCleanup(lambda: self.client.cancel("/7/0"))
        self.values(self.client.observe("/7/0"))
        self.check(self.client.execute("/7/0/6"), "CHANGED")
        event = self.events.wait("notify", path="/7/0")
        self.assertIn("/7/0/2", event["values"])


class TestObject(EtsCase):
    """Object 3442: all types in all formats."""

    VALUES = {110: "a text", 120: -7, 125: 7, 130: 2.5, 140: False, 150: "c0ffee", 160: 1367491215, 170: "16:0"}
    EVERY = (TLV, SENML_JSON, SENML_CBOR)

    def test_each_type_in_each_format(self):
        for resource, value in self.VALUES.items():
            path = f"/3442/0/{resource}"
            for format in (*self.EVERY, CBOR, OPAQUE if resource == 150 else TEXT):
                with self.subTest(path=path, format=format):
                    self.check(self.client.execute("/3442/0/2"), "CHANGED")
                    self.check(self.client.write(path, value, format), "CHANGED")
                    answer = self.client.read(path, format)
                    self.assertEqual((answer["format"], self.values(answer)), (format, {path: value}))

    def test_each_type_with_several_instances(self):
        for resource, value in self.VALUES.items():
            path = f"/3442/0/1{resource}"
            values = {f"{path}/0": value, f"{path}/7": value}
            for format in self.EVERY:
                with self.subTest(path=path, format=format):
                    self.check(self.client.execute("/3442/0/2"), "CHANGED")
                    self.check(self.client.replace(path, values, format), "CHANGED")
                    self.assertEqual(self.values(self.client.read(path, format)), values)

    def test_the_whole_instance_in_each_format(self):
        self.check(self.client.execute("/3442/0/0"), "CHANGED")
        first = self.values(self.client.read("/3442/0", TLV))
        self.assertEqual(first["/3442/0/110"], "initial value")
        for format in self.EVERY[1:]:
            self.assertEqual(self.values(self.client.read("/3442/0", format)), first)

    def test_execute_tells_its_arguments(self):
        self.check(self.client.execute("/3442/0/3", "0='abc',1"), "CHANGED")
        self.assertEqual(self.values(self.client.read("/3442/0/4")), {"/3442/0/4/0": "abc", "/3442/0/4/1": ""})


class FieldExecuting(EtsCase):
    """A meter whose profile says what can be executed at it."""

    PROFILE = """extends = "eastron-sdm120"

[[resource]]
path = "/3305/0/5822"
table = "holding"
address = 9
execute = 1
by-server = true
"""

    @classmethod
    def attach(cls):
        directory = cls.gateway.site.directory / "profiles"
        directory.mkdir()
        (directory / "resettable.toml").write_text(cls.PROFILE)
        cls.gateway.ctl("profile", "reload")
        cls.device = cls.gateway.attach(METER, "resettable", "sdm120", "--allow-server-writes")
        cls.events = cls.server.events
        cls.events.wait("registered", endpoint=METER)
        cls.client = cls.server.client(METER)
        cls.wait_for_values()

    def test_execute_reaches_the_device(self):
        self.check(self.client.execute("/3305/0/5822"), "CHANGED")
        self.assertEqual(self.device.next_write(), "holding 9 1")


class TwoServers(unittest.TestCase):
    ACCOUNTS = (gateway.SERVER, "other")

    def setUp(self):
        self.has_failed = True
        self.servers = EtsCase.server, ets_server.EtsServer()
        self.addCleanup(self.servers[1].close)
        self.gateway = gateway.Gateway(os.environ["BUILD_DIR"], self.servers[0])
        self.addCleanup(lambda: self.gateway.close(self.has_failed))
        self.gateway.ctl("server", "add", "other", "--uri", f"coaps://127.0.0.1:{self.servers[1].coaps_port}",
                         "--short-server-id", 456, "--lifetime", 300, "--retry-timer", 1)

    def give(self, name):
        for server, account in zip(self.servers, self.ACCOUNTS):
            psk = self.gateway.make_psk(name, account)
            server.add_psk(name, psk["identity"], bytes.fromhex(psk["key"]))

    def test_int_950_951_each_server_has_a_registration_and_attributes_of_its_own(self):
        self.gateway.attach(METER, "eastron-sdm120", "sdm120", accounts=self.ACCOUNTS, give_credential=self.give)
        for server in self.servers:
            server.events.wait("registered", endpoint=METER)
        clients = [server.client(METER) for server in self.servers]
        told = ("pmin=2&pmax=10", "pmin=15&pmax=50")
        for client, attributes in zip(clients, told):
            self.assertEqual(client.write_attributes("/3/0", attributes).get("code"), "CHANGED")
        for client, attributes in zip(clients, told):
            self.assertIn("</3/0>;" + attributes.replace("&", ";"), client.discover("/3/0")["links"])
        self.has_failed = False

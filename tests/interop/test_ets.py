# SPDX-License-Identifier: Apache-2.0
"""Registration, Read, Write and Discover as OMA's test cases have them, against the newest Leshan."""

import ets_case
import ets_server
from ets_case import METER, EtsCase
from ets_server import CBOR, JSON, SENML_CBOR, SENML_JSON, TEXT, TLV


def setUpModule():
    ets_case.start_server()


class Registering(EtsCase):
    def test_int_101_registers_with_lifetime_version_binding_and_objects(self):
        self.assertEqual((self.registration["lifetime"], self.registration["version"], self.registration["binding"]),
                         (300, "1.1", "[U]"))
        paths = {link[1:].split(">")[0] for link in self.registration["links"]}
        self.assertTrue({"/1/0", "/3/0", "/7/0", "/16/0"} <= paths, paths)
        self.assertFalse([path for path in paths if path.split("/")[1] in ("0", "21", "23")])

    def test_int_103_disable_deregisters(self):
        self.put_back("/1/0/5", 86400)
        self.check(self.client.write("/1/0/5", 1), "CHANGED")

        self.check(self.client.execute("/1/0/4"), "CHANGED")

        self.events.wait("deregistered", endpoint=METER, hasExpired=False)
        self.events.wait("registered", endpoint=METER)

    def test_int_105_a_forgotten_registration_is_made_anew(self):
        before = self.client.value("/1/0/1")
        self.assertEqual(self.server.ask("forget", endpoint=METER), {})

        self.gateway.ctl("device", "update", METER)

        again = self.events.wait("registered", endpoint=METER)
        self.assertEqual(again["lifetime"], before)



class QueueMode(EtsCase):
    ACCOUNT = ("--queue-mode", "--awake-time", str(ets_server.AWAKE_SECONDS))

    def test_int_108_queue_mode_is_announced(self):
        self.assertTrue(self.registration["queueMode"])
        self.assertEqual(self.registration["binding"], "[U]")

    def test_int_109_a_sleeping_client_hears_after_its_next_update(self):
        self.gateway.ctl("device", "update", METER)
        self.wait_updated()
        self.events.wait("sleeping", endpoint=METER)
        self.assertIn("ClientSleepingException", self.client.read("/3/0/0").get("error", ""))

        self.gateway.ctl("device", "update", METER)

        self.wait_updated()
        self.assertEqual(self.values(self.client.read("/3/0/0")), {"/3/0/0": "Eastron"})


class Version10(EtsCase):
    """A client of LwM2M 1.0, whose JSON is another one."""

    ACCOUNT = ("--lwm2m-version", "1.0")

    def test_int_204_reads_json(self):
        self.assertEqual(self.registration["version"], "1.0")
        answer = self.client.read("/3/0", JSON)
        self.assertEqual(answer["format"], JSON)
        self.assertEqual((self.values(answer)["/3/0/0"], self.values(answer)["/3/0/1"]), ("Eastron", "SDM120"))
        self.assertEqual(self.values(answer)["/3/0/11/0"], 0)

    def test_int_220_writes_json(self):
        self.check_instance_writes(JSON)

    def check_instance_writes(self, format):
        """Partly, then as a whole with what was there before."""
        names = ("/1/0/1", "/1/0/2", "/1/0/3", "/1/0/5", "/1/0/6", "/1/0/7")
        before = self.values(self.client.read("/1/0"))
        new = {"/1/0/2": 101, "/1/0/3": 1010, "/1/0/5": 2000, "/1/0/6": False, "/1/0/7": "U"}
        self.check(self.client.update("/1/0", new, format), "CHANGED")
        self.assertEqual(self.values(self.client.read("/1/0")), {**before, **new})
        whole = {path: before[path] for path in names if path in before}
        self.check(self.client.replace("/1/0", whole, format), "CHANGED")
        after = self.values(self.client.read("/1/0"))
        self.assertEqual({path: after.get(path) for path in whole}, whole)
        self.assertEqual(after["/1/0/0"], before["/1/0/0"])

    def test_reads_and_writes_tlv(self):
        answer = self.client.read("/3/0", TLV)
        self.assertEqual((answer["format"], self.values(answer)["/3/0/0"]), (TLV, "Eastron"))
        self.check_instance_writes(TLV)

    def test_is_observed_in_both_formats(self):
        for number, format in enumerate((TLV, JSON)):
            with self.subTest(format):
                self.values(self.client.observe(ets_case.POWER, accept=format))
                self.device.measure(ets_case.POWER_ADDRESS, 10.5 + number)
                self.events.wait("notify", lambda event, number=number: event["values"] == {ets_case.POWER: 10.5 + number})
                self.client.cancel(ets_case.POWER)


class Reading(EtsCase):
    def check_read(self, path, format):
        answer = self.client.read(path, format)
        self.assertEqual(answer["format"], format)
        return self.values(answer)

    def test_int_201_reads_text(self):
        for path, value in (("/3/0/0", "Eastron"), ("/3/0/1", "SDM120")):
            self.assertEqual(self.check_read(path, TEXT), {path: value})

    def check_device(self, values):
        self.assertEqual((values["/3/0/0"], values["/3/0/1"], values["/3/0/11/0"]), ("Eastron", "SDM120", 0))

    def test_int_203_reads_tlv(self):
        self.check_device(self.check_read("/3/0", TLV))

    def test_int_211_reads_cbor(self):
        for path, value in (("/1/0/0", self.client.value("/1/0/0")), ("/1/0/6", True), ("/1/0/7", "U")):
            self.assertEqual(self.check_read(path, CBOR), {path: value})

    def test_int_222_reads_objects(self):
        self.assertIn("/1/0/1", self.values(self.client.read("/1")))
        self.check_device(self.values(self.client.read("/3")))

    def test_int_223_reads_instances(self):
        self.assertIn("/1/0/1", self.values(self.client.read("/1/0")))
        self.check_device(self.values(self.client.read("/3/0")))

    def test_int_224_reads_resources(self):
        for path, value in (("/1/0/1", 300), ("/1/0/6", True), ("/1/0/7", "U"), ("/3/0/16", "UT")):
            self.assertEqual(self.values(self.client.read(path)), {path: value})

    def test_int_225_reads_a_resource_instance(self):
        self.assertEqual(self.values(self.client.read("/3/0/11/0")), {"/3/0/11/0": 0})

    def check_senml(self, format):
        self.assertIn("/1/0/1", self.check_read("/1", format))
        self.check_device(self.check_read("/3/0", format))
        self.assertEqual(self.check_read("/3/0/16", format), {"/3/0/16": "UT"})
        self.assertEqual(self.check_read("/3/0/11/0", format), {"/3/0/11/0": 0})

    def test_int_231_reads_senml_json(self):
        self.check_senml(SENML_JSON)

    def test_int_232_reads_senml_cbor(self):
        self.check_senml(SENML_CBOR)

    def test_int_237_reads_without_accept(self):
        for path in ("/1", "/3"):
            answer = self.client.read(path)
            self.assertTrue(self.values(answer))
            self.assertIn(answer["format"], (TLV, SENML_JSON, SENML_CBOR))

    def test_int_652_reads_the_firmware_version_or_that_there_is_none(self):
        self.assertIn(self.client.read("/3/0/3")["code"], ("CONTENT", "NOT_FOUND"))


class Writing(EtsCase):
    def check_resource_writes(self, values, format):
        before = {path: self.client.value(path) or 0 for path in values}  # of no maximum period there is no value
        for path, value in values.items():
            self.check(self.client.write(path, value, format), "CHANGED")
            self.assertEqual(self.client.value(path), value)
        for path, value in before.items():
            self.check(self.client.write(path, value, format), "CHANGED")
            self.assertEqual(self.client.value(path), value)

    def test_int_205_writes_text(self):
        self.check_resource_writes({"/1/0/2": 101, "/1/0/3": 1010, "/1/0/5": 2000}, TEXT)

    def test_int_212_writes_cbor(self):
        self.check_resource_writes({"/1/0/2": 101, "/1/0/3": 1010, "/1/0/6": False}, CBOR)

    check_instance_writes = Version10.check_instance_writes

    def test_int_215_551_writes_tlv(self):
        self.check_instance_writes(TLV)

    def test_int_226_updates_an_instance_in_part(self):
        before = self.values(self.client.read("/1/0"))
        self.addCleanup(lambda: self.client.update("/1/0", {"/1/0/1": 300, "/1/0/6": True}))
        self.check(self.client.update("/1/0", {"/1/0/1": 361, "/1/0/6": False}), "CHANGED")
        self.wait_updated(lifetime=361)
        self.assertEqual(self.values(self.client.read("/1/0")), {**before, "/1/0/1": 361, "/1/0/6": False})

    def test_int_227_replaces_a_resource(self):
        self.put_back("/1/0/1", 300)
        self.check(self.client.write("/1/0/1", 363), "CHANGED")
        self.wait_updated(lifetime=363)
        self.assertEqual(self.client.value("/1/0/1"), 363)

    def test_int_228_writes_a_resource_instance(self):
        self.check(self.client.create("/16", {"/16/3/0/0": "a", "/16/3/0/1": "b"}), "CREATED")
        self.addCleanup(lambda: self.client.delete("/16/3"))
        self.wait_updated(matches=lambda event: "</16/3>" in event.get("links", ""))
        self.check(self.client.write("/16/3/0/0", "test"), "CHANGED")
        self.assertEqual(self.client.value("/16/3/0/0"), "test")
        self.assertEqual(self.client.value("/16/3/0/1"), "b")

    def check_senml(self, format):
        self.addCleanup(lambda: self.client.update("/1/0", {"/1/0/1": 300, "/1/0/6": True}))
        self.check(self.client.update("/1/0", {"/1/0/1": 361, "/1/0/6": False}, format), "CHANGED")
        self.assertEqual((self.client.value("/1/0/1"), self.client.value("/1/0/6")), (361, False))
        self.check_resource_writes({"/16/0/0/0": "test_value", "/1/0/1": 363}, format)

    def test_int_233_writes_senml_cbor(self):
        self.check_senml(SENML_CBOR)

    def test_int_234_writes_senml_json(self):
        self.check_senml(SENML_JSON)

    def test_int_256_what_is_not_writable_stays(self):
        before = self.client.value("/1/0/0")
        self.check(self.client.write("/1/0/0", 124), "METHOD_NOT_ALLOWED")
        self.assertEqual(self.client.value("/1/0/0"), before)

    def test_int_221_the_security_object_is_refused(self):
        self.check(self.client.read("/0"), "UNAUTHORIZED")
        self.check(self.client.write("/0/0/0", "coap://example"), "UNAUTHORIZED")
        self.check(self.client.write_attributes("/0", "pmin=10"), "UNAUTHORIZED")


class Discovering(EtsCase):
    def links(self, path, *queries):
        return self.check(self.client.discover(path, *queries), "CONTENT")["links"]

    def test_int_104_556_the_trigger_updates(self):
        self.check(self.client.execute("/1/0/8"), "CHANGED")
        self.wait_updated(hasLifetime=False)

    def test_int_102_107_a_lifetime_comes_back_in_an_update(self):
        self.addCleanup(lambda: self.wait_updated(lifetime=300))  # or the next test's Update has it
        self.put_back("/1/0/1", 300)
        self.check(self.client.write("/1/0/1", 20), "CHANGED")
        self.wait_updated(lifetime=20)
        self.wait_updated(hasLifetime=False, limit=20)  # before it has expired

    def test_int_260_discovers_what_was_attached(self):
        self.addCleanup(lambda: self.client.write_attributes("/3", "pmin&pmax"))
        self.addCleanup(lambda: self.client.write_attributes("/3/0/9", "lt&gt&st"))
        self.assertTrue({"</3>;ver=1.1", "</3/0>", "</3/0/0>"} <= set(self.links("/3")), self.links("/3"))
        self.check(self.client.write_attributes("/3", "pmin=10&pmax=200"), "CHANGED")
        self.assertIn("</3/0>;pmin=10;pmax=200", self.links("/3/0"))
        self.assertEqual(self.links("/3/0/0"), ["</3/0/0>;pmin=10;pmax=200"])

    def test_int_261_discovers_a_multiple_resource(self):
        for path in ("/3", "/3/0", "/3/0/11/0"):
            self.addCleanup(lambda path=path: self.client.write_attributes(path, "pmin&pmax&epmin&epmax"))
        self.assertEqual(self.links("/3/0/11"), ["</3/0/11>;dim=1", "</3/0/11/0>"])
        for path, attributes in (("/3", "pmin=10&pmax=200"), ("/3/0", "pmax=320"), ("/3/0/11/0", "pmax=100&epmin=1&epmax=20")):
            self.check(self.client.write_attributes(path, attributes), "CHANGED")
        self.assertEqual([set(link.split(";")) for link in self.links("/3/0/11")],
                         [{"</3/0/11>", "dim=1", "pmin=10", "pmax=320"}, {"</3/0/11/0>", "pmax=100", "epmin=1", "epmax=20"}])

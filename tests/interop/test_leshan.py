# SPDX-License-Identifier: Apache-2.0
"""What a Leshan server and two devices behind causewayd do with each other.

The names of the tests say what is promised. One gateway, meter and relay board serve all tests of a class;
tests that break something have devices of their own."""

import os
import unittest

import gateway
import gateway_site
import leshan

METER, RELAY = "meter-1", "relay-1"
VOLTAGE, POWER = "/3316/0/5700", "/3305/0/5800"
VOLTAGE_ADDRESS, POWER_ADDRESS = 0x00, 0x0C
RELAYS = [f"/3306/{number}/5850" for number in range(8)]


server = None  # one Leshan for all classes: it takes longest to start


def setUpModule():
    global server
    server = leshan.Leshan()


def tearDownModule():
    server.close()


class LeshanCase(unittest.TestCase):
    """One gateway for all tests of a class; it must end cleanly, or the class has failed."""

    @classmethod
    def setUpClass(cls):
        cls.has_failed = False
        cls.gateway = gateway.Gateway(os.environ["BUILD_DIR"], server)
        cls.addClassCleanup(lambda: cls.gateway.close(cls.has_failed))
        try:
            cls.attach()
        except BaseException:
            cls.has_failed = True
            raise

    @classmethod
    def attach(cls):
        cls.meter = cls.gateway.attach(METER, "eastron-sdm120", "sdm120")
        cls.relay = cls.gateway.attach(RELAY, "waveshare-relay-8ch", "relay", "--allow-server-writes")
        cls.registrations = {name: cls.gateway.wait_registered(name) for name in (METER, RELAY)}
        cls.events = cls.gateway.leshan.events
        cls.at_meter = cls.gateway.leshan.client(METER)
        cls.at_relay = cls.gateway.leshan.client(RELAY)
        # Registered before the first poll is through: wait for the values.
        gateway_site.wait_until("first values", lambda: cls.at_meter.read(POWER).code == "CONTENT"
                                and cls.at_relay.read(RELAYS[0]).code == "CONTENT")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        type(self).has_failed |= len(result.failures) + len(result.errors) > before

    def check(self, answer, code):
        self.assertEqual(answer.code, code, answer.text)
        return answer

    def read_value(self, client, path, format=None):
        return self.check(client.read(path, format), "CONTENT").value


class Registration(LeshanCase):
    def test_int_401_each_device_is_a_client_of_its_own_over_dtls_psk(self):
        addresses = set()
        for name, registration in self.registrations.items():
            with self.subTest(name):
                self.assertTrue(registration["secure"])
                self.assertEqual(registration["lwM2mVersion"], "1.1")
                self.assertEqual(registration["lifetime"], 300)
                addresses.add(registration["address"])
        self.assertEqual(len(addresses), 2)

    def test_lists_the_objects_of_the_profile_and_never_the_security_object(self):
        links = {link["url"] for link in self.registrations[METER]["objectLinks"]}
        self.assertTrue({"/1/0", "/3/0", "/3305/0", "/3316/0", "/3317/0", "/3318/0"} <= links, links)
        self.assertFalse([url for url in links if url == "/0" or url.startswith("/0/")])

    def test_lists_every_relay_as_an_instance(self):
        links = {link["url"] for link in self.registrations[RELAY]["objectLinks"]}
        self.assertTrue({f"/3306/{number}" for number in range(8)} <= links, links)

    def test_announces_the_object_versions_of_lwm2m_1_1(self):
        versions = {link["url"]: link["attributes"].get("ver")
                    for link in self.registrations[METER]["objectLinks"]}
        self.assertEqual((versions["/1"], versions["/3"]), ("1.1", "1.1"))

    def test_update_now_reaches_the_server(self):
        self.events.forget()
        self.gateway.ctl("device", "update", METER)
        self.events.wait("UPDATED", lambda data: data["registration"]["endpoint"] == METER)

    def test_a_lifetime_written_by_the_server_comes_back_in_an_update(self):
        self.events.forget()
        self.check(self.at_relay.write("/1/0/1", 400), "CHANGED")
        update = self.events.wait("UPDATED", lambda data: data["registration"]["endpoint"] == RELAY)
        self.assertEqual(update["registration"]["lifetime"], 400)


class Reading(LeshanCase):
    def test_a_resource_in_every_format(self):
        for format in (None, "TEXT", "TLV", "CBOR", "SENML_JSON", "SENML_CBOR"):
            with self.subTest(format):
                value = self.read_value(self.at_meter, POWER, format)
                self.assertAlmostEqual(value, 342.7, places=3)

    def test_a_boolean_in_every_format(self):
        for format in (None, "TEXT", "TLV", "CBOR", "SENML_JSON", "SENML_CBOR"):
            with self.subTest(format):
                self.assertIs(self.read_value(self.at_relay, RELAYS[7], format), False)

    def test_an_instance_in_every_format(self):
        for format in (None, "TLV", "SENML_JSON", "SENML_CBOR"):
            with self.subTest(format):
                values = self.check(self.at_meter.read("/3305/0", format), "CONTENT").resources()
                self.assertAlmostEqual(values[5800], 342.7, places=3)
                self.assertAlmostEqual(values[5820], 0.993, places=5)

    def test_an_object_in_every_format(self):
        for format in (None, "TLV", "SENML_JSON", "SENML_CBOR"):
            with self.subTest(format):
                answer = self.check(self.at_relay.read("/3306", format), "CONTENT")
                self.assertEqual(len(answer.content["instances"]), 8)

    def test_the_device_object_names_the_device(self):
        values = self.check(self.at_meter.read("/3/0"), "CONTENT").resources()
        self.assertEqual((values[0], values[1]), ("Eastron", "SDM120"))

    def test_text_of_the_device_object_in_tlv_is_text(self):
        values = self.check(self.at_meter.read("/3/0", "TLV"), "CONTENT").resources()
        self.assertEqual((values[0], values[1]), ("Eastron", "SDM120"))

    def test_a_multiple_resource_and_its_instance(self):
        values = self.check(self.at_meter.read("/3/0/11"), "CONTENT").content["values"]
        self.assertEqual({index: int(value) for index, value in values.items()}, {"0": 0})
        self.check(self.at_meter.read("/3/0/11/0"), "CONTENT")

    def test_a_changed_register_is_read_as_the_new_value(self):
        self.meter.measure(VOLTAGE_ADDRESS, 231.5)
        gateway_site.wait_until("the new voltage", lambda: abs(
            self.read_value(self.at_meter, VOLTAGE) - 231.5) < 0.001)

    def test_r42_the_security_object_is_refused(self):
        for path in ("/0", "/0/0", "/0/0/5"):
            with self.subTest(path):
                self.check(self.at_meter.read(path), "UNAUTHORIZED")

    def test_what_does_not_exist_is_not_found(self):
        for path in ("/4711", "/3305/7", "/3305/0/9999"):
            with self.subTest(path):
                self.check(self.at_meter.read(path), "NOT_FOUND")

    def test_an_executable_resource_is_not_readable(self):
        self.check(self.at_meter.read("/1/0/8"), "METHOD_NOT_ALLOWED")

    def test_a_format_that_does_not_suit_is_not_acceptable(self):
        self.check(self.at_meter.read("/3305/0", "TEXT"), "NOT_ACCEPTABLE")


class Observing(LeshanCase):
    def change_and_wait(self, value, path=POWER):
        self.meter.measure(POWER_ADDRESS, value)
        return self.events.wait("NOTIFICATION", lambda data: data["ep"] == METER and data["res"] == path
                                and self.power_in(data["val"]) == value)

    @staticmethod
    def power_in(node):
        while "value" not in node:
            inside = node.get("instances") or [one for one in node["resources"] if one["id"] == 5800]
            node = inside[0]
        return round(node["value"], 3)

    def test_a_value_that_changes_at_the_device_is_notified_in_every_format(self):
        for number, format in enumerate((None, "TEXT", "TLV", "CBOR", "SENML_JSON", "SENML_CBOR")):
            with self.subTest(format):
                self.check(self.at_meter.observe(POWER, format), "CONTENT")
                self.change_and_wait(500.25 + number)
                self.at_meter.cancel(POWER)

    def test_an_observed_instance_is_notified(self):
        self.check(self.at_meter.observe("/3305/0"), "CONTENT")
        self.change_and_wait(611.5, "/3305/0")
        self.at_meter.cancel("/3305/0")

    def test_an_observed_object_is_notified(self):
        self.check(self.at_meter.observe("/3305"), "CONTENT")
        self.change_and_wait(622.5, "/3305")
        self.at_meter.cancel("/3305")

    def test_nothing_more_comes_after_a_cancel(self):
        for is_active in (True, False):
            with self.subTest(active=is_active):
                self.check(self.at_meter.observe(POWER), "CONTENT")
                self.change_and_wait(700.5 + is_active)
                self.at_meter.cancel(POWER, is_active)
                self.events.forget()
                self.meter.measure(POWER_ADDRESS, 750.5 + is_active)
                with self.assertRaises(AssertionError):
                    self.events.wait("NOTIFICATION", limit=4)

    def test_a_step_keeps_small_changes_silent(self):
        self.check(self.at_meter.write_attributes(POWER, st=50), "CHANGED")
        self.check(self.at_meter.observe(POWER), "CONTENT")
        self.change_and_wait(1000)
        self.events.forget()
        self.meter.measure(POWER_ADDRESS, 1020)
        with self.assertRaises(AssertionError):
            self.events.wait("NOTIFICATION", limit=4)
        self.change_and_wait(1100)
        self.at_meter.cancel(POWER)
        self.check(self.at_meter.write_attributes(POWER, st=""), "CHANGED")

    def test_a_maximum_period_notifies_without_a_change(self):
        self.check(self.at_meter.write_attributes(VOLTAGE, pmin=1, pmax=2), "CHANGED")
        self.events.forget()
        self.check(self.at_meter.observe(VOLTAGE), "CONTENT")
        for _ in range(2):
            self.events.wait("NOTIFICATION", lambda data: data["res"] == VOLTAGE, limit=10)
        self.at_meter.cancel(VOLTAGE)


class Writing(LeshanCase):
    def test_a_write_switches_the_relay_in_every_format(self):
        for number, format in enumerate((None, "TEXT", "TLV", "CBOR", "SENML_JSON", "SENML_CBOR")):
            for is_on in (True, False):
                with self.subTest(format=format, on=is_on):
                    self.check(self.at_relay.write(RELAYS[number], is_on, format), "CHANGED")
                    self.assertEqual(self.relay.next_write(), f"coil {number} {int(is_on)}")
                    self.assertIs(self.read_value(self.at_relay, RELAYS[number]), is_on)

    def test_a_partial_write_of_an_instance_switches_the_relay(self):
        self.check(self.at_relay.write_instance("/3306/6", {5850: True}), "CHANGED")
        self.assertEqual(self.relay.next_write(), "coil 6 1")

    def test_an_observer_learns_what_was_written(self):
        self.check(self.at_relay.observe(RELAYS[7]), "CONTENT")
        self.check(self.at_relay.write(RELAYS[7], True), "CHANGED")
        self.events.wait("NOTIFICATION", lambda data: data["ep"] == RELAY and data["val"]["value"] is True)
        self.assertEqual(self.relay.next_write(), "coil 7 1")
        self.at_relay.cancel(RELAYS[7])

    def test_a_measured_value_cannot_be_written(self):
        self.check(self.at_meter.write(POWER, 5.5), "METHOD_NOT_ALLOWED")

    def test_the_server_object_takes_its_periods(self):
        self.check(self.at_relay.write("/1/0/2", 1), "CHANGED")
        self.assertEqual(self.read_value(self.at_relay, "/1/0/2"), 1)
        self.check(self.at_relay.write("/1/0/2", 0), "CHANGED")


class Discovering(LeshanCase):
    def urls(self, client, path):
        return [link["url"] for link in self.check(client.discover(path), "CONTENT").links]

    def test_an_object_tells_its_instances_and_resources(self):
        urls = self.urls(self.at_relay, "/3306")
        self.assertIn("/3306/7", urls)
        self.assertIn("/3306/7/5850", urls)

    def test_an_instance_tells_its_resources(self):
        self.assertIn("/3305/0/5800", self.urls(self.at_meter, "/3305/0"))

    def test_a_multiple_resource_tells_its_dimension(self):
        links = self.check(self.at_meter.discover("/3/0/11"), "CONTENT").links
        self.assertEqual(links[0]["attributes"].get("dim"), "1")

    def test_attributes_that_were_written_are_told(self):
        path = "/3317/0/5700"
        self.check(self.at_meter.write_attributes(path, pmin=1, pmax=60, gt=20.5, lt=-1), "CHANGED")
        attributes = self.check(self.at_meter.discover(path), "CONTENT").links[0]["attributes"]
        told = {name: float(value) for name, value in attributes.items()}
        self.assertEqual(told, {"pmin": 1, "pmax": 60, "gt": 20.5, "lt": -1})

    def test_attributes_that_contradict_each_other_are_refused(self):
        self.check(self.at_meter.write_attributes("/3318/0/5700", gt=10, lt=20), "BAD_REQUEST")

    def test_r42_the_security_object_is_refused(self):
        self.check(self.at_meter.discover("/0"), "UNAUTHORIZED")


class Executing(LeshanCase):
    def test_the_update_trigger_updates(self):
        self.events.forget()
        self.check(self.at_meter.execute("/1/0/8"), "CHANGED")
        self.events.wait("UPDATED", lambda data: data["registration"]["endpoint"] == METER)

    def test_what_is_not_executable_is_refused(self):
        self.check(self.at_meter.execute(POWER), "METHOD_NOT_ALLOWED")


class Updating(LeshanCase):
    """Firmware (Object 5) of a meter whose profile names programs for it."""

    PROFILE = """extends = "eastron-sdm120"
[firmware]
install = ["/usr/bin/cmp", "@package@", "{directory}/good"]
check = ["/usr/bin/cmp", "-n", "4", "@package@", "{directory}/magic"]
"""
    GOOD = b"FIRM" + bytes(range(256)) * 30

    @classmethod
    def attach(cls):
        directory = cls.gateway.site.directory
        (directory / "magic").write_bytes(cls.GOOD[:4])
        (directory / "good").write_bytes(cls.GOOD)
        (directory / "profiles").mkdir()
        (directory / "profiles" / "updatable.toml").write_text(cls.PROFILE.format(directory=directory))
        cls.gateway.ctl("profile", "reload")
        cls.gateway.attach("updatable-1", "updatable", "sdm120", "--allow-server-writes")
        cls.gateway.wait_registered("updatable-1")
        cls.meter = cls.gateway.leshan.client("updatable-1")

    def setUp(self):
        self.push(b"\0")

    def push(self, package):
        return self.check(self.meter.write("/5/0/0", package.hex(), "OPAQUE"), "CHANGED")

    def wait_for(self, state, result):
        gateway_site.wait_until(f"state {state}, result {result}",
                                lambda: (self.read_value(self.meter, "/5/0/3"),
                                         self.read_value(self.meter, "/5/0/5")) == (state, result))

    def test_int_751_755_a_package_is_taken(self):
        self.wait_for(0, 0)
        self.assertEqual(self.read_value(self.meter, "/5/0/9"), 2)

        self.push(self.GOOD)

        self.wait_for(2, 0)

    def test_int_770_a_package_is_installed(self):
        self.push(self.GOOD)
        self.wait_for(2, 0)

        self.check(self.meter.execute("/5/0/2"), "CHANGED")

        self.wait_for(0, 1)

    def test_int_772_nothing_is_installed_where_nothing_is(self):
        self.check(self.meter.execute("/5/0/2"), "METHOD_NOT_ALLOWED")
        self.wait_for(0, 0)

    def test_int_776_a_damaged_package_is_dropped(self):
        self.push(b"X" + self.GOOD)
        self.wait_for(0, 5)

    def test_int_779_a_package_that_fails_is_kept(self):
        self.push(self.GOOD + b"but another")
        self.wait_for(2, 0)

        self.check(self.meter.execute("/5/0/2"), "CHANGED")

        self.wait_for(2, 8)


class TheGatewayItself(LeshanCase):
    @classmethod
    def attach(cls):
        cls.gateway.attach_itself("edge")
        cls.registration = cls.gateway.wait_registered("edge")
        cls.at_edge = cls.gateway.leshan.client("edge")

    def test_registers_its_objects(self):
        links = {link["url"] for link in self.registration["objectLinks"]}
        self.assertTrue({"/3/0", "/4/0", "/7/0", "/20/0"} <= links, links)
        self.assertFalse({"/5/0", "/25"} & links)

    def test_int_701_tells_who_it_is_and_how_it_is_connected_in_every_format(self):
        for format in (None, "TLV", "SENML_JSON", "SENML_CBOR"):
            with self.subTest(format):
                device = self.check(self.at_edge.read("/3/0", format), "CONTENT").resources()
                self.assertTrue(device[19].startswith("causeway "))
                self.assertGreater(device[21], 0)
                if format == "TLV":
                    continue  # Leshan has no model of Object 4 in version 1.3, and TLV tells no types
                network = self.check(self.at_edge.read("/4/0", format), "CONTENT").resources()
                self.assertEqual(network[0], 41)

    def test_is_not_rebooted(self):
        self.check(self.at_edge.execute("/3/0/4"), "METHOD_NOT_ALLOWED")


class ComingAndGoing(LeshanCase):
    @classmethod
    def attach(cls):
        cls.events = cls.gateway.leshan.events

    def test_a_detached_device_deregisters(self):
        self.gateway.attach("meter-gone", "eastron-sdm120", "sdm120")
        self.gateway.wait_registered("meter-gone")
        self.gateway.ctl("device", "detach", "meter-gone")
        self.events.wait("DEREGISTRATION", lambda data: data["endpoint"] == "meter-gone")
        self.assertIsNone(self.gateway.leshan.client("meter-gone").registration())

    def test_a_disabled_device_deregisters_and_comes_back(self):
        self.gateway.attach("meter-off", "eastron-sdm120", "sdm120")
        self.gateway.wait_registered("meter-off")
        self.gateway.ctl("device", "disable", "meter-off")
        self.events.wait("DEREGISTRATION", lambda data: data["endpoint"] == "meter-off")
        self.gateway.ctl("device", "enable", "meter-off")
        self.gateway.wait_registered("meter-off")

    def test_a_wrong_key_registers_nothing_and_says_why(self):
        self.gateway.attach("meter-wrong", "eastron-sdm120", "sdm120",
                            key_at_leshan=gateway.random_key())
        state, error = gateway_site.wait_until(
            "an error", lambda: (lambda told: told if told and told[1] else None)(
                self.gateway.state("meter-wrong")), patience=60)
        self.assertNotEqual(state, "registered")
        self.assertTrue(error)
        self.assertIsNone(self.gateway.leshan.client("meter-wrong").registration())

    def test_a_dead_device_is_no_value_and_its_neighbour_goes_on(self):
        dead = self.gateway.attach("meter-dead", "eastron-sdm120", "sdm120")
        self.gateway.attach("meter-well", "eastron-sdm120", "sdm120")
        at = {name: self.gateway.leshan.client(name) for name in ("meter-dead", "meter-well")}
        for name, client in at.items():
            self.gateway.wait_registered(name)
            gateway_site.wait_until("values", lambda client=client: client.read(POWER).code == "CONTENT")
        dead.say("silent 1")
        gateway_site.wait_until(
            "the error code of /3/0/11",
            lambda: "8" in str(at["meter-dead"].read("/3/0/11/0").text) or
            [value for value in at["meter-dead"].read("/3/0/11").content["values"].values() if int(value) == 8],
            patience=60)
        self.assertAlmostEqual(at["meter-well"].read(POWER).value, 342.7, places=3)


if __name__ == "__main__":
    try:
        leshan.jar()
    except leshan.Unavailable as missing:
        print(f"skipped: Leshan is not available: {missing}")
        raise SystemExit(77) from None
    unittest.main(verbosity=2)

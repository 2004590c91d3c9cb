# SPDX-License-Identifier: Apache-2.0
"""Composite operations, Observe and Send as OMA's test cases have them, against the newest Leshan."""

import ets_case
from ets_case import METER, POWER, POWER_ADDRESS, EtsCase
from ets_server import SENML_CBOR, SENML_JSON

FORMATS = (SENML_JSON, SENML_CBOR)
IDENTITIES = [f"/16/0/0/{number}" for number in range(4)]
SILENCE = 2.5  # seconds in which a meter that is polled every second would have been told of


def setUpModule():
    ets_case.start_server()


class CompositeReading(EtsCase):
    def objects(self, answer):
        return {int(path.split("/")[1]) for path in self.values(answer)}

    def test_int_229_reads_several_objects(self):
        for format in FORMATS:
            with self.subTest(format):
                answer = self.client.read_composite("/3", "/1/0", "/16/0/0", POWER, format=format)
                self.assertEqual(answer["format"], format)
                self.assertEqual(self.objects(answer), {1, 3, 16, 3305})
                self.assertEqual(answer["values"]["/3/0/0"], "Eastron")

    def test_int_235_reads_the_root(self):
        for format in FORMATS:
            with self.subTest(format):
                objects = self.objects(self.client.read_composite("/", format=format))
                self.assertTrue({1, 3, 7, 16, 3305, 3442} <= objects, objects)
                self.assertFalse({0, 21, 23} & objects)

    def test_int_236_leaves_out_what_is_not_there(self):
        for format in FORMATS:
            with self.subTest(format):
                answer = self.client.read_composite("/1/0", "/3/0/11/0", "/3339/0/5522", "/3353/0/6030", format=format)
                self.assertEqual(self.objects(answer), {1, 3})

    def test_int_280_reads_what_is_asked_and_no_more(self):
        for format in FORMATS:
            with self.subTest(format):
                values = self.values(self.client.read_composite("/3/0/16", "/3/0/11/0", "/1/0", format=format))
                self.assertEqual({path for path in values if path.startswith("/3/")}, {"/3/0/16", "/3/0/11/0"})
                self.assertEqual({path: value for path, value in values.items() if path.startswith("/1/")},
                                 self.values(self.client.read("/1/0")))

    def test_int_281_leaves_out_what_cannot_be_read(self):
        for format in FORMATS:
            with self.subTest(format):
                values = self.values(self.client.read_composite("/1/0/1", "/1/0/7", "/1/0/8", format=format))
                self.assertEqual(values, {"/1/0/1": 300, "/1/0/7": "U"})


class CompositeWriting(EtsCase):
    def write_and_read(self, values, format):
        self.check(self.client.write_composite(values, format), "CHANGED")
        self.assertEqual({path: self.client.value(path) for path in values}, values)

    def test_int_230_writes_to_several_objects(self):
        before = {path: self.client.value(path) for path in ("/1/0/1", "/1/0/6", "/16/0/0/0")}
        self.addCleanup(lambda: self.client.write_composite(before))
        for lifetime, format in zip((360, 361), FORMATS):
            with self.subTest(format):
                texts = {path: f"{path[-1]}{format}" for path in IDENTITIES}
                self.write_and_read({"/1/0/1": lifetime, "/1/0/6": format == SENML_CBOR, **texts}, format)
                self.wait_updated(lifetime=lifetime)

    def test_int_257_writes_to_the_server_and_the_device(self):
        for period, format in zip((101, 102), FORMATS):
            with self.subTest(format):
                self.write_and_read({"/1/0/2": period, "/1/0/6": format == SENML_CBOR}, format)
                self.check(self.client.write_composite({"/1/0/2": period + 2, "/1/0/6": True, "/3/0/13": 0}, format),
                           "CHANGED")
                self.assertEqual((self.client.value("/1/0/2"), self.client.value("/1/0/6")), (period + 2, True))
                self.assertLess(self.client.value("/3/0/13"), 60)
        self.write_and_read({"/1/0/2": 0}, SENML_CBOR)


class Observing(EtsCase):
    def wait_notified(self, path, value, limit=20):
        return self.events.wait("notify", lambda event: event["values"] == {path: value}, path=path, limit=limit)

    def test_int_301_660_notifies_of_changes_and_without_them(self):
        self.addCleanup(lambda: self.client.write_attributes(POWER, "pmin&pmax"))
        self.check(self.client.write_attributes(POWER, "pmin=3&pmax=6"), "CHANGED")
        self.values(self.client.observe(POWER))
        self.device.measure(POWER_ADDRESS, 101.5)
        first = self.wait_notified(POWER, 101.5)
        self.device.measure(POWER_ADDRESS, 102.5)
        second = self.wait_notified(POWER, 102.5)
        third = self.wait_notified(POWER, 102.5)
        self.client.cancel(POWER)
        self.assertGreater(second["at"] - first["at"], 2.5)
        self.assertGreater(third["at"] - second["at"], 5.5)
        self.assertLess(third["at"] - second["at"], 9)  # a busy machine tells late

    def check_cancel(self, is_active):
        other = "/3305"
        for path in (POWER, other):
            self.values(self.client.observe(path))
        self.device.measure(POWER_ADDRESS, 201.5 + is_active)
        self.wait_notified(POWER, 201.5 + is_active)
        self.client.cancel(POWER, is_active)
        self.events.forget()
        for value in (203.5, 205.5):  # the first one after a passive cancel is reset
            self.device.measure(POWER_ADDRESS, value + is_active)
            self.events.wait("notify", lambda event, value=value: event["values"].get(POWER) == value + is_active, path=other)
        self.events.check_none("notify", 0.5, path=POWER)
        self.events.forget()
        self.client.cancel(other, is_active)
        self.device.measure(POWER_ADDRESS, 207.5 + is_active)
        self.events.check_none("notify", SILENCE, endpoint=METER)

    def test_int_302_a_reset_cancels_one_observation(self):
        self.check_cancel(False)

    def test_int_303_observe_1_cancels_one_observation(self):
        self.check_cancel(True)


class CompositeObserving(EtsCase):
    PATHS = ("/1/0/1", "/3/0/11/0", "/3/0/16")

    def wait_notified(self, *objects, limit=20):
        return self.events.wait("notify", lambda event: {path.split("/")[1] for path in event["values"]} == set(objects),
                                limit=limit, endpoint=METER)

    def test_int_304_notifies_of_all_paths(self):
        self.addCleanup(lambda: self.client.write_attributes("/1/0/1", "pmin&pmax"))
        self.check(self.client.write_attributes("/1/0/1", "pmin=1&pmax=3"), "CHANGED")
        for format in FORMATS:
            with self.subTest(format):
                first = self.values(self.client.observe_composite(*self.PATHS, format=format))
                self.assertEqual(set(first), set(self.PATHS))
                for _ in range(2):
                    self.assertEqual(self.events.wait("notify", limit=6)["values"], first)
                self.check(self.client.cancel_composite(*self.PATHS), "CONTENT")

    def test_int_305_is_cancelled(self):
        self.addCleanup(lambda: self.client.write_attributes("/1/0/1", "pmin&pmax"))
        self.check(self.client.write_attributes("/1/0/1", "pmin=1&pmax=2"), "CHANGED")
        self.values(self.client.observe_composite(*self.PATHS))
        self.events.wait("notify", limit=6)
        self.check(self.client.cancel_composite(*self.PATHS), "CONTENT")
        self.events.forget()
        self.events.check_none("notify", 4)

    def observe_portfolio(self):
        self.addCleanup(lambda: self.client.cancel_composite("/16/0", "/16/5"))
        return self.values(self.client.observe_composite("/16/0", "/16/5"))

    def instances(self, values):
        return {"/".join(path.split("/")[:3]) for path in values}

    def test_int_308_notifies_of_an_instance_that_is_created(self):
        self.assertEqual(self.instances(self.observe_portfolio()), {"/16/0"})
        self.addCleanup(lambda: self.client.delete("/16/5"))
        self.check(self.client.create("/16", {"/16/5/0/0": "new"}), "CREATED")
        self.events.wait("notify", lambda event: self.instances(event["values"]) == {"/16/0", "/16/5"}, limit=10)

    def test_int_309_notifies_without_an_instance_that_is_deleted(self):
        self.check(self.client.create("/16", {"/16/5/0/0": "new"}), "CREATED")
        self.assertEqual(self.instances(self.observe_portfolio()), {"/16/0", "/16/5"})
        self.check(self.client.delete("/16/5"), "DELETED")
        self.events.wait("notify", lambda event: self.instances(event["values"]) == {"/16/0"}, limit=10)

    def test_int_310_takes_new_attributes_at_once(self):
        self.addCleanup(lambda: self.client.write_attributes("/3", "pmax"))
        self.values(self.client.observe_composite("/1/0/1", "/3/0"))
        self.addCleanup(lambda: self.client.cancel_composite("/1/0/1", "/3/0"))
        self.check(self.client.write_attributes("/3", "pmax=2"), "CHANGED")
        self.events.forget()
        events = [self.wait_notified("1", "3", limit=5) for _ in range(3)]
        for earlier, later in zip(events, events[1:]):
            self.assertLess(later["at"] - earlier["at"], 4)


class Sending(EtsCase):
    def send(self, *paths):
        return self.gateway.site.call("device", "send", METER, *paths)

    def check_sent(self, *paths):
        self.assertEqual(self.send(*paths).returncode, 0)
        return self.events.wait("send", endpoint=METER)

    def test_int_306_sends_objects(self):
        event = self.check_sent("/1", "/3")
        self.assertEqual({path.split("/")[1] for path in event["values"]}, {"1", "3"})
        self.assertEqual(event["values"]["/3/0/0"], "Eastron")

    def test_int_307_sends_nothing_when_muted(self):
        self.put_back("/1/0/23", False)
        self.check(self.client.write("/1/0/23", True), "CHANGED")
        self.assertNotEqual(self.send("/3/0").returncode, 0)
        self.events.check_none("send", 1)
        self.check(self.client.write("/1/0/23", False), "CHANGED")
        self.check_sent("/3/0")

    def test_int_311_sends_resources(self):
        self.assertEqual(self.check_sent("/1/0/1", "/3/0/11")["values"], {"/1/0/1": 300, "/3/0/11/0": 0})

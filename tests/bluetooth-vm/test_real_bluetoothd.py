# SPDX-License-Identifier: Apache-2.0
"""The daemon with the real bluetoothd, inside the virtual machine: everything from the kernel upwards is Debian's."""

import functools
import os
import struct
import unittest

import gateway_site
from virtual_peripheral import COMMAND, ENCRYPTED, INDICATE, NOTIFY, READ, WRITE, Peripheral
from virtual_radio import Controller, Sensor, part

BUILD = os.environ["CAUSEWAY_BUILD"]
TAG_ADDRESS, SENSE_ADDRESS, HEART_ADDRESS = "CB:B8:33:4C:88:4F", "24:71:89:C0:FF:EE", "24:71:89:C0:00:0{}"
TEMPERATURE, HUMIDITY, HEART_RATE = "/3303/0/5700", "/3304/0/5700", "/3346/0/5700"
HEARTS, STORMS = 5, 5
PATIENCE = 150.0  # seconds: an emulated processor is slower than the real one by an order of magnitude
wait_until = functools.partial(gateway_site.wait_until, patience=PATIENCE)


class Tag(Sensor):
    """A RuuviTag: docs.ruuvi.com, data format 5. Each advertisement is another measurement."""

    def __init__(self):
        super().__init__(TAG_ADDRESS, self.next_advertisement)
        self.sequence = 0

    def next_advertisement(self):
        self.sequence += 1
        measured = bytes.fromhex(f"0512FC5394C37C0004FFFC040CAC3642{self.sequence:04X}CBB8334C884F")
        return part(1, b"\x06") + part(0xff, b"\x99\x04" + measured)


def peripheral(address, name, service, characteristics, passkey=None):
    generic = [(0x1800, [(0x2a00, READ, name), (0x2a01, READ, b"\0\0")]), (0x1801, [])]
    return Peripheral(address, part(1, b"\x06") + part(3, struct.pack("<H", service)), part(9, name),
                      [*generic, (service, characteristics)], passkey)


def environmental_sensor(can=READ, passkey=None):
    return peripheral(SENSE_ADDRESS, b"Sense", 0x181a, [(0x2a6e, can, struct.pack("<h", 2130)),
                                                        (0x2a6f, can, struct.pack("<H", 4500))], passkey)


def heart_rate_sensor(number):
    return peripheral(HEART_ADDRESS.format(number), b"Heart", 0x180d, [(0x2a37, NOTIFY, bytes(2))])


class RealBluetoothd(unittest.TestCase):
    """One site and one radio for all: to start a daemon takes an emulated processor ten seconds."""

    def setUp(self):
        self.devices, self.things = [], []
        self.addCleanup(self.clear)

    def clear(self):
        for name in self.devices:
            SITE.ctl("device", "remove", name)
        for thing in self.things:
            RADIO.remove(thing)
            if isinstance(thing, Peripheral):
                RADIO.disconnect(thing)  # bluetoothd itself takes two seconds

    def show(self, thing):
        self.things.append(thing)
        return RADIO.add(thing)

    def attach(self, name, profile, address):
        SITE.ctl("device", "add", name, "--profile", profile, "--ble", address)
        self.devices.append(name)

    def device(self, name):
        return SITE.ctl("device", "show", name)

    def wait_available(self, name):
        wait_until(f"{name} available", lambda: self.device(name)["FieldState"] == "available")

    def value(self, name, path):
        told = SITE.call("read", name, path).stdout.split()
        return float(told[0]) if told else None

    def wait_value(self, name, path, value, change=lambda: None):
        """`change` makes it so, as often as it takes."""
        wait_until(f"{value} at {path} of {name}", lambda: change() or self.value(name, path) == value)

    def wait_rate(self, name, sensor, rate):
        self.wait_value(name, HEART_RATE, rate, lambda: sensor.set(0x2a37, bytes([0, rate])))


class ASensor(RealBluetoothd):
    def test_is_found_with_its_profile_and_tells_its_value(self):
        self.show(Tag())

        found = wait_until("the tag in a scan", lambda: [
            one for one in SITE.ctl("ble", "scan", "--seconds", "2") if one["address"] == TAG_ADDRESS])
        self.assertEqual(found[0]["profile"], "ruuvitag-rawv2")
        self.attach("tag", "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_available("tag")

        self.assertEqual(self.value("tag", TEMPERATURE), 24.3)


class ASensorThatIsOnlyListenedTo(RealBluetoothd):
    """bluetoothd 5.66 has monitors only when it is started so."""

    @classmethod
    def setUpClass(cls):
        kill_bluetoothd()
        start_bluetoothd("--experimental")

    @classmethod
    def tearDownClass(cls):
        kill_bluetoothd()
        start_bluetoothd()

    def wait_listening(self, how):
        wait_until(f"listening {how}", lambda: SITE.ctl("status")["Bluetooth"] == how)

    def test_is_heard_without_being_asked_also_when_its_values_stay_the_same(self):
        tag = self.show(Tag())
        self.attach("tag", "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_available("tag")
        self.wait_listening("passive")
        self.assertTrue(RADIO.scans)
        self.assertFalse(RADIO.asks)

        warmer = part(1, b"\x06") + part(0xff, b"\x99\x04" + bytes.fromhex(
            "051900" "5394C37C0004FFFC040CAC3642FFF0CBB8334C884F"))
        tag.data = warmer
        self.wait_value("tag", TEMPERATURE, 32.0)
        before = self.device("tag")["Counters"]
        wait_until("the same frame many times", lambda: self.device("tag")["Counters"]["frames"] > before["frames"] + 20)
        self.assertEqual(self.device("tag")["FieldState"], "available")

    def test_is_asked_as_long_as_a_peripheral_needs_it(self):
        self.show(Tag())
        self.attach("tag", "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_listening("passive")

        heart = self.show(heart_rate_sensor(0))
        self.attach("heart", "sig-heart-rate", heart.address)
        self.wait_listening("active")
        self.wait_rate("heart", heart, 66)
        SITE.ctl("device", "remove", self.devices.pop())

        self.wait_listening("passive")
        self.wait_available("tag")


class APeripheral(RealBluetoothd):
    def test_is_read(self):
        sense = self.show(environmental_sensor())
        self.attach("sense", "sig-environmental-sensing", SENSE_ADDRESS)
        self.wait_available("sense")

        self.wait_value("sense", TEMPERATURE, 21.3)
        sense.set(0x2a6e, struct.pack("<h", -525))
        self.wait_value("sense", TEMPERATURE, -5.25)
        self.assertEqual(self.value("sense", HUMIDITY), 45)

    def test_notifies_also_after_bluetoothd_was_killed(self):
        heart = self.show(heart_rate_sensor(0))
        self.attach("heart", "sig-heart-rate", heart.address)
        self.wait_rate("heart", heart, 60)
        self.wait_rate("heart", heart, 72)

        kill_bluetoothd()
        start_bluetoothd()

        self.wait_rate("heart", heart, 80)

    def test_comes_back_from_each_of_a_storm_of_disconnects(self):
        hearts = {f"heart-{number}": self.show(heart_rate_sensor(number)) for number in range(HEARTS)}
        for name, heart in hearts.items():
            self.attach(name, "sig-heart-rate", heart.address)

        # Watched in the air: to ask the daemon costs an emulated processor a second each time.
        for _ in range(STORMS):
            wait_until("all are connected and asked to notify",
                       lambda: all(heart.notifies(0x2a37) for heart in hearts.values()))
            for heart in hearts.values():
                RADIO.disconnect(heart)

        for name, heart in hearts.items():
            self.wait_rate(name, heart, 100)
            self.assertGreater(heart.connections, STORMS)


class AForeignPeripheral(RealBluetoothd):
    """By a profile of an operator's: commands, indications, bits, equal UUIDs, and more octets than fit one exchange."""

    ADDRESS, TEXT = "24:71:89:C0:AB:CD", "/3341/0/5527"
    PROFILE = """
title = "Lamp"
manufacturer = "M"
model = "M"
[ble]
connect = true
[[resource]]
path = "/3311/0/5850"
characteristic = "ee02"
notify = true
length = 2
at = 1
type = "bit"
bit = 7
write = { characteristic = "ee01" }
[[resource]]
path = "/3311/1/5850"
characteristic = "ee04"
length = 3
at = 1
type = "bit"
bit = 4
write = { verify = true }
[[resource]]
path = "/3303/0/5700"
characteristic = "ee03"
occurrence = 1
type = "s24"
scale = 0.001
sentinels = [0x800000]
[[resource]]
path = "/3341/0/5527"
characteristic = "ee05"
type = "string"
octets = 200
write = { verify = true }
"""

    def write(self, path, value):
        done = SITE.call("write", "lamp", path, value)
        self.assertEqual(done.returncode, 0, done.stderr)

    def wait_word(self, path, word):
        wait_until(f"{word} at {path}", lambda: SITE.call("read", "lamp", path).stdout.split()[:1] == [word])

    def test_is_read_commanded_and_written_in_parts(self):
        (SITE.directory / "profiles").mkdir(exist_ok=True)
        (SITE.directory / "profiles/lamp.toml").write_text(self.PROFILE)
        SITE.ctl("profile", "reload")
        lamp = self.show(peripheral(self.ADDRESS, b"Lamp", 0xfff0, [
            (0xee01, COMMAND, b"\0"), (0xee02, INDICATE, b"\0\0"), (0xee03, READ, b"\1\0\0"),
            (0xee03, READ, bytes.fromhex("c4ffff")), (0xee04, READ | WRITE, bytes.fromhex("11220f")),
            (0xee05, READ | WRITE, b"a" * 150)]))
        self.attach("lamp", "lamp", self.ADDRESS)
        self.wait_available("lamp")
        self.wait_value("lamp", TEMPERATURE, -0.06)
        self.wait_word(self.TEXT, "a" * 150)

        self.write("/3311/0/5850", "true")
        wait_until("the command", lambda: lamp.find(0xee01).value == b"\x80")
        lamp.set(0xee02, b"\0\x80")
        self.wait_word("/3311/0/5850", "on")
        self.write("/3311/1/5850", "true")
        self.assertEqual(lamp.find(0xee04).value, bytes.fromhex("11320f"))
        self.write(self.TEXT, "b" * 180)
        self.assertEqual(lamp.find(0xee05).value, b"b" * 180)


class ABond(RealBluetoothd):
    """With a peripheral that answers nobody whom it does not know."""

    def attach_sense(self, passkey=None):
        sense = self.show(environmental_sensor(READ | ENCRYPTED, passkey))
        self.attach("sense", "sig-environmental-sensing", SENSE_ADDRESS)
        return sense

    def give(self, passkey):
        done = SITE.call("device", "set-passkey", "sense", input=f"{passkey}\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_is_made_when_the_peripheral_wants_it_and_serves_the_next_connection(self):
        sense = self.attach_sense()
        self.wait_value("sense", TEMPERATURE, 21.3)
        self.assertEqual(sense.security.pairings, 1)

        before = sense.connections
        RADIO.disconnect(sense)
        sense.set(0x2a6e, struct.pack("<h", 2190))
        self.wait_value("sense", TEMPERATURE, 21.9)

        self.assertGreater(sense.connections, before)
        self.assertTrue(sense.security.is_encrypted)
        self.assertEqual(sense.security.pairings, 1)

    def test_is_made_with_the_passkey_of_its_display_and_removed_at_detach(self):
        sense = self.attach_sense(passkey=42042)
        self.give("042042")
        self.wait_value("sense", TEMPERATURE, 21.3)
        self.assertEqual(sense.security.pairings, 1)

        SITE.ctl("device", "remove", "sense")
        SITE.ctl("device", "add", "sense", "--profile", "sig-environmental-sensing", "--ble", SENSE_ADDRESS)
        wait_until("the passkey is wanted again", lambda: "passkey" in self.device("sense")["LastError"])
        self.give("042042")
        self.wait_value("sense", TEMPERATURE, 21.3)
        self.assertEqual(sense.security.pairings, 2)


def start_bluetoothd(*options):
    """Until it is on the bus: one that finds no bus there, because the site ends, ends with an error."""
    log = SITE.directory / "bluetoothd.log"
    ready = "Bluetooth management interface"
    before = log.read_text(errors="replace").count(ready) if log.exists() else 0
    program = SITE.start("bluetoothd", ["/usr/libexec/bluetooth/bluetoothd", "--nodetach", *options],
                         env={"DBUS_SYSTEM_BUS_ADDRESS": SITE.bus})
    wait_until("bluetoothd", lambda: program.check_running() or program.output().count(ready) > before)


def kill_bluetoothd():
    bluetoothd = next(program for program in SITE.programs if program.name == "bluetoothd")
    bluetoothd.kill()
    SITE.programs.remove(bluetoothd)


if __name__ == "__main__":
    gateway_site.PATIENCE = PATIENCE
    RADIO = Controller()
    SITE = gateway_site.Site(BUILD).__enter__()
    start_bluetoothd()
    outcome = unittest.main(exit=False).result
    if outcome.wasSuccessful():
        SITE.close()
    else:
        SITE.abandon()
        raise SystemExit(1)

# SPDX-License-Identifier: Apache-2.0
"""Bluetooth devices behind the daemon, with a simulated bluetoothd on the site's bus."""

import os
import subprocess
import unittest

from gateway_site import Site, SiteError, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
TAG, TAG_ADDRESS = "tag-1", "CB:B8:33:4C:88:4F"
SEALED_ADDRESS = "54:48:E6:8F:80:A5"
# docs.ruuvi.com, data format 5, with another sequence number each; bthome.io/encryption
RUUVI = "0512FC5394C37C0004FFFC040CAC3642{:04X}CBB8334C884F"
SEALED, SEALED_KEY = "41a47266c95f730011223378237214", "231d39c1d7cc1ab1aee224cd096db932"
TEMPERATURE, HUMIDITY, SIGNAL, LED = "/3303/0/5700", "/3304/0/5700", "/4/0/2", "/3311/0/5850"
SENSORTAG, SENSORTAG_ADDRESS = "sensortag-1", "24:71:89:C0:FF:EE"


def ti(part):
    return f"f000{part}-0451-4000-b000-000000000000"


# CC2650 SensorTag User's Guide: service, characteristic, what it can, and what it holds at first.
SENSORTAG_HAS = [
    (ti("aa20"), ti("aa21"), "read,notify", "00000000"), (ti("aa20"), ti("aa22"), "read,write", "00"),
    (ti("aa20"), ti("aa23"), "read,write", "64"),
    (ti("aa40"), ti("aa41"), "read,notify", "000000000000"), (ti("aa40"), ti("aa42"), "read,write", "00"),
    (ti("aa40"), ti("aa44"), "read,write", "64"),
    (ti("aa70"), ti("aa71"), "read,notify", "0000"), (ti("aa70"), ti("aa72"), "read,write", "00"),
    (ti("aa70"), ti("aa73"), "read,write", "50"),
    (ti("aa64"), ti("aa65"), "read,write", "7f"), (ti("aa64"), ti("aa66"), "read,write", "00"),
    ("ffe0", "ffe1", "read,notify", "00"),
]


class Radio:
    """tests/sim/bluez: told what bluetoothd hears."""

    def __init__(self, site):
        self.site = site
        self.program = site.start("bluez", [site.build / "tests/sim/bluez/simulated_bluez", site.bus],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with self.program.process.stdout as lines:
            if lines.readline().decode().split() != ["ready", "bluez"]:
                raise SiteError(f"the simulated bluetoothd does not start: {self.program.output()}")
        self.sequence = 0

    def tell(self, command):
        self.program.process.stdin.write(f"{command}\n".encode())
        self.program.process.stdin.flush()

    def send_ruuvi(self):
        self.sequence += 1
        self.tell(f"advertise {TAG_ADDRESS} -61 company 0499 {RUUVI.format(self.sequence)}")

    def send_sealed(self):
        self.tell(f"advertise {SEALED_ADDRESS} -70 service fcd2 {SEALED}")

    def add_sensortag(self, has=None):
        for service, characteristic, flags, octets in has or SENSORTAG_HAS:
            self.tell(f"characteristic {SENSORTAG_ADDRESS} {service} {characteristic} {flags} {octets}")

    def show_sensortag(self):
        """Its advertisements hold a name and no data; while it is connected there are none."""
        self.sequence += 1
        self.tell(f"present {SENSORTAG_ADDRESS} {-50 - self.sequence % 10} - CC2650 SensorTag")

    def measure(self, octets):
        self.tell(f"value {SENSORTAG_ADDRESS} {ti('aa21')} {octets}")

    def end(self):
        self.program.stop()
        self.site.programs.remove(self.program)


class BluetoothCase(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        self.site.ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}")

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def attach(self, name, profile, address):
        self.site.attach(self.server, name, "--profile", profile, "--ble", address)
        self.server.wait(event="registered", endpoint=name)

    def device(self, name):
        return self.site.ctl("device", "show", name)

    def wait_error(self, name, words):
        wait_until(f"{name}: {words}", lambda: words in self.device(name)["LastError"])

    def wait_available(self, name, send):
        def is_available():
            send()
            return self.device(name)["FieldState"] == "available"

        wait_until(f"{name} available", is_available)


class ASensor(BluetoothCase):
    def test_is_found_attached_and_read_by_the_server(self):
        radio = Radio(self.site)
        with subprocess.Popen([self.site.build / "dbus/causewayctl", "--json", "ble", "scan", "--seconds", "3"],
                              env={**os.environ, "CAUSEWAY_BUS": self.site.bus}, stdout=subprocess.PIPE) as scan:
            wait_until("the end of the scan", lambda: radio.send_ruuvi() or scan.poll() is not None)
            self.assertIn(b'"profile": "ruuvitag-rawv2"', scan.stdout.read())

        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS.lower())
        self.wait_available(TAG, radio.send_ruuvi)

        self.assertAlmostEqual(self.server.value(TAG, TEMPERATURE), 24.3)
        self.assertEqual(self.server.value(TAG, SIGNAL), -61)
        self.assertEqual(self.device(TAG)["Settings"]["bleAddress"], TAG_ADDRESS)

    def test_notifies_its_observers(self):
        radio = Radio(self.site)
        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_available(TAG, radio.send_ruuvi)
        self.server.ask("observe", endpoint=TAG, path=TEMPERATURE, accept="senml-json")

        colder = RUUVI.format(1000).replace("12FC", "0FA0")
        radio.tell(f"advertise {TAG_ADDRESS} -61 company 0499 {colder}")

        self.server.wait(event="notify", endpoint=TAG, path=TEMPERATURE)
        self.assertAlmostEqual(self.server.value(TAG, TEMPERATURE), 20.0)

    def test_that_says_it_has_no_value_has_none_at_the_server(self):
        self.radio = Radio(self.site)
        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_available(TAG, self.radio.send_ruuvi)

        def send_without_temperature():
            self.radio.sequence += 1
            frame = RUUVI.format(self.radio.sequence)
            self.radio.tell(f"advertise {TAG_ADDRESS} -61 company 0499 {frame[:2]}8000{frame[6:]}")

        def told(path):
            answer = self.server.send("read", endpoint=TAG, path=path, accept="senml-json")
            return answer.get("values", {}).get(path)

        wait_until("no temperature", lambda: send_without_temperature() or told(TEMPERATURE) is None)
        self.assertIn("not available", self.site.call("read", TAG, TEMPERATURE).stderr)
        self.assertAlmostEqual(told(HUMIDITY), 53.49)
        self.assertEqual(self.device(TAG)["FieldState"], "available")
        wait_until("a temperature again", lambda: self.radio.send_ruuvi() or told(TEMPERATURE) == 24.3)

    def test_that_encrypts_is_understood_once_its_key_is_set_also_after_a_restart(self):
        radio = Radio(self.site)
        self.attach("climate-1", "bthome-v2-climate", SEALED_ADDRESS)
        wait_until("a refusal", lambda: radio.send_sealed() or
                   "its key is not known" in self.device("climate-1")["LastError"])

        refused = self.site.call("device", "set-key", "climate-1", input="0011")
        self.assertIn("16", refused.stderr)
        done = self.site.call("device", "set-key", "climate-1", input=SEALED_KEY)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_available("climate-1", radio.send_sealed)
        self.assertAlmostEqual(self.server.value("climate-1", TEMPERATURE), 25.06)

        self.site.stop_daemon()
        self.site.start_daemon()
        self.wait_available("climate-1", radio.send_sealed)


class APeripheral(BluetoothCase):
    """A CC2650 SensorTag: its sensors sleep until their configurations are written."""

    def setUp(self):
        super().setUp()
        self.radio = Radio(self.site)

    def attach_sensortag(self, has=None):
        self.radio.add_sensortag(has)
        self.site.attach(self.server, SENSORTAG, "--profile", "ti-cc2650-sensortag", "--ble", SENSORTAG_ADDRESS,
                         "--allow-server-writes")
        self.server.wait(event="registered", endpoint=SENSORTAG)

    def wait_temperature(self, octets, degrees):
        def is_told():
            self.radio.show_sensortag()
            self.radio.measure(octets)
            answer = self.server.send("read", endpoint=SENSORTAG, path=TEMPERATURE, accept="senml-json")
            return abs(answer.get("values", {}).get(TEMPERATURE, 1000) - degrees) < 0.001

        wait_until(f"{degrees} degrees", is_told)

    def test_is_found_by_its_name(self):
        with subprocess.Popen([self.site.build / "dbus/causewayctl", "--json", "ble", "scan", "--seconds", "3"],
                              env={**os.environ, "CAUSEWAY_BUS": self.site.bus}, stdout=subprocess.PIPE) as scan:
            wait_until("the end of the scan", lambda: self.radio.show_sensortag() or scan.poll() is not None)
            self.assertIn(b'"profile": "ti-cc2650-sensortag"', scan.stdout.read())

    def test_tells_its_battery_which_bluetoothd_keeps_to_itself(self):
        self.radio.tell(f"characteristic {SENSORTAG_ADDRESS} 180f 2a19 read 57")
        self.site.attach(self.server, "battery-1", "--profile", "sig-battery", "--ble", SENSORTAG_ADDRESS,
                         "--poll-period", "200")
        self.server.wait(event="registered", endpoint="battery-1")
        self.wait_available("battery-1", self.radio.show_sensortag)

        def level():
            return self.site.call("read", "battery-1", "/3/0/9").stdout.split(" ")[0]

        wait_until("the level", lambda: level() == "87")
        self.radio.tell(f"value {SENSORTAG_ADDRESS} 2a19 56")
        wait_until("another level", lambda: level() == "86")
        self.radio.tell(f"drop {SENSORTAG_ADDRESS}")
        self.radio.tell(f"value {SENSORTAG_ADDRESS} 2a19 55")
        wait_until("the level after a loss", lambda: self.radio.show_sensortag() or level() == "85")

    def test_is_connected_prepared_and_notifies(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)
        self.wait_temperature("00660080", 25.742)
        self.assertAlmostEqual(self.server.value(SENSORTAG, HUMIDITY), 50)
        self.assertLess(self.server.value(SENSORTAG, SIGNAL), -49)

        self.server.ask("observe", endpoint=SENSORTAG, path=TEMPERATURE, accept="senml-json")
        self.radio.measure("00700080")
        self.server.wait(event="notify", endpoint=SENSORTAG, path=TEMPERATURE)
        self.assertAlmostEqual(self.server.value(SENSORTAG, TEMPERATURE), 32.188, places=3)

    def test_is_read_on_demand_and_written_by_the_server(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)
        wait_until("what the setup wrote", lambda: self.server.value(SENSORTAG, LED) is False)

        self.server.ask("write", endpoint=SENSORTAG, path=LED, text="1")
        self.assertIs(self.server.value(SENSORTAG, LED), True)
        self.radio.tell(f"value {SENSORTAG_ADDRESS} {ti('aa65')} 00")
        self.assertEqual(self.site.call("read", SENSORTAG, LED).stdout, "off\n")

        refused = self.server.send("write", endpoint=SENSORTAG, path=TEMPERATURE, text="1")
        self.assertFalse(refused.get("ok") and refused.get("code", "").startswith("2."), refused)

    def test_that_loses_its_connection_is_connected_and_prepared_anew(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)
        self.wait_temperature("00660080", 25.742)

        for degrees, octets in ((32.188, "00700080"), (25.742, "00660080")):
            self.radio.tell(f"drop {SENSORTAG_ADDRESS}")
            self.wait_temperature(octets, degrees)
        counters = self.device(SENSORTAG)["Counters"]
        self.assertEqual(counters["connections"], 3)
        self.assertEqual(counters["losses"], 2)
        self.assertEqual(self.device(SENSORTAG)["FieldState"], "available")

    def test_comes_back_with_bluetoothd(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)
        self.wait_temperature("00660080", 25.742)

        self.radio.end()
        refused = self.site.call("read", SENSORTAG, LED)
        self.assertNotEqual(refused.returncode, 0)
        self.radio = Radio(self.site)
        self.radio.add_sensortag()
        self.wait_temperature("00700080", 32.188)

    def test_detached_is_disconnected_and_can_be_attached_again(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)

        self.site.ctl("device", "remove", SENSORTAG)
        self.site.ctl("device", "add", "again", "--profile", "ti-cc2650-sensortag", "--ble", SENSORTAG_ADDRESS)
        self.wait_available("again", self.radio.show_sensortag)

    def test_that_fails_harms_no_other_device(self):
        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS)
        self.attach_sensortag([one for one in SENSORTAG_HAS if one[1] != ti("aa41")])
        wait_until("what it lacks", lambda: self.radio.show_sensortag() or
                   f"lacks characteristic {ti('aa41')}" in self.device(SENSORTAG)["LastError"])

        self.wait_available(TAG, self.radio.send_ruuvi)
        self.assertAlmostEqual(self.server.value(TAG, TEMPERATURE), 24.3)

    def test_with_a_value_of_the_wrong_length_tells_no_such_value(self):
        self.attach_sensortag()
        self.wait_available(SENSORTAG, self.radio.show_sensortag)
        self.wait_temperature("00660080", 25.742)

        self.radio.measure("0070")
        wait_until("the fault", lambda: self.device(SENSORTAG)["Counters"].get("corruptValues", 0) > 0)
        refused = self.site.call("read", SENSORTAG, TEMPERATURE)
        self.assertIn("2 octets", refused.stderr)
        self.assertEqual(self.device(SENSORTAG)["FieldState"], "available")
        self.wait_temperature("00700080", 32.188)


class AForeignPeripheral(BluetoothCase):
    """By a profile of the operator's: it takes commands only, and indicates what they came to."""

    NAME, PROFILE = "lamp-1", '''
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
write = { by-server = true, characteristic = "ee01" }
[[resource]]
path = "/3303/0/5700"
characteristic = "ee03"
occurrence = 1
type = "s24"
scale = 0.001
sentinels = [0x800000]
'''

    def told(self, path):
        answer = self.server.send("read", endpoint=self.NAME, path=path, accept="senml-json")
        return answer.get("values", {}).get(path)

    def test_is_commanded_and_what_it_has_no_value_of_is_missing(self):
        (self.site.directory / "profiles").mkdir(exist_ok=True)
        (self.site.directory / "profiles/lamp.toml").write_text(self.PROFILE)
        self.site.ctl("profile", "reload")
        self.radio = Radio(self.site)
        for characteristic, flags, octets in (("ee01", "write-without-response", "00"), ("ee02", "indicate", "0000"),
                                              ("ee03", "read", "010000"), ("ee03", "read", "c4ffff")):
            self.radio.tell(f"characteristic {SENSORTAG_ADDRESS} fff0 {characteristic} {flags} {octets}")
        self.attach(self.NAME, "lamp", SENSORTAG_ADDRESS)
        self.wait_available(self.NAME, self.radio.show_sensortag)
        self.assertAlmostEqual(self.server.value(self.NAME, TEMPERATURE), -0.06)

        done = self.site.call("write", self.NAME, "/3311/0/5850", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.radio.tell(f"value {SENSORTAG_ADDRESS} ee02 0080")
        wait_until("the indication", lambda: self.told("/3311/0/5850") is True)

        self.radio.tell(f"value {SENSORTAG_ADDRESS} ee02 00")
        wait_until("no value at the server", lambda: self.told("/3311/0/5850") is None)
        self.assertIn("1 octets", self.site.call("read", self.NAME, "/3311/0/5850").stderr)
        self.assertEqual(self.device(self.NAME)["FieldState"], "available")


class ABond(BluetoothCase):
    """An environmental sensor that answers nobody whom it does not know."""

    NAME = "sense-1"

    def setUp(self):
        super().setUp()
        self.start_radio()

    def start_radio(self, passkey=" 042042"):
        self.radio = Radio(self.site)
        for characteristic, octets in (("2a6e", "5208"), ("2a6f", "9411")):
            self.radio.tell(f"characteristic {SENSORTAG_ADDRESS} 181a {characteristic} read {octets}")
        self.radio.tell(f"wants-bond {SENSORTAG_ADDRESS}{passkey}")

    def attach_sense(self):
        self.attach(self.NAME, "sig-environmental-sensing", SENSORTAG_ADDRESS)

    def wait_told(self, words):
        wait_until(words, lambda: self.radio.show_sensortag() or words in self.device(self.NAME)["LastError"])

    def give(self, passkey):
        done = self.site.call("device", "set-passkey", self.NAME, input=f"{passkey}\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_is_made_with_the_passkey_that_a_person_gives_and_removed_at_detach(self):
        self.attach_sense()
        self.wait_told("it wants its passkey")
        refused = self.site.call("device", "set-passkey", self.NAME, input="42042\n")
        self.assertIn("six digits", refused.stderr)
        self.give("042042")
        self.wait_available(self.NAME, self.radio.show_sensortag)
        self.assertAlmostEqual(self.server.value(self.NAME, TEMPERATURE), 21.3)

        self.site.ctl("device", "remove", self.NAME)
        self.site.ctl("device", "add", self.NAME, "--profile", "sig-environmental-sensing", "--ble",
                      SENSORTAG_ADDRESS)
        self.wait_told("it wants its passkey")

    def test_with_a_wrong_passkey_is_refused_until_the_right_one_is_given(self):
        self.attach_sense()
        self.give("111111")
        self.wait_told("its passkey is another one")
        self.give("042042")
        self.wait_available(self.NAME, self.radio.show_sensortag)

    def test_is_made_by_a_bluetoothd_that_died_meanwhile(self):
        self.attach_sense()
        self.wait_told("it wants its passkey")
        self.radio.end()
        self.start_radio()
        self.wait_told("it wants its passkey")
        self.give("042042")
        self.wait_available(self.NAME, self.radio.show_sensortag)


class PartsFail(BluetoothCase):
    def test_without_bluetoothd_it_is_said_what_is_missing_and_nothing_else_suffers(self):
        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_error(TAG, "bluetoothd is not running")

        refused = self.site.call("ble", "scan", "--seconds", "1")

        self.assertEqual(refused.returncode, 1)
        self.assertIn("bluez", refused.stderr)

    def test_bluetoothd_and_its_adapter_come_go_and_come_back(self):
        self.attach(TAG, "ruuvitag-rawv2", TAG_ADDRESS)
        self.wait_error(TAG, "bluetoothd is not running")
        radio = Radio(self.site)
        self.wait_available(TAG, radio.send_ruuvi)

        for go, come in (("unplug", "plug"), ("power-off", "power-on")):
            before = self.device(TAG)["Counters"]["samples"]
            radio.tell(go)
            radio.tell(come)
            wait_until(come, lambda: radio.send_ruuvi() or self.device(TAG)["Counters"]["samples"] > before)

        before = self.device(TAG)["Counters"]["samples"]
        radio.end()
        radio = Radio(self.site)
        wait_until("bluetoothd is back",
                   lambda: radio.send_ruuvi() or self.device(TAG)["Counters"]["samples"] > before)


class BadInput(BluetoothCase):
    def test_is_refused_with_the_reason(self):
        attempts = [
            (("--profile", "ruuvitag-rawv2"), "it needs a Bluetooth address"),
            (("--profile", "ruuvitag-rawv2", "--ble", "CB:B8:33"), "six pairs"),
            (("--profile", "eastron-sdm120", "--ble", TAG_ADDRESS), "Modbus"),
        ]
        for settings, words in attempts:
            with self.subTest(words):
                refused = self.site.call("device", "add", "bad", *settings)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(words, refused.stderr)
        self.site.ctl("device", "add", TAG, "--profile", "ruuvitag-rawv2", "--ble", TAG_ADDRESS)
        refused = self.site.call("device", "add", "tag-2", "--profile", "ruuvitag-rawv2", "--ble", TAG_ADDRESS.lower())
        self.assertIn(f"Bluetooth address {TAG_ADDRESS} is {TAG}", refused.stderr)


if __name__ == "__main__":
    unittest.main()

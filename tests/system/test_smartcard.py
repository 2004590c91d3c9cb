# SPDX-License-Identifier: Apache-2.0
"""Bootstrap from Smartcard: a card in the virtual reader of a private pcscd, read through OpenSC (R45 to R47)."""

import os
import pathlib
import shutil
import struct
import sys
import unittest

import virtual_card
from gateway_site import PATIENCE, FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
METER = ("--profile", "eastron-sdm120", "--line", "rtu-0", "--unit", 1)
KEYS = ["8f3a1c5577e2b09d41c6fa2e93d0b7644b1e0a9c", "1d94c07be35a28f66012ab7fd3e9845c70be16a3"]
WEAK_KEY = "61" * 16
DRIVER = pathlib.Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
MODULE = "opensc-pkcs11.so"
# pcscd takes its socket from whom it is started by, as from systemd: nothing is at a fixed place.
START_PCSCD = """import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(16)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv("/usr/sbin/pcscd", ["pcscd", "--foreground", "--error", "--config", sys.argv[2]])
"""


def what_is_missing():
    """Of the packages that the test wants, a sentence; None: nothing."""
    modules = pathlib.Path("/usr/lib").glob(f"*/{MODULE}")
    for what, is_there in {"causeway-card (meson option smartcard)": (pathlib.Path(BUILD) / "agent/card/causeway-card").exists(),
                           "pcscd": shutil.which("pcscd", path="/usr/sbin") is not None,
                           "opensc-pkcs11": any(modules), "vsmartcard-vpcd": DRIVER.exists()}.items():
        if not is_there:
            return f"{what} is not installed"
    return None


def entry(kind, number, value):
    """One TLV of LwM2M: 0x00 is an instance, 0xC0 a Resource."""
    size = len(value)
    if size < 8:
        return bytes([kind | size, number]) + value
    return bytes([kind | 0x08, number, size]) + value if size < 256 else bytes([kind | 0x10, number]) + struct.pack(">H", size) + value


def octets(value):
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return struct.pack(">b" if value < 128 else ">h", value)


def instance(number, values):
    return entry(0x00, number, b"".join(entry(0xC0, key, octets(value)) for key, value in values.items()))


def card_file(*objects):
    """EF LwM2M_Bootstrap of (Object ID, its instances), with the padding that cards have."""
    collection = b"".join(struct.pack(">HBH", number, 0, len(tlv)) + tlv for number, tlv in objects)
    return struct.pack(">HH", len(objects), len(collection)) + collection + b"\xff" * 16


class Smartcard(unittest.TestCase):
    settings = ""
    operators_account = False

    def setUp(self):
        self.site = Site(BUILD, f"[Smartcard]\nDevice=meter-1\nProgram={BUILD}/agent/card/causeway-card\n{self.settings}")
        directory = self.site.directory
        self.reader = virtual_card.Reader()
        self.credentials = directory / "credentials"
        self.credentials.mkdir()
        (directory / "readers").mkdir()
        (directory / "readers" / "vpcd").write_text(f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.reader.port:X}\n'
                                                    f"LIBPATH {DRIVER}\nCHANNELID 0x{self.reader.port:X}\n")
        # The generic driver, which OpenSC wants to be allowed, knows cards by PKCS#15 alone.
        (directory / "opensc.conf").write_text("app default {\n enable_default_driver = true;\n card_drivers = default;\n}\n")
        self.site.environment = {"PCSCLITE_CSOCK_NAME": str(directory / "pcscd"), "OPENSC_CONF": str(directory / "opensc.conf"),
                                 "CREDENTIALS_DIRECTORY": str(self.credentials)}
        self.start_pcscd()
        self.addCleanup(self.reader.remove)
        self.site.__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        for number, key in enumerate(KEYS):
            self.server.ask("add-psk", identity=f"card-{number}", key=key, endpoint="meter-1")
        meter = FieldDevice("meter", self.site, "--pty", directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", meter.address)

    def close(self):
        self.reader.let_go()
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def start_pcscd(self):
        socket = self.site.directory / "pcscd"
        socket.unlink(missing_ok=True)
        self.pcscd = self.site.start("pcscd", [sys.executable, "-c", START_PCSCD, socket, self.site.directory / "readers"], expected=(0, 1))
        wait_until("pcscd", lambda: self.pcscd.check_running() or self.is_reader_there())

    def is_reader_there(self):
        try:
            with virtual_card.socket.create_connection(("127.0.0.1", self.reader.port), timeout=1):
                return True
        except OSError:
            return False

    def stop_pcscd(self):
        self.pcscd.stop()
        self.site.programs.remove(self.pcscd)

    def content(self, number=0, key=None):
        uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}"
        security = {0: uri, 1: 0, 2: 0, 3: f"card-{number}", 5: bytes.fromhex(key or KEYS[number]), 10: 123}
        account = {0: 123, 1: 300, 6: 1, 7: "U"}
        return card_file((0, instance(0, security)), (1, instance(0, account)))

    def card(self, number=0, key=None, **options):
        return virtual_card.Card(self.content(number, key), serial=f"010203040506070{number}", **options)

    def add_meter(self):
        self.site.ctl("device", "add", "meter-1", *METER)

    def smartcard(self):
        return self.site.ctl("status")["Smartcard"]

    def wait_state(self, state, patience=PATIENCE):
        return wait_until(f"smartcard {state}", lambda: (card := self.smartcard())["state"] == state and card, patience)

    def accounts(self):
        return {one["server"]: one["state"] for one in self.site.ctl("device", "show", "meter-1")["Registrations"]}

    def registered(self, after=0):
        return self.server.wait(event="registered", endpoint="meter-1", after=after)["found"]

    def test_gives_the_device_its_account(self):
        self.reader.insert(self.card())
        self.wait_state("no-device")
        self.add_meter()

        first = self.registered()

        self.assertEqual((first["identity"], first["parameters"]["lt"]), ("card-0", "300"))
        self.assertEqual(self.wait_state("in-use"), {"state": "in-use", "device": "meter-1", "label": "Site card", "serial": "0102030405060700"})
        self.assertEqual(self.accounts(), {"meter-1:123": "registered"})
        text = self.site.call("status").stdout
        self.assertIn("in-use: Site card (0102030405060700), for meter-1", text)

        self.site.stop_daemon()
        before = self.site.directory.joinpath("causewayd.log").read_text().count("has the accounts on the smartcard")
        self.site.start_daemon()
        self.registered(after=first["number"])
        self.wait_state("in-use")
        # The same card with the same content changes nothing.
        self.assertEqual(self.site.directory.joinpath("causewayd.log").read_text().count("has the accounts on the smartcard"), before)

    def test_that_is_taken_out_takes_its_account_along(self):
        self.reader.insert(self.card())
        self.add_meter()
        first = self.registered()

        self.reader.remove()

        gone = self.server.wait(event="deregistered", endpoint="meter-1", after=first["number"])["found"]
        self.wait_state("no-card")
        wait_until("no account", lambda: self.accounts() == {})
        self.assertNotEqual(self.site.call("credential", "show", "meter-1", "meter-1:123").returncode, 0)

        self.reader.insert(self.card(1))

        self.assertEqual(self.registered(after=gone["number"])["identity"], "card-1")
        self.assertEqual(self.wait_state("in-use")["serial"], "0102030405060701")

        self.site.stop_daemon()
        self.reader.remove()
        self.site.start_daemon()
        self.wait_state("no-card")
        wait_until("no account", lambda: self.accounts() == {})

    def test_that_cannot_be_taken_says_why(self):
        self.add_meter()
        good = self.content()
        for content, state, reason in ((good[:40], "refused", "shorter than it says"), (self.content(key=WEAK_KEY), "refused", "key"),
                                       (card_file((0, b"\xff\xff")), "refused", "Object 0 on the card"), (b"", "refused", "shorter")):
            with self.subTest(reason=reason):
                self.reader.insert(virtual_card.Card(content))
                self.assertIn(reason, self.wait_state(state)["reason"])
                self.reader.remove()
                self.wait_state("no-card")
        self.reader.insert(self.card(oid=bytes.fromhex("06032a0304")))
        self.assertEqual(self.wait_state("foreign")["label"], "Site card")
        self.assertEqual(self.accounts(), {})

    def test_with_a_pin_is_read_with_the_right_one_and_never_blocked(self):
        self.add_meter()
        card = self.card(pin="4711")
        self.reader.insert(card)
        self.wait_state("pin-needed")

        self.credentials.joinpath("smartcard-pin").write_text("1234\n")
        self.reader.remove()
        self.wait_state("no-card")
        self.reader.insert(card)
        self.wait_state("pin-refused")
        self.assertEqual((card.tries, card.verifications), (2, 1))

        self.credentials.joinpath("smartcard-pin").write_text("4711\n")
        self.reader.remove()
        self.wait_state("no-card")
        self.reader.insert(card)
        self.assertEqual(self.registered()["identity"], "card-0")
        self.assertNotIn("4711", self.site.directory.joinpath("causewayd.log").read_text())

    def test_whose_pin_is_tried_when_the_power_goes_is_not_given_it_again(self):
        self.credentials.joinpath("smartcard-pin").write_text("4711\n")
        self.add_meter()
        card = self.card(pin="4711")
        card.may_answer.clear()
        self.addCleanup(card.may_answer.set)
        self.reader.insert(card)
        self.assertTrue(card.verifying.wait(PATIENCE))

        self.site.kill_daemon()
        card.may_answer.set()
        self.site.start_daemon()

        self.assertIn("take the card out", self.wait_state("pin-refused")["reason"])
        self.assertEqual(card.verifications, 1)
        self.reader.remove()
        self.wait_state("no-card")
        self.reader.insert(card)
        self.registered()
        self.wait_state("in-use")
        self.assertEqual(card.verifications, 2)

        # One that is right serves at each start, and after a power cut, too.
        for again in (3, 4):
            self.site.kill_daemon()
            self.site.start_daemon()
            self.wait_state("in-use")
            self.assertEqual(card.verifications, again)

    def test_in_a_reader_that_hangs_harms_nobody(self):
        self.add_meter()
        self.reader.insert(self.card())
        first = self.registered()
        self.reader.hang()
        # The reading that was under way may watch for a minute, and has half a minute besides.
        self.wait_state("silent", 90 + PATIENCE)
        self.assertEqual(self.accounts(), {"meter-1:123": "registered"})
        self.reader.let_go()
        self.wait_state("in-use")
        self.assertEqual(self.server.send("execute", endpoint="meter-1", path="/1/0/8")["code"], "2.04")
        self.assertEqual(self.registered()["number"], first["number"])

    def test_keeps_its_account_while_pcscd_is_away(self):
        self.add_meter()
        self.reader.insert(self.card())
        self.registered()

        self.reader.remove()
        self.stop_pcscd()
        self.wait_state("no-service")
        self.assertEqual(self.accounts(), {"meter-1:123": "registered"})

        self.start_pcscd()
        self.reader.insert(self.card())
        self.wait_state("in-use")
        self.assertEqual(self.accounts(), {"meter-1:123": "registered"})


class WithoutOpenSc(Smartcard):
    settings = "Module=/nonexistent/opensc-pkcs11.so\n"

    def test_says_that_no_support_is_installed(self):
        self.assertIn("no smartcard support installed", self.wait_state("no-support")["reason"])


# What it inherits is its site, not the tests.
for name in [name for name in dir(Smartcard) if name.startswith("test_")]:
    setattr(WithoutOpenSc, name, None)


if __name__ == "__main__":
    if missing := what_is_missing():
        print(f"skipped: {missing}")
        sys.exit(77)
    unittest.main(verbosity=2)

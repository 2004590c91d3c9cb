# SPDX-License-Identifier: Apache-2.0
"""Where keys must not be: keys that can be told from all other octets go every way into the daemon, are used, and are
then looked for in its memory, its journal, its files and on the bus. CAUSEWAY_CANARIES is how many (50)."""

import array
import base64
import fcntl
import os
import re
import resource
import secrets
import signal
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

from authority import Authority, openssl
from canaries import FORMATS, MARK, canary, encoded, memory_of, private_key, search, senml_cbor
from gateway_site import Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
COUNT = int(os.environ.get("CAUSEWAY_CANARIES", "50"))
UNITS = 200  # on one line
BLOCK_EXPONENT = 2  # SZX: what is put together grows in many steps
BLOCK = 16 << BLOCK_EXPONENT  # octets
PSK, RPK, CERTIFICATE = 0, 1, 2  # /0/x/2
TRUST_ANCHOR = 2  # /0/x/15
MAIN = 123  # short server ID of what is delivered


class Case(unittest.TestCase):
    """A gateway whose bus is recorded, and a server that takes pre-shared keys and certificates."""

    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.capture = self.site.directory / "bus.pcap"
        with open(self.capture, "wb") as file:
            self.site.start("dbus-monitor", ["dbus-monitor", "--pcap", "--address", self.site.bus], stdout=file)
        wait_until("the capture", lambda: self.capture.stat().st_size)
        self.wanted = [search(MARK)]
        self.devices = []

    def start_server(self):
        self.authority = Authority(self.site.directory)
        self.authority.certify("server", "lwm2m.example")
        path = self.authority.path
        self.server = self.site.start_server("--certificate", path("server.crt"), "--private-key", path("server.key"),
                                             "--trusted", path("ca.crt"))
        self.uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}"
        self.site.ctl("server", "add", "main", "--uri", self.uri)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def attach(self, *settings):
        """One more device, on a line to nowhere: what counts here are the sessions. Its name."""
        number = len(self.devices)
        if number % UNITS == 0:
            self.site.ctl("line", "add", f"tcp-{number // UNITS}", "--host", f"127.0.0.{1 + number // UNITS}", "--port", 9)
        name = f"relay-{number}"
        self.site.ctl("device", "add", name, "--profile", "waveshare-relay-8ch", "--line",
                      f"tcp-{number // UNITS}", "--unit", number % UNITS + 1, *settings)
        self.devices.append(name)
        return name

    def give(self, *arguments, **options):
        """causewayctl that must take what it is given on its standard input."""
        done = self.site.call(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)

    def introduce(self, name, key):
        self.server.ask("add-psk", identity=name, key=key.hex(), endpoint=name)

    def give_one(self, form, text_of):
        name, key = self.attach("--server", "main", "--disabled"), canary(1)
        self.give("credential", "set", name, "main", "--format", form, input=text_of(key))
        self.introduce(name, key)

    def start_bootstrap_server(self, name, *options):
        boot = self.site.start_server()
        self.site.ctl("server", "add", name, "--bootstrap-server", "--uri", f"coaps://127.0.0.1:{boot.ports['coaps']}",
                      *options)
        return boot

    def attach_to_bootstrap(self, boot, account):
        """A device that will ask this Bootstrap-Server, by a key of its own."""
        name, own = self.attach("--server", account, "--disabled"), canary(2)
        self.give("credential", "set", name, account, input=own.hex())
        boot.ask("add-psk", identity=name, key=own.hex(), endpoint=name)
        return name

    def deliver(self, boot, name, security, form="senml-json", spoilt=False):
        """All that a Bootstrap-Server does."""
        self.site.ctl("device", "enable", name)
        boot.wait(event="bootstrapping", endpoint=name)
        if spoilt:  # given up half way, and refused: neither may leave a copy
            octets = encoded(form, "/0/2", security | {5: canary(2)})
            self.assertEqual(self.write(boot, name, "/0/2", octets, form, most=len(octets) // BLOCK), "2.31")
            octets = encoded(form, "/0/3", security | {5: canary(1), 1: "no Boolean"})
            self.assertEqual(self.write(boot, name, "/0/3", octets, form), "4.00")
        self.assertEqual(self.write(boot, name, "/0/1", encoded(form, "/0/1", security), form), "2.04")
        self.assertEqual(self.write(boot, name, "/1/0", encoded(form, "/1/0", self.of_server()), form), "2.04")
        self.assertEqual(boot.send("request", endpoint=name, method="0.02", path="/bs")["code"], "2.04")

    @staticmethod
    def of_server():
        return {0: MAIN, 1: 300, 6: True, 7: "U"}

    def of_security(self, mode, identity, key, **more):
        extra = {int(number[1:]): value for number, value in more.items()}
        return {0: self.uri, 1: False, 2: mode, 3: identity, 5: key, 10: MAIN, **extra}

    def write(self, boot, name, path, octets, form, most=None):
        """Block by block (Block1), at most so many; the last answer's code."""
        starts = range(0, len(octets), BLOCK)[:most]
        for start in starts:
            answer = boot.send("request", endpoint=name, method="0.03", path=path, format=FORMATS[form],
                               hex=octets[start:start + BLOCK].hex(),
                               block1={"number": start // BLOCK, "more": start + BLOCK < len(octets), "szx": BLOCK_EXPONENT})
            if start != starts[-1]:
                self.assertEqual(answer["code"], "2.31", answer)
        return answer["code"]

    def wait_registered(self, names):
        for name in names:
            self.server.wait(event="registered", endpoint=name)

    def remove_devices(self):
        for name in self.devices:
            self.site.ctl("device", "remove", name)

    def found_in(self, content):
        return any(pattern.search(content) for pattern in self.wanted)

    def check_memory(self, when):
        if os.geteuid() != 0:
            self.skipTest("only root may look into the daemon's memory")
        places = [place for place, content in memory_of(self.site.daemon.process.pid) if self.found_in(content)]
        self.assertEqual(places, [], when)

    def check_files(self):
        files = [path for path in self.site.state.rglob("*") if path.is_file()]
        self.assertIn(self.site.state / "causeway.db", files)
        for path in (self.site.daemon.log, self.capture):  # they hold what was done at all
            self.assertIn(b"causeway", path.read_bytes(), path)
        for path in (*files, self.site.daemon.log, self.capture):
            self.assertFalse(self.found_in(path.read_bytes()), path)

    def check_nothing_is_left(self):
        self.site.ctl("keystore", "rotate")
        self.check_files()
        self.remove_devices()
        self.check_files()
        self.check_memory("after the devices went")
        self.site.ctl("keystore", "erase", "--yes")
        self.check_files()
        self.check_memory("after all was erased")


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.start_server()

    def give_list(self, count):
        """As an operator gives the keys of a whole site."""
        keys = {self.attach("--server", "main", "--disabled"): canary(number) for number in range(count)}
        self.give("credential", "import", "main",
                  input="endpoint,key\n" + "".join(f"{name},{key.hex()}\n" for name, key in keys.items()))
        for name, key in keys.items():
            self.introduce(name, key)

    def make_one(self):
        name = self.attach("--server", "main", "--disabled")
        self.site.ctl("credential", "generate", name, "main")
        key = bytes.fromhex(self.site.ctl("credential", "export", name, "main")["key"])
        self.wanted.append(search(key))
        self.introduce(name, key)

    def make_list(self, count):
        """Keys that are made here and go to the server as a list, once."""
        names = [self.attach("--server", "main", "--disabled") for _ in range(count)]
        self.site.ctl("credential", "generate-missing", "main")
        path = self.site.directory / "keys.csv"
        self.site.ctl("credential", "export-all", "main", "--file", path)
        text = path.read_text(encoding="ascii")
        for name in names:
            key = bytes.fromhex(re.search(rf"\b{name}\b.*\b([0-9a-f]{{64}})\b", text)[1])
            self.wanted.append(search(key))
            self.introduce(name, key)
        path.unlink()

    def deliver_each_format(self):
        boot = self.start_bootstrap_server("boot")
        for form in FORMATS:
            name, key = self.attach_to_bootstrap(boot, "boot"), canary(1)
            self.server.ask("add-psk", identity=f"for-{name}", key=key.hex(), endpoint=name)
            self.deliver(boot, name, self.of_security(PSK, f"for-{name}".encode(), key), form, spoilt=True)

    def deliver_pack(self):
        boot = self.start_bootstrap_server("pack", "--lwm2m-version", "1.2")
        name, key = self.attach_to_bootstrap(boot, "pack"), canary(0)
        self.server.ask("add-psk", identity=f"for-{name}", key=key.hex(), endpoint=name)
        pack = senml_cbor(("/0/1", self.of_security(PSK, f"for-{name}".encode(), key)), ("/1/0", self.of_server()))
        boot.ask("publish", path="/bspack", version="1", format=FORMATS["senml-cbor"], hex=pack.hex())
        self.site.ctl("device", "enable", name)
        boot.wait(event="fetched", path="/bspack", code="2.05")

    def test_r42_that_came_in_and_were_used_are_found_nowhere(self):
        few = 12
        self.give_list(COUNT - few)
        self.give_one("hex", bytes.hex)
        self.give_one("base64", lambda key: base64.b64encode(key).decode())
        self.make_one()
        self.make_list(3)
        for name in self.devices:
            self.site.ctl("device", "enable", name)
        self.deliver_each_format()
        self.deliver_pack()
        self.wait_registered(self.devices)

        # What the search finds in a process that has the keys, it would find in the daemon.
        self.assertTrue(any(self.found_in(content) for _, content in memory_of(self.server.program.process.pid)))
        self.check_memory("while the sessions are up")
        self.check_nothing_is_left()


class PrivateKeys(Case):
    def setUp(self):
        super().setUp()
        self.start_server()
        path = self.authority.path
        public = openssl("pkey", "-in", path("server.key"), "-pubout")
        path("server.pub").write_bytes(public)
        self.site.ctl("server", "add", "certified", "--uri", self.uri, "--security-mode", "certificate",
                      "--server-public-key", path("ca.crt"), "--certificate-usage", "trust-anchor", "--server-name",
                      "lwm2m.example")
        self.site.ctl("server", "add", "raw", "--uri", self.uri, "--security-mode", "rpk", "--server-public-key",
                      path("server.pub"))
        self.registered = []

    def give_certified(self, form):
        """A key that an operator brings, in PEM or DER; the session is made with it."""
        name, key = self.attach("--server", "certified", "--disabled"), private_key()
        self.authority.certify_key(name, key)
        self.give_key(name, "certified", key, form)
        self.site.ctl("key-pair", "certificate", name, "certified", "--file", self.authority.path(f"{name}.crt"))
        self.site.ctl("device", "enable", name)
        self.registered.append(name)

    def give_raw(self):
        """OpenSSL 3.0 knows no raw public keys: its server refuses who comes with one."""
        name = self.attach("--server", "raw", "--disabled")
        self.give_key(name, "raw", private_key(), "DER")
        self.site.ctl("device", "enable", name)
        wait_until("the refusal", lambda: self.site.ctl("device", "show", name)["Registrations"][0].get("lastError"))

    def give_key(self, name, account, key, form):
        """From a file: causewayctl takes DER only there."""
        path = self.site.directory / "given.key"
        path.write_bytes(openssl("pkey", "-inform", "DER", "-outform", form, given=key))
        self.give("key-pair", "set", name, account, "--file", path)
        path.unlink()

    def deliver_certified(self, boot, form):
        name, key = self.attach_to_bootstrap(boot, "boot"), private_key()
        anchor = openssl("x509", "-in", self.authority.path("ca.crt"), "-outform", "DER")
        security = self.of_security(CERTIFICATE, self.authority.certify_key(name, key), key, r4=anchor,
                                    r14="lwm2m.example", r15=TRUST_ANCHOR)
        self.deliver(boot, name, security, form)
        self.registered.append(name)

    def deliver_raw(self, boot):
        name, key = self.attach_to_bootstrap(boot, "boot"), private_key()
        public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", given=key)
        servers = openssl("pkey", "-in", self.authority.path("server.key"), "-pubout", "-outform", "DER")
        self.deliver(boot, name, self.of_security(RPK, public, key, r4=servers), "tlv")

    def test_r42_that_came_in_and_were_used_are_found_nowhere(self):
        self.give_certified("PEM")
        self.give_certified("DER")
        self.give_raw()
        boot = self.start_bootstrap_server("boot")
        for form in FORMATS:
            self.deliver_certified(boot, form)
        self.deliver_raw(boot)
        self.wait_registered(self.registered)

        # GnuTLS has the private keys as long as the sessions are up.
        self.check_nothing_is_left()


class OtherSecrets(Case):
    def find_none(self, *secrets_of_it):
        """They are digits of which others may stand somewhere: what is not there before must not be there afterwards."""
        self.wanted = [re.compile(b"|".join(map(re.escape, secrets_of_it)))]

    def test_r42_of_recovery_are_found_nowhere(self):
        for command in ("recovery-key", "rotate"):
            with self.subTest(command):
                key = self.site.ctl("keystore", command)["recoveryKey"]
                self.find_none(re.sub(r"[^0-9A-Za-z+/=]", "", key).encode(), key.encode())

                self.check_files()
                self.check_memory("after it was shown")

    def test_r42_of_bluetooth_devices_are_found_nowhere_once_they_are_gone(self):
        """While a device is attached, its key is in memory: each frame is decrypted by it."""
        self.site.ctl("device", "add", "climate", "--profile", "bthome-v2-climate", "--ble", "AA:BB:CC:DD:EE:01")
        keys = [canary(0), canary(0)]
        for key in keys:  # the second takes the place of the first
            self.give("device", "set-key", "climate", input=key.hex())
        self.check_files()
        self.wanted = [search(keys[0])]
        self.check_memory("after another took its place")

        self.wanted = [search(MARK)]
        self.site.ctl("device", "remove", "climate")
        self.check_files()
        self.check_memory("after the device went")

    def test_r42_passkeys_are_found_nowhere_once_their_device_is_gone(self):
        self.site.ctl("device", "add", "tag", "--profile", "ti-cc2650-sensortag", "--ble", "AA:BB:CC:DD:EE:02")
        content = b"".join(octets for _, octets in memory_of(self.site.daemon.process.pid))
        passkey = next(text for text in iter(lambda: f"{secrets.randbelow(10**6):06}".encode(), None) if text not in content)
        del content
        self.give("device", "set-passkey", "tag", input=passkey.decode())
        self.site.ctl("device", "remove", "tag")

        self.find_none(passkey)
        self.check_memory("after the device went")


class Search(unittest.TestCase):
    """What looks for keys can find them."""

    def test_finds_a_key_in_each_spelling_wherever_it_stands(self):
        key = canary(1)
        standard = [base64.b64encode(bytes(ahead) + key) for ahead in range(3)]
        texts = [key, key[::-1], key.hex().encode(), key.hex().upper().encode(), *standard,
                 *(text.translate(bytes.maketrans(b"+/", b"-_")).rstrip(b"=") for text in standard)]
        for text in texts:
            with self.subTest(text=text):
                self.assertTrue(search(MARK).search(b"before " + text + b" behind"))
        self.assertFalse(search(MARK).search(secrets.token_bytes(1 << 16)))

    def test_finds_a_key_that_a_process_holds(self):
        """This one."""
        held = canary(2)
        places = [place for place, content in memory_of(os.getpid()) if search(held[-len(MARK):]).search(content)]
        self.assertTrue(places)


class Cores(unittest.TestCase):
    """What a process leaves behind that dies."""

    @staticmethod
    def abort(arguments, directory, ready, **options):
        """Whether the kernel wrote its core."""
        program = subprocess.Popen(list(map(str, arguments)), cwd=directory, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)), **options)
        wait_until(f"{arguments[0]}", ready)
        program.send_signal(signal.SIGABRT)
        _, status = os.waitpid(program.pid, 0)
        program.returncode = status
        return os.WIFSIGNALED(status) and os.WCOREDUMP(status)

    def setUp(self):
        with tempfile.TemporaryDirectory() as directory:
            try:
                if not self.abort(["sleep", "60"], directory, lambda: True):
                    self.skipTest("this kernel writes no cores at all")
            except (subprocess.SubprocessError, ValueError, PermissionError):
                self.skipTest("this user may not ask for cores")

    def test_r42_of_the_command_line_are_not_written(self):
        """It dies with a part of a key in its memory, and waits for more."""
        ends, key = os.pipe()
        with open(ends, "rb") as source, open(key, "wb", buffering=0) as typed, tempfile.TemporaryDirectory() as directory:
            typed.write(MARK)
            waiting = array.array("i", [0])

            def is_read():
                fcntl.ioctl(source, termios.FIONREAD, waiting)
                return waiting[0] == 0

            arguments = [Path(BUILD) / "dbus/causewayctl", "credential", "set", "meter-1", "main"]
            self.assertFalse(self.abort(arguments, directory, is_read, stdin=source))
            self.assertEqual(list(Path(directory).glob("core*")), [])

    def test_r42_of_the_daemon_are_not_written(self):
        with Site(BUILD) as site:
            site.wait_key_store("sealed")
            site.stop_daemon()
            arguments = [site.build / "agent/causewayd", "--config", site.directory / "causeway.conf"]
            up = lambda: site.call("status", "--json").returncode == 0

            self.assertFalse(self.abort(arguments, site.directory, up))
            self.assertEqual(list(site.directory.glob("core*")), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: Apache-2.0
"""causewayd with simulated devices that register with a Leshan server."""

import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import gateway_site  # noqa: E402, after the path that finds it

SERVER = "leshan"


class ModbusDevice(gateway_site.FieldDevice):
    """A simulated device on a free TCP port of 127.0.0.1; `values` is one of the simulator's maps."""

    def __init__(self, site, name, values):
        super().__init__(name, site, "--tcp", 0, values)
        self._asked = 0

    def say(self, line):
        self.program.process.stdin.write(line.encode() + b"\n")
        self.program.process.stdin.flush()

    def next_write(self):
        """What was written over Modbus and not asked for yet, in order: "coil 3 1"."""
        gateway_site.wait_until("a write at the device", lambda: len(self.written) > self._asked)
        self._asked += 1
        return self.written[self._asked - 1]


class Gateway:
    """Everything is up and nothing attached; close() ends it all and raises when a program ended badly."""

    def __init__(self, build, leshan, settings="", account=()):
        """`settings` are lines of causeway.conf, `account` options of `server add`."""
        self.leshan = leshan
        self.leshan.events.forget()
        self.site = gateway_site.Site(build, settings).__enter__()
        self.ctl("server", "add", SERVER, "--uri", f"coaps://127.0.0.1:{self.leshan.coaps_port}",
                 "--lifetime", 300, "--retry-timer", 1, *account)
        self._lines = 0

    def ctl(self, *arguments):
        return self.site.ctl(*arguments)

    def attach(self, name, profile, values, *options, accounts=(SERVER,), key_at_leshan=None,
               give_credential=None):
        """A new simulated device on a line of its own. Its key is made in the gateway and taken to Leshan,
        which may be given another one instead. `give_credential` does both in another way."""
        device = ModbusDevice(self.site, f"modbus-{name}", values)
        self._lines += 1
        line = f"tcp-{self._lines}"
        self.ctl("line", "add", line, "--kind", "tcp", "--host", "127.0.0.1", "--port", device.address)
        self.ctl("device", "add", name, "--profile", profile, "--line", line, "--unit", 1,
                 *(word for account in accounts for word in ("--server", account)), "--disabled", *options)
        if give_credential is None:
            self._give_psk(name, key_at_leshan)
        else:
            give_credential(name)
        self.ctl("device", "enable", name)
        return device

    def attach_itself(self, name):
        """The gateway as a client of its own."""
        self.ctl("device", "add", name, "--profile", "gateway", "--server", SERVER, "--disabled")
        self._give_psk(name, None)
        self.ctl("device", "enable", name)

    def _give_psk(self, name, key_at_leshan):
        exported = self.make_psk(name, SERVER)
        key = key_at_leshan or bytes.fromhex(exported["key"])
        self.leshan.add_psk(name, exported["identity"], key)

    def make_psk(self, name, account):
        """Made in the gateway and exported: its "identity" and "key"."""
        self.ctl("credential", "generate", name, account)
        return self.ctl("credential", "export", name, account)

    def wait_registered(self, name):
        return self.leshan.events.wait("REGISTRATION", lambda data: data["endpoint"] == name)

    def state(self, name):
        """(registration state, last error) of the device as causewayctl tells it."""
        for device in self.ctl("devices"):
            if device["Name"] == name:
                registration = device["Registrations"][0]
                return registration["state"], registration.get("lastError", "")
        return None

    def close(self, has_failed=False):
        self.site.__exit__(RuntimeError if has_failed else None, None, None)


def random_key():
    return secrets.token_bytes(32)

# SPDX-License-Identifier: Apache-2.0
"""causewayd with simulated devices that register with a Leshan server."""

import importlib.util
import pathlib
import secrets

from devices import ModbusDevice
from leshan import Leshan

SERVER = "leshan"


def load_site():
    """tests/system/site.py under another name: Python has a module "site" of its own."""
    path = pathlib.Path(__file__).resolve().parents[1] / "system" / "site.py"
    spec = importlib.util.spec_from_file_location("causeway_site", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site = load_site()


class Gateway:
    """Everything is up and nothing attached; close() ends it all and raises when a program ended badly."""

    def __init__(self, build):
        self.leshan = Leshan()
        try:
            self.site = site.Site(build).__enter__()
            self.ctl("server", "add", SERVER, "--uri", f"coaps://127.0.0.1:{self.leshan.coaps_port}",
                     "--lifetime", 300, "--retry-timer", 1)
        except BaseException:
            self.leshan.close()
            raise
        self._lines = 0

    def ctl(self, *arguments):
        return self.site.ctl(*arguments)

    def attach(self, name, profile, map_name, *options, key_at_leshan=None):
        """A new simulated device on a line of its own. Its key is made in the gateway and taken to Leshan,
        which may be given another one instead."""
        device = ModbusDevice(self.site, map_name)
        self._lines += 1
        line = f"tcp-{self._lines}"
        self.ctl("line", "add", line, "--kind", "tcp", "--host", "127.0.0.1", "--port", device.port)
        self.ctl("device", "add", name, "--profile", profile, "--line", line, "--unit", 1,
                 "--server", SERVER, "--disabled", *options)
        self.ctl("credential", "generate", name, SERVER)
        exported = self.ctl("credential", "export", name, SERVER)
        key = key_at_leshan or bytes.fromhex(exported["key"])
        self.leshan.add_psk(name, exported["identity"], key)
        self.ctl("device", "enable", name)
        return device

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
        try:
            self.site.__exit__(RuntimeError if has_failed else None, None, None)
        finally:
            self.leshan.close()


def random_key():
    return secrets.token_bytes(32)

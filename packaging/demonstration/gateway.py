# SPDX-License-Identifier: Apache-2.0
"""The parts of the demo: simulated field devices, and the gateway that attaches them over D-Bus."""

import importlib.util
import pathlib
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load_site():
    """tests/system/site.py under another name: Python has a module "site" of its own."""
    spec = importlib.util.spec_from_file_location("causeway_site", ROOT / "tests" / "system" / "site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site = load_site()


class FieldDevice:
    """One simulated Modbus device: told by commands what it measures, telling what was written to it."""

    def __init__(self, name, place, *arguments):
        program = place.build / "tests/sim/modbus_device/modbus_device"
        self.program = place.start(name, [program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.written = []
        first = self.program.process.stdout.readline().decode().split()
        if first[:1] != ["ready"]:
            raise site.SiteError(f"{name} does not start: {self.program.output()}")
        self.address = first[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.program.process.stdout:
            self.written.append(line.decode().strip())

    def measure(self, address, value):
        self.program.process.stdin.write(f"float {address} {value}\n".encode())
        self.program.process.stdin.flush()


class Demonstration:
    """Bus, TPM, daemon, LwM2M server, a meter on a serial line and a relay board on TCP; all attached."""

    POWER = 0x0C  # the SDM120's input register of active power

    def __init__(self, place):
        self.place = place
        self.server = place.start_server()
        self.meter = FieldDevice("meter", place, "--pty", place.directory / "rtu-0", 1, "sdm120")
        self.relay = FieldDevice("relay", place, "--tcp", 0, "relay")

    def attach(self):
        ctl = self.place.ctl
        ctl("server", "add", "main", "--uri", f"coaps://127.0.0.1:{self.server.ports['coaps']}", "--lifetime", 60)
        ctl("line", "add", "rtu-0", "--serial-port", self.meter.address, "--baud-rate", 9600)
        ctl("line", "add", "plc-0", "--kind", "tcp", "--host", "127.0.0.1", "--port", self.relay.address)
        self.attach_one("meter-1", "--profile", "eastron-sdm120", "--line", "rtu-0")
        self.attach_one("relay-1", "--profile", "waveshare-relay-8ch", "--line", "plc-0", "--allow-server-writes")

    def attach_one(self, name, *settings):
        """Its key is made in the gateway, leaves it once, and the server knows it before the device starts."""
        ctl = self.place.ctl
        ctl("device", "add", name, *settings, "--unit", 1, "--server", "main", "--disabled")
        ctl("credential", "generate", name, "main")
        exported = ctl("credential", "export", name, "main")
        self.server.ask("add-psk", identity=exported["identity"], key=exported["key"], endpoint=name)
        ctl("device", "enable", name)

    def wait_registered(self, name):
        return self.server.wait(event="registered", endpoint=name)

    def clients(self):
        return {client["endpoint"]: client for client in self.server.ask("list")["clients"]}

    def last_event(self):
        return self.server.ask("list")["lastEvent"]

    def read(self, name, instance):
        """Resource path -> value of one Object Instance, as the server reads it."""
        return self.server.ask("read", endpoint=name, path=instance, accept="senml-json")["values"]

    def switch(self, on):
        """Write by the server; the device says what happened to its coil."""
        already = len(self.relay.written)
        self.server.ask("write", endpoint="relay-1", path="/3306/0/5850", text="1" if on else "0")
        return site.wait_until("the relay's own word", lambda: self.relay.written[already:])[-1]

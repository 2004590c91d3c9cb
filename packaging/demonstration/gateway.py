# SPDX-License-Identifier: Apache-2.0
"""The parts of the demo: simulated field devices, and the gateway that attaches them over D-Bus."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "system"))
import gateway_site  # noqa: E402, after the path that finds it
from gateway_site import FieldDevice  # noqa: E402


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
        self.place.attach(self.server, "meter-1", "--unit", 1, "--profile", "eastron-sdm120", "--line", "rtu-0")
        self.place.attach(self.server, "relay-1", "--unit", 1, "--profile", "waveshare-relay-8ch", "--line", "plc-0",
                          "--allow-server-writes")

    def wait_registered(self, name):
        return self.server.wait(event="registered", endpoint=name)

    def clients(self):
        return {client["endpoint"]: client for client in self.server.ask("list")["clients"]}

    def last_event(self):
        return self.server.ask("list")["lastEvent"]

    def read(self, name, instance):
        """Resource path -> value of one Object Instance, as the server reads it."""
        return self.server.ask("read", endpoint=name, path=instance, accept="senml-json")["values"]

    def wait_for_value(self, name, path):
        """Until the first poll of the field device has brought it."""
        gateway_site.wait_until(f"{path} of {name}",
                                lambda: self.server.send("read", endpoint=name, path=path, accept="senml-json")["ok"])

    def switch(self, on):
        """Write by the server; the device says what happened to its coil."""
        already = len(self.relay.written)
        self.server.ask("write", endpoint="relay-1", path="/3306/0/5850", text="1" if on else "0")
        return gateway_site.wait_until("the relay's own word", lambda: self.relay.written[already:])[-1]

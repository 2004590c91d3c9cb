# SPDX-License-Identifier: Apache-2.0
"""The simulated Modbus devices of tests/sim/modbus_device, driven by their standard input."""

import queue
import subprocess
import threading

LIMIT = 30


class ModbusDevice:
    """One device on a free TCP port of 127.0.0.1; `map_name` is one of the simulator's maps."""

    def __init__(self, site, map_name):
        self._program = site.start(
            f"modbus-{map_name}-{len(site.programs)}",
            [site.build / "tests/sim/modbus_device/modbus_device", "--tcp", "0", map_name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        first = self._program.process.stdout.readline().decode().split()
        assert first[:1] == ["ready"], f"the simulator does not start: {self._program.output()}"
        self.port = int(first[1])
        self._written = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._program.process.stdout:
            self._written.put(line.decode().strip())

    def _say(self, line):
        self._program.process.stdin.write(line.encode() + b"\n")
        self._program.process.stdin.flush()

    def set_float(self, address, value):
        self._say(f"float {address} {value}")

    def set_coil(self, address, is_on):
        self._say(f"coil {address} {int(is_on)}")

    def set_silent(self, is_silent):
        self._say(f"silent {int(is_silent)}")

    def next_write(self):
        """What was written over Modbus and not asked for yet, in order: "coil 3 1"."""
        return self._written.get(timeout=LIMIT)

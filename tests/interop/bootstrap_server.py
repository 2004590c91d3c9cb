# SPDX-License-Identifier: Apache-2.0
"""Leshan's Bootstrap-Server as a fixture: BootstrapServer.java on the library in the demo server's jar."""

import dataclasses
import pathlib
import queue
import subprocess
import tempfile
import threading
import time

import leshan

PROGRAM = pathlib.Path(__file__).with_name("BootstrapServer.java")


@dataclasses.dataclass
class Account:
    """Resources 0, 10 and 2 to 5 of a Security Object."""
    uri: str
    short_server_id: int
    mode: str  # as Leshan calls it: PSK, RPK, X509
    public: bytes
    server_public: bytes
    secret: bytes


class BootstrapServer:
    """One, in a directory of its own, on a free port of 127.0.0.1. What it says is kept in `said`."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="causeway-bootstrap-")
        self._log = open(pathlib.Path(self._directory.name) / "log", "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            ["java", "-Xmx256m", *leshan.OPENED, "-cp", leshan.jar(), PROGRAM], cwd=self._directory.name,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        self._lines = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.said = []
        try:
            self.port = int(self.wait("ready", leshan.START_LIMIT).split()[1])
        except BaseException:
            self.close()
            raise

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def wait(self, beginning, limit=leshan.REQUEST_LIMIT):
        """The next line that begins so and was not waited for yet."""
        deadline = time.monotonic() + limit
        while True:
            try:
                line = self._lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no \"{beginning}\" in {limit} s; there were {self.said}\n{self.log()}") from None
            self.said.append(line)
            if line.startswith(beginning):
                return line

    def unheard(self):
        """What it has said and nobody waited for."""
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        return lines

    def add(self, endpoint, psk, account):
        """What the client comes with, as `credential export` says it, and the Account it gets."""
        parts = [part.hex() or "-" for part in (account.public, account.server_public, account.secret)]
        self._process.stdin.write(" ".join(
            (endpoint, psk["identity"], psk["key"], account.uri, str(account.short_server_id), account.mode, *parts)) + "\n")
        self._process.stdin.flush()
        self.wait(f"added {endpoint}")

    def log(self):
        self._log.flush()
        return pathlib.Path(self._log.name).read_text(encoding="utf-8")

    def close(self):
        """Ends it; asserts that it was still running and went at the first word."""
        was_running = self._process.poll() is None
        self._process.stdin.close()
        code = self._process.wait(timeout=20)
        self._thread.join()
        self._process.stdout.close()
        self._log.close()
        self._directory.cleanup()
        assert was_running and code == 0, f"the Bootstrap-Server ended with {code}"

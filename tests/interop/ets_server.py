# SPDX-License-Identifier: Apache-2.0
"""EtsServer.java as a fixture: the newest Leshan, of which Central has the server's libraries, driven by JSON lines."""

import json
import pathlib
import queue
import subprocess
import tempfile
import threading
import time

import leshan

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE / "EtsServer.java"
CHECKSUMS = HERE / "ets-libraries.sha256"
AWAKE_SECONDS = 2  # that the server takes a client in queue mode to listen

TEXT, OPAQUE, CBOR, SENML_JSON, SENML_CBOR, TLV, JSON = 0, 42, 60, 110, 112, 11542, 11543


def libraries():
    """The directory of the jars that pom.xml names, each checked against its SHA-256."""
    expected = dict(reversed(line.split()) for line in CHECKSUMS.read_text().splitlines())
    directory = leshan.cache_directory() / "ets-libraries"
    if not all((directory / name).exists() and leshan.checksum(directory / name) == digest
               for name, digest in expected.items()):
        fetch(directory)
    for name, digest in expected.items():
        found = leshan.checksum(directory / name)
        if found != digest:
            (directory / name).unlink()
            raise RuntimeError(f"{name} has sha256 {found}, not {digest}")
    return [directory / name for name in expected]


def fetch(directory):
    directory.mkdir(parents=True, exist_ok=True)
    try:
        fetched = subprocess.run(
            ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime",
             f"-DoutputDirectory={directory}"],
            cwd=directory, capture_output=True, text=True, timeout=leshan.DOWNLOAD_LIMIT)
    except subprocess.TimeoutExpired as late:
        raise leshan.Unavailable(f"Maven took more than {leshan.DOWNLOAD_LIMIT} s") from late
    if fetched.returncode != 0:
        raise leshan.Unavailable(f"Maven: {fetched.stdout.strip()[-300:]}")


class EtsServer:
    """One, in a directory of its own, on a free port of 127.0.0.1. It has no port without security."""

    def __init__(self):
        classpath = ":".join(str(path) for path in libraries())
        self._directory = tempfile.TemporaryDirectory(prefix="causeway-ets-")
        self._log = open(pathlib.Path(self._directory.name) / "log", "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            ["java", "-Xmx256m", "-cp", classpath, PROGRAM, str(AWAKE_SECONDS)],
            cwd=self._directory.name, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        self._answers = queue.Queue()
        self.events = Events()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        try:
            self.coaps_port = self.events.wait("ready", limit=leshan.START_LIMIT)["port"]
        except BaseException:
            print(self.log())
            self.close()
            raise

    def _read(self):
        for line in self._process.stdout:
            message = json.loads(line)
            if "event" in message:
                self.events.put(message)
            else:
                self._answers.put(message)

    def ask(self, do, **members):
        """The answer: "code" and what comes with it, or "error"."""
        members = {name: value for name, value in members.items() if value is not None}
        self._process.stdin.write(json.dumps({"do": do, **members}) + "\n")
        self._process.stdin.flush()
        try:
            return self._answers.get(timeout=leshan.REQUEST_LIMIT)
        except queue.Empty:
            raise AssertionError(f"no answer to {do} {members}\n{self.log()}") from None

    def add_psk(self, endpoint, identity, key):
        answer = self.ask("add-psk", endpoint=endpoint, identity=identity, key=key.hex())
        assert not answer, answer

    def client(self, endpoint):
        return Client(self, endpoint)

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
        assert was_running and code == 0, f"EtsServer ended with {code}"


class Events:
    """What has happened and was not waited for yet, with the time at which it came."""

    def __init__(self):
        self._kept = []
        self._changed = threading.Condition()

    def put(self, event):
        with self._changed:
            self._kept.append({**event, "at": time.monotonic()})
            self._changed.notify_all()

    def _take(self, name, matches, members):
        for index, event in enumerate(self._kept):
            if event["event"] == name and members.items() <= event.items() and matches(event):
                return self._kept.pop(index)
        return None

    def wait(self, name, matches=lambda event: True, limit=leshan.REQUEST_LIMIT, **members):
        """The first one of that name, with these members, that matches."""
        found = []
        with self._changed:
            if not self._changed.wait_for(
                    lambda: found.append(self._take(name, matches, members)) or found[-1], timeout=limit):
                raise AssertionError(f"no {name} {members} in {limit} s; there were {self._kept}")
        return found[-1]

    def check_none(self, name, during, **members):
        """None comes while so many seconds pass."""
        try:
            event = self.wait(name, limit=during, **members)
        except AssertionError:
            return
        raise AssertionError(f"there was {event}")

    def forget(self):
        with self._changed:
            self._kept.clear()


class Client:
    """One registered LwM2M Client, as the server sees it. Formats are numbers."""

    def __init__(self, server, endpoint):
        self._server = server
        self.endpoint = endpoint

    def ask(self, do, **members):
        return self._server.ask(do, endpoint=self.endpoint, **members)

    def read(self, path, accept=None):
        return self.ask("read", path=path, accept=accept)

    def value(self, path):
        """Of one Resource or Resource Instance; None when there is none."""
        return self.read(path).get("values", {}).get(path)

    def replace(self, path, values, format=None):
        return self.ask("write", mode="REPLACE", path=path, values=values, format=format)

    def write(self, path, value, format=None):
        return self.replace(path, {path: value}, format)

    def update(self, path, values, format=None):
        return self.ask("write", mode="UPDATE", path=path, values=values, format=format)

    def execute(self, path, text=None):
        return self.ask("execute", path=path, text=text)

    def create(self, path, values, format=None):
        return self.ask("create", path=path, values=values, format=format)

    def delete(self, path):
        return self.ask("delete", path=path)

    def discover(self, path, *queries):
        return self.ask("discover", path=path, queries=queries)

    def write_attributes(self, path, attributes):
        return self.ask("write-attributes", path=path, attributes=attributes)

    def observe(self, path, *queries, accept=None):
        return self.ask("observe", path=path, queries=queries, accept=accept)

    def cancel(self, path, active=True):
        return self.ask("cancel", path=path, active=active)

    def read_composite(self, *paths, format=SENML_CBOR):
        return self.ask("read-composite", paths=paths, format=format, accept=format)

    def write_composite(self, values, format=SENML_CBOR):
        return self.ask("write-composite", values=values, format=format)

    def observe_composite(self, *paths, format=SENML_CBOR):
        return self.ask("observe-composite", paths=paths, format=format, accept=format)

    def cancel_composite(self, *paths):
        return self.ask("cancel", paths=paths, active=True)

# SPDX-License-Identifier: Apache-2.0
"""Eclipse Leshan's demo server as a fixture: fetched once from Maven Central, driven by REST."""

import hashlib
import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ARTIFACT = "org.eclipse.leshan:leshan-server-demo:2.0.0-M4:jar:jar-with-dependencies"
JAR = "leshan-server-demo-2.0.0-M4-jar-with-dependencies.jar"
SHA256 = "6d1cf53a18d516f02ae0b7bc34dd06dac15f3d67797d163574dec4b5feecbd32"

# Its Gson looks into classes that Java 17 keeps closed.
OPENED = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED"
          for package in ("util", "lang", "text", "time", "net")]

DOWNLOAD_LIMIT = 300
START_LIMIT = 180
REQUEST_LIMIT = 30


class Unavailable(Exception):
    """Leshan cannot run on this machine; the text says what is missing."""


def cache_directory():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "causeway"


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def jar():
    """The jar's path; fetches it when the cache has none or a damaged one."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
    directory = cache_directory()
    path = directory / JAR
    if path.exists() and checksum(path) == SHA256:
        return path
    directory.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        fetched = subprocess.run(
            ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}",
             f"-DoutputDirectory={directory}"],
            cwd=directory, capture_output=True, text=True, timeout=DOWNLOAD_LIMIT)
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"Maven took more than {DOWNLOAD_LIMIT} s") from late
    if fetched.returncode != 0 or not path.exists():
        raise Unavailable(f"Maven: {fetched.stdout.strip()[-300:]}")
    if checksum(path) != SHA256:
        found = checksum(path)
        path.unlink()
        raise RuntimeError(f"{JAR} has sha256 {found}, not {SHA256}")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    """What Leshan says that a client answered."""

    def __init__(self, status, text):
        self.status = status
        self.text = text
        try:
            self.json = json.loads(text)
        except ValueError:
            self.json = None

    @property
    def code(self):
        """The CoAP answer's name, "CONTENT"; the REST answer's text when there was none."""
        if isinstance(self.json, dict) and "status" in self.json:
            return self.json["status"].split("(")[0]
        return f"HTTP {self.status}: {self.text}"

    @property
    def content(self):
        return self.json["content"]

    @property
    def value(self):
        return self.content["value"]

    @property
    def links(self):
        return self.json["objectLinks"]

    def resources(self):
        """{resource: value or {instance: value}} of an Object Instance."""
        return {one["id"]: one.get("value", one.get("values"))
                for one in self.content["resources"]}


class Events:
    """Leshan's server-sent events, on a thread of their own."""

    def __init__(self, url):
        self._queue = queue.Queue()
        self._seen = []
        request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
        self._stream = urllib.request.urlopen(request, timeout=600)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        name = None
        try:
            for raw in self._stream:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    self._queue.put((name, json.loads(line[5:])))
        except (OSError, ValueError, AttributeError):
            pass  # closed under us, which is how it ends

    def wait(self, name, matches=lambda data: True, limit=REQUEST_LIMIT):
        """The first event of that name that matches, also one that has come already."""
        deadline = time.monotonic() + limit
        for index, (kind, data) in enumerate(self._seen):
            if kind == name and matches(data):
                return self._seen.pop(index)[1]
        while True:
            try:
                kind, data = self._queue.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                kinds = [kind for kind, _ in self._seen]
                raise AssertionError(f"no {name} in {limit} s; there were {kinds}") from None
            if kind == name and matches(data):
                return data
            self._seen.append((kind, data))

    def forget(self):
        """What has come so far is no answer to what comes next."""
        self._seen.clear()
        while not self._queue.empty():
            self._queue.get()

    def close(self):
        self._stream.close()


class Leshan:
    """One Leshan server in a directory of its own, on free ports of 127.0.0.1."""

    def __init__(self, *arguments):
        path = jar()
        self._directory = tempfile.TemporaryDirectory(prefix="causeway-leshan-")
        self._log = open(pathlib.Path(self._directory.name) / "log", "w+", encoding="utf-8")
        web = free_port()
        self.api = f"http://127.0.0.1:{web}/api"
        self._process = subprocess.Popen(
            ["java", "-Xmx256m", *OPENED, "-jar", path, "-lh", "127.0.0.1", "-lp", "0",
             "-slh", "127.0.0.1", "-slp", "0", "-wh", "127.0.0.1", "-wp", str(web), *arguments],
            cwd=self._directory.name, stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=subprocess.STDOUT)
        try:
            endpoint = self._wait_until_ready()
            self.events = Events(f"{self.api}/event")
        except BaseException:
            self.close()
            raise
        self.coap_port = int(endpoint["unsecuredEndpointPort"])
        self.coaps_port = int(endpoint["securedEndpointPort"])

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError("Leshan has ended:\n" + self.log())
            try:
                return self.request("GET", "/server/endpoint").json
            except OSError:
                time.sleep(0.1)  # the one thing to poll: when a foreign process opens its port
        raise RuntimeError(f"Leshan is not ready after {START_LIMIT} s:\n" + self.log())

    def log(self):
        self._log.flush()
        return pathlib.Path(self._log.name).read_text(encoding="utf-8")

    def close(self):
        """Ends it; asserts that it was still running and went at the first word."""
        if hasattr(self, "events"):
            self.events.close()
        was_running = self._process.poll() is None
        self._process.terminate()
        code = self._process.wait(timeout=20)
        self._log.close()
        self._directory.cleanup()
        # A JVM that handled SIGTERM says 143.
        assert was_running and code in (0, 143), f"Leshan ended with {code}"

    def request(self, method, path, body=None, content_type="application/json"):
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(self.api + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_LIMIT) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())

    def add_psk(self, endpoint, identity, key):
        self._add(endpoint, {"psk": {"identity": identity, "key": key.hex()}})

    def add_raw_public_key(self, endpoint, key):
        """`key`: SubjectPublicKeyInfo, DER."""
        self._add(endpoint, {"rpk": {"key": key.hex()}})

    def add_certificate(self, endpoint):
        """Whoever has a certificate for that name, of whom Leshan trusts."""
        self._add(endpoint, {"x509": True})

    def _add(self, endpoint, credential):
        body = json.dumps({"endpoint": endpoint, **credential})
        answer = self.request("PUT", "/security/clients/", body)
        assert answer.status in (200, 204), answer.text

    def client(self, endpoint):
        return Client(self, endpoint)


class Client:
    """One registered LwM2M Client, as Leshan sees it."""

    def __init__(self, leshan, endpoint):
        self._leshan = leshan
        self._base = "/clients/" + urllib.parse.quote(endpoint, safe="")

    def registration(self):
        """None when it is not registered."""
        answer = self._leshan.request("GET", self._base)
        return answer.json if answer.status == 200 else None

    def _ask(self, method, path, body=None, content_type="application/json", **query):
        query = {name: value for name, value in query.items() if value is not None}
        return self._leshan.request(
            method, f"{self._base}{path}?{urllib.parse.urlencode(query)}", body, content_type)

    def read(self, path, format=None):
        return self._ask("GET", path, format=format)

    def discover(self, path):
        return self._ask("GET", path + "/discover")

    def write(self, path, value, format=None, replace=True):
        """A Resource; `value` is a JSON number, boolean or text."""
        body = json.dumps({"id": int(path.rsplit("/", 1)[1]), "value": value})
        return self._ask("PUT", path, body, format=format, replace=str(replace).lower())

    def write_instance(self, path, values, format=None, replace=False):
        """Resources of an Object Instance."""
        resources = [{"id": number, "value": value} for number, value in values.items()]
        body = json.dumps({"id": int(path.rsplit("/", 1)[1]), "resources": resources})
        return self._ask("PUT", path, body, format=format, replace=str(replace).lower())

    def write_attributes(self, path, **attributes):
        return self._ask("PUT", path + "/attributes", "", **attributes)

    def execute(self, path, arguments=None):
        return self._ask("POST", path, arguments or "", content_type="text/plain")

    def observe(self, path, format=None):
        return self._ask("POST", path + "/observe", "", format=format)

    def cancel(self, path, active=True):
        query = {"active": "true"} if active else {}
        return self._ask("DELETE", path + "/observe", **query)

# SPDX-License-Identifier: Apache-2.0
"""Firmware fetched by http and https from a real web server that can be slow, wrong and a liar."""

import http.server
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import unittest

from gateway_site import FieldDevice, Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
PACKAGE = b"FIRM" + bytes(number * 7 % 251 for number in range(400_000))
SETTINGS = "[Network]\nAllowNoSec=yes\n[Security]\nTrustStore={directory}/authority.pem\nTrustRepositories=yes\n"

PROFILE = """extends = "eastron-sdm120"
[firmware]
install = ["/bin/cp", "@package@", "{directory}/flash-@device@"]
check = ["/usr/bin/cmp", "-n", "4", "@package@", "{directory}/magic"]
max-octets = 1000000
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def make_authority(directory, name="authority"):
    """An authority, and a certificate of its for 127.0.0.1."""
    key, authority, request, own = (directory / f"{name}{ending}" for ending in (".key", ".pem", ".csr", "-server.pem"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            authority, "-days", 2, "-subj", f"/CN=A test's {name}")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            directory / f"{name}-server.key", "-out", request, "-subj", "/CN=repository")
    (directory / "extensions").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", key, "-CAcreateserial", "-days", 2, "-extfile",
            directory / "extensions", "-out", own)
    return own, directory / f"{name}-server.key"


class Repository:
    """A web server of one package. `script` has what each request is met with, and then it behaves."""

    def __init__(self, certificate=None):
        self.package = PACKAGE
        self.tag = '"v1"'
        self.script = []
        self.asked = []
        self.go = threading.Event()  # what a slow answer waits for
        repository = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                repository.asked.append({"path": self.path, "range": self.headers["Range"]})
                step = repository.script.pop(0) if repository.script else repository.behave
                step(self)
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that leaves is no news
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        scheme = "https" if certificate else "http"
        self.uri = f"{scheme}://127.0.0.1:{self.server.server_address[1]}/meter"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def behave(self, handler, until=None, first=None, then=None):
        body, status = self.package, 200
        if handler.headers["Range"] and handler.headers["If-Range"] == self.tag:
            begin = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
            body, status = body[begin:], 206
        handler.send_response(status)
        handler.send_header("ETag", self.tag)
        handler.send_header("Content-Length", str(len(body)))
        if status == 206:
            begin = begin if first is None else first
            handler.send_header("Content-Range", f"bytes {begin}-{begin + len(body) - 1}/{len(self.package)}")
        handler.end_headers()
        handler.wfile.write(body[:until])
        handler.wfile.flush()
        if then:
            then()

    def answer(self, status, **fields):
        def step(handler):
            handler.send_response(status)
            for name, value in fields.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()

        return step

    def close(self):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()


class WebFirmware(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD)
        directory = self.directory = self.site.directory
        self.site.extra_settings = SETTINGS.format(directory=directory)
        certificate = make_authority(directory)
        self.site.__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.server = self.site.start_server()
        # By another name than the repositories: they are nobody's account.
        self.site.ctl("server", "add", "main", "--uri", f"coaps://localhost:{self.server.ports['coaps']}",
                      "--lifetime", 300, "--retry-timer", 1)
        (directory / "magic").write_bytes(b"FIRM")
        (directory / "profiles").mkdir()
        (directory / "profiles" / "updatable.toml").write_text(PROFILE.format(directory=directory))
        self.site.ctl("profile", "reload")
        self.meter = FieldDevice("meter", self.site, "--pty", directory / "rtu-0", 1, "sdm120")
        self.site.ctl("line", "add", "rtu-0", "--serial-port", self.meter.address)
        self.site.ctl("device", "add", "meter-1", "--profile", "updatable", "--line", "rtu-0", "--unit", 1,
                      "--allow-server-writes", "--server", "main", "--disabled")
        self.site.ctl("credential", "generate", "meter-1", "main")
        self.shared = self.site.ctl("credential", "export", "meter-1", "main")
        self.server.ask("add-psk", identity=self.shared["identity"], key=self.shared["key"], endpoint="meter-1")
        self.site.ctl("device", "enable", "meter-1")
        self.first = self.server.wait(event="registered", endpoint="meter-1")["found"]
        self.web = Repository(certificate)
        self.plain = Repository()
        for repository in (self.web, self.plain):
            self.addCleanup(repository.close)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def read(self, path):
        return self.server.value("meter-1", path)

    def fetch(self, uri):
        self.assertEqual(self.server.send("write", endpoint="meter-1", path="/5/0/1", text=uri)["code"], "2.04")

    def wait_for(self, state, result):
        wait_until(f"state {state}, result {result}", lambda: (self.read("/5/0/3"), self.read("/5/0/5")) == (state, result))

    def install(self, package=PACKAGE):
        self.wait_for(2, 0)
        self.assertEqual(self.server.send("execute", endpoint="meter-1", path="/5/0/2")["code"], "2.04")
        self.wait_for(0, 1)
        self.assertEqual((self.directory / "flash-meter-1").read_bytes(), package)

    def test_is_fetched_by_https_and_installed(self):
        self.fetch(self.web.uri)

        self.install()
        self.assertEqual(self.web.asked, [{"path": "/meter", "range": None}])

    def test_is_fetched_by_http_where_the_gateway_allows_it(self):
        self.fetch(self.plain.uri)

        self.install()

    def test_that_breaks_off_goes_on_where_it_was(self):
        self.web.script = [lambda handler: self.web.behave(handler, until=300_000)]

        self.fetch(self.web.uri)

        self.install()
        self.assertGreater(int(self.web.asked[1]["range"].removeprefix("bytes=").rstrip("-")), 0)

    def test_goes_on_after_a_power_cut_while_others_are_served(self):
        def hang():
            self.web.go.wait(300)

        self.web.script = [lambda handler: self.web.behave(handler, until=200_000, then=hang)]
        self.fetch(self.web.uri)
        part = self.site.state / "firmware" / "meter-1.part"
        wait_until("half a package", lambda: part.exists() and part.stat().st_size >= 128 * 1024)
        self.assertEqual(self.read("/5/0/3"), 1)
        self.assertIsNotNone(self.read("/3/0/0"))
        wait_until("what is there is known", lambda: self.known_version())

        self.site.kill_daemon()
        self.site.start_daemon()
        self.server.wait(event="registered", endpoint="meter-1", after=self.first["number"])

        self.install()
        self.assertEqual(int(self.web.asked[1]["range"].removeprefix("bytes=").rstrip("-")) % (64 * 1024), 0)

    def known_version(self):
        return any(b"v1" in file.read_bytes() for file in self.site.state.iterdir() if file.is_file())

    def test_that_changes_on_the_way_begins_anew(self):
        other = b"FIRM" + bytes(number * 11 % 253 for number in range(300_000))

        def change():
            self.web.package, self.web.tag = other, '"v2"'

        self.web.script = [lambda handler: self.web.behave(handler, until=200_000, then=change)]
        self.fetch(self.web.uri)

        self.install(other)

    def test_is_cancelled(self):
        self.web.script = [lambda handler: self.web.behave(handler, until=200_000, then=lambda: self.web.go.wait(300))]
        self.fetch(self.web.uri)
        wait_until("a question", lambda: self.web.asked)

        self.assertEqual(self.server.send("execute", endpoint="meter-1", path="/5/0/10")["code"], "2.04")

        self.wait_for(0, 10)
        wait_until("no package", lambda: not list((self.site.state / "firmware").iterdir()))

    def test_goes_wrong_as_the_table_says(self):
        liar = [lambda handler: self.web.behave(handler, until=100_000),
                lambda handler: self.web.behave(handler, first=0)]

        def huge(handler):
            self.web.answer(200, Content_Length="2000000")(handler)
            handler.wfile.write(bytes(1000))

        for name, script, result in (
                ("not there", [self.web.answer(404, Content_Length="0")], 7),
                ("led down to http", [self.web.answer(302, Location=self.plain.uri, Content_Length="0")], 7),
                ("led to another protocol", [self.web.answer(302, Location="ftp://127.0.0.1/x", Content_Length="0")], 9),
                ("led in circles", [self.web.answer(302, Location="/meter", Content_Length="0")] * 6, 7),
                ("a lie about the range", liar, 5),
                ("no end", [self.web.answer(200)], 5),
                ("too large", [huge], 2)):
            with self.subTest(name):
                self.web.script = list(script)
                self.fetch(self.web.uri)
                self.wait_for(0, result)
                self.fetch("")
                self.wait_for(0, 0)
        self.assertEqual(self.plain.asked, [])

    def test_is_not_fetched_from_who_is_not_trusted(self):
        stranger = Repository(make_authority(self.directory, "stranger"))
        self.addCleanup(stranger.close)

        self.fetch(stranger.uri)

        self.wait_for(0, 4)
        self.assertEqual(stranger.asked, [])

    def serve_with_key(self, name, key):
        """A web server behind a pre-shared key, by OpenSSL; the URI of a package there."""
        (self.directory / "meter").write_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PACKAGE) + PACKAGE)
        program = self.site.start(name, ["openssl", "s_server", "-accept", "127.0.0.1:0", "-nocert", "-HTTP", "-tls1_2",
                                         "-psk_identity", self.shared["identity"], "-psk", key, "-cipher", "PSK"],
                                  cwd=self.directory)
        address = wait_until(name, lambda: re.search(r"ACCEPT 127.0.0.1:(\d+)", program.output()))
        return f"https://localhost:{address[1]}/meter"

    def test_r33_is_fetched_with_the_key_of_the_account_with_its_host(self):
        self.fetch(self.serve_with_key("repository", self.shared["key"]))

        self.install()

    def test_r33_is_not_fetched_from_who_has_another_key(self):
        self.fetch(self.serve_with_key("stranger", "ab" * 32))

        self.wait_for(0, 4)

    def test_is_fetched_only_by_what_is_spoken(self):
        protocols = self.server.ask("read", endpoint="meter-1", path="/5/0/8", accept="senml-json")["values"]
        self.assertEqual(sorted(protocols.values()), [0, 1, 2, 3, 4, 5])
        self.fetch("ftp://127.0.0.1/meter")
        self.wait_for(0, 9)


def main():
    signal.alarm(900)  # whatever hangs, hangs not for ever
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])


if __name__ == "__main__":
    main()

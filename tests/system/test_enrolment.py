# SPDX-License-Identifier: Apache-2.0
"""Certificate mode with EST (LwM2M security mode 4): the key is made in the gateway, the Bootstrap-Server certifies it. Peers are
libcoap and OpenSSL, which also signs."""

import os
import time
import unittest

from authority import Authority, openssl
from canaries import FORMATS, senml_json
from gateway_site import Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
RELAY = ("--profile", "waveshare-relay-8ch", "--line", "nowhere", "--unit", 1)
NAME = "relay-1"
ENROLMENT = 4  # /0/x/2


class Enrolment(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.authority = Authority(self.site.directory)
        self.authority.certify("server", "lwm2m.example")
        self.path = self.authority.path
        self.server = self.site.start_server("--certificate", self.path("server.crt"), "--private-key",
                                             self.path("server.key"), "--trusted", self.path("ca.crt"))
        self.boot = self.site.start_server()
        self.site.ctl("server", "add", "boot", "--uri", self.uri(self.boot), "--bootstrap-server")
        self.site.ctl("line", "add", "nowhere", "--host", "127.0.0.1", "--port", 9)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    @staticmethod
    def uri(server):
        return f"coaps://127.0.0.1:{server.ports['coaps']}"

    def certify(self, **members):
        self.boot.ask("certify", certificate=str(self.path("ca.crt")), privateKey=str(self.path("ca.key")), **members)

    def bootstrap(self):
        self.site.attach(self.boot, NAME, *RELAY, account="boot")
        self.boot.wait(event="bootstrapping", endpoint=NAME)
        certificate = openssl("x509", "-in", self.path("server.crt"), "-outform", "DER")
        # Neither identity nor key, as the standard has it.
        self.write("/0/1", {0: self.uri(self.server), 1: False, 2: ENROLMENT, 4: certificate, 10: 123})
        self.write("/1/0", {0: 123, 1: 300, 6: True, 7: "U"})
        self.assertEqual(self.boot.send("request", endpoint=NAME, method="0.02", path="/bs")["code"], "2.04")

    def write(self, path, values):
        answer = self.boot.send("request", endpoint=NAME, method="0.03", path=path, format=FORMATS["senml-json"],
                                hex=senml_json(path, values).hex())
        self.assertEqual(answer["code"], "2.04")

    def fingerprint(self, account):
        return self.site.ctl("credential", "show", NAME, account)["fingerprint"]

    def end(self):
        """When its certificate ends, in seconds since 1970."""
        return next(channel["certificateExpiresAt"] for channel in self.site.ctl("security", NAME)
                    if "certificateExpiresAt" in channel) / 1e6

    def error(self):
        return next((channel["enrolmentError"] for channel in self.site.ctl("security", NAME)
                     if "enrolmentError" in channel), None)

    def check_registered(self):
        self.server.wait(event="registered", endpoint=NAME)
        self.assertEqual(self.server.ask("list")["clients"][0]["certifiedName"], NAME)

    def test_r30_a_delivered_account_gets_its_certificate_from_the_bootstrap_server(self):
        self.certify()
        self.bootstrap()

        self.check_registered()
        channel = next(one for one in self.site.ctl("security", NAME) if one["server"] == f"{NAME}:123")
        self.assertEqual(channel["securityMode"], "certificate")
        self.assertIn("certificateExpiresAt", channel)

    def test_r30_an_operators_account_does_too(self):
        self.certify()
        self.site.ctl("server", "add", "main", "--uri", self.uri(self.server), "--security-mode", "certificate-est",
                      "--server-public-key", self.path("server.crt"))
        self.site.attach(self.boot, NAME, *RELAY, "--server", "main", account="boot")

        self.check_registered()

    def test_a_certificate_brings_its_issuer_along(self):
        """The server knows the root only; the answer has the certificate alone (RFC 7030 §4.2.3), /crts the one between."""
        self.authority.certify_authority("between")
        self.boot.ask("certify", certificate=str(self.path("between.crt")), privateKey=str(self.path("between.key")))
        self.bootstrap()

        self.check_registered()

    def test_a_certificate_is_renewed_before_it_ends(self):
        """At an EST server that asks for the certificate that is to be renewed; by the same key."""
        day = 24 * 3600
        self.authority.certify("est", "localhost")
        est = self.site.start_server("--certificate", self.path("est.crt"), "--private-key", self.path("est.key"),
                                     "--trusted", self.path("ca.crt"))
        est.ask("certify", certificate=str(self.path("ca.crt")), privateKey=str(self.path("ca.key")))
        self.site.stop_daemon()
        self.site.extra_settings += (f"[Security]\nEstServer=coaps://localhost:{est.ports['coaps']}\n"
                                     f"EstAuthority={self.path('ca.crt')}\n")
        self.site.start_daemon()
        self.certify(begins=-4 * day, ends=3600)  # all but over
        self.bootstrap()
        self.check_registered()
        key = self.fingerprint(f"{NAME}:123")

        wait_until("the renewal", lambda: self.end() > time.time() + 3600)

        self.assertEqual(self.fingerprint(f"{NAME}:123"), key)
        self.assertIn(f"{NAME}: its certificate for {NAME}:123 is renewed until", self.site.daemon.output())

    def test_without_the_authority_of_the_est_server_devices_register_all_the_same(self):
        self.site.stop_daemon()
        self.site.extra_settings += f"[Security]\nEstServer=coaps://localhost:5684\nEstAuthority={self.path('missing.crt')}\n"
        self.site.start_daemon()
        self.certify()
        self.bootstrap()

        self.check_registered()
        self.assertIn("missing.crt: cannot be read", self.site.daemon.output())
        channel = wait_until("the reason", lambda: next((one for one in self.site.ctl("security", NAME) if one.get("renewalError")), None))
        self.assertIn("put the authority's certificate there", channel["renewalError"])

    def test_what_is_refused_is_told_and_a_power_loss_loses_no_key(self):
        self.certify(refuse="4.03")
        self.bootstrap()
        wait_until("the refusal", lambda: "4.03" in (self.error() or ""))
        self.assertIn("has not been given yet", self.site.call("security", NAME).stdout)
        key = self.fingerprint(f"{NAME}:123")

        self.site.kill_daemon()
        self.certify()
        self.site.start_daemon()

        self.check_registered()
        self.assertEqual(self.fingerprint(f"{NAME}:123"), key)
        self.assertIsNone(self.error())


if __name__ == "__main__":
    unittest.main(verbosity=2)

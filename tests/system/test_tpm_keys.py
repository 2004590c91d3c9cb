# SPDX-License-Identifier: Apache-2.0
"""A device whose private key resides in the TPM, at a server on OpenSSL that takes clients with a certificate."""

import os
import signal
import unittest

from authority import Authority, openssl
from gateway_site import Site, wait_until

BUILD = os.environ["CAUSEWAY_BUILD"]
RELAY = ("--profile", "waveshare-relay-8ch", "--line", "nowhere", "--unit")


class TpmKeys(unittest.TestCase):
    def setUp(self):
        self.site = Site(BUILD).__enter__()
        self.addCleanup(self.close)
        self.site.wait_key_store("sealed")
        self.authority = Authority(self.site.directory)
        self.authority.certify("server", "lwm2m.example")
        self.server = self.site.start_server(
            "--certificate", self.path("server.crt"), "--private-key", self.path("server.key"),
            "--trusted", self.path("ca.crt"))
        uri = f"coaps://127.0.0.1:{self.server.ports['coaps']}"
        self.site.ctl("server", "add", "main", "--uri", uri, "--security-mode", "certificate",
                      "--server-public-key", self.path("ca.crt"), "--certificate-usage", "trust-anchor",
                      "--server-name", "lwm2m.example", "--retry-timer", 1)
        self.site.ctl("server", "add", "psk", "--uri", uri)
        self.site.ctl("line", "add", "nowhere", "--host", "127.0.0.1", "--port", 9)

    def close(self):
        failed = any(error for _, error in self._outcome.result.errors + self._outcome.result.failures)
        if failed:
            self.site.abandon()
        else:
            self.site.close()

    def path(self, name):
        return self.site.directory / name

    def give_certificate(self, name):
        """As an authority does: it looks whether who asks has the private key."""
        request = self.site.ctl("key-pair", "request", name, "main")["request"]
        self.path(f"{name}.csr").write_text(request, encoding="ascii")
        openssl("req", "-verify", "-noout", "-in", self.path(f"{name}.csr"))
        self.authority.sign(name)
        self.site.ctl("key-pair", "certificate", name, "main", "--file", self.path(f"{name}.crt"))

    def attach(self, name, unit):
        self.site.ctl("device", "add", name, *RELAY, unit, "--server", "main", "--disabled")
        self.site.ctl("key-pair", "generate", name, "main", "--tpm")
        self.give_certificate(name)
        self.site.ctl("device", "enable", name)

    def attach_neighbour(self):
        self.site.attach(self.server, "neighbour", *RELAY, 9, account="psk")
        return self.server.wait(event="registered", endpoint="neighbour")["found"]["number"]

    def wait_registered(self, name):
        wait_until(f"the registration of {name}", lambda: self.account(name)["state"] == "registered")

    def wait_error(self, name, sentence):
        wait_until(sentence, lambda: sentence in self.account(name).get("lastError", ""))

    def account(self, name):
        return self.site.ctl("device", "show", name)["Registrations"][0]

    def test_registers_with_what_the_tpm_signs_and_not_without_it(self):
        self.attach("relay-1", 1)

        self.server.wait(event="registered", endpoint="relay-1")
        self.assertEqual(self.server.ask("list")["clients"][0]["certifiedName"], "relay-1")
        channel = self.site.ctl("security", "relay-1")[0]
        self.assertEqual(channel["keyResidence"], "tpm")
        self.assertEqual(channel["securityMode"], "certificate")
        self.assertIn(" TPM", self.site.call("security", "relay-1").stdout)

        # The daemon has nothing to sign with: without the TPM there is no full handshake.
        self.site.stop_tpm()
        self.give_nothing_to_resume("relay-1")
        self.wait_error("relay-1", "the TPM does not answer")

        self.site.start_tpm()
        self.site.ctl("device", "update", "relay-1")
        self.wait_registered("relay-1")

    def give_nothing_to_resume(self, name):
        """The same certificate again: what sessions resume from goes with the former one."""
        self.site.ctl("device", "disable", name)
        self.site.ctl("key-pair", "certificate", name, "main", "--file", self.path(f"{name}.crt"))
        self.site.ctl("device", "enable", name)

    def test_while_the_tpm_hangs_everything_else_goes_on(self):
        self.attach("relay-1", 1)
        self.server.wait(event="registered", endpoint="relay-1")
        seen = self.attach_neighbour()
        os.kill(self.site.tpm.process.pid, signal.SIGSTOP)
        self.addCleanup(self.resume_tpm)
        self.give_nothing_to_resume("relay-1")

        for _ in range(5):
            self.site.ctl("device", "update", "neighbour")
            seen = self.server.wait(event="updated", endpoint="neighbour", after=seen)["found"]["number"]
            self.assertEqual(self.account("neighbour")["state"], "registered")
        self.assertNotEqual(self.account("relay-1")["state"], "registered")  # the TPM stood still all the time

        self.resume_tpm()
        self.site.ctl("device", "update", "relay-1")
        self.wait_registered("relay-1")

    def resume_tpm(self):
        if self.site.tpm:
            os.kill(self.site.tpm.process.pid, signal.SIGCONT)

    def test_with_another_tpm_the_account_says_that_the_key_is_gone(self):
        self.attach("relay-1", 1)
        self.server.wait(event="registered", endpoint="relay-1")
        self.attach_neighbour()
        recovery = self.path("recovery")
        recovery.write_text(self.site.ctl("keystore", "recovery-key")["recoveryKey"], encoding="ascii")
        self.site.stop_daemon()
        self.site.stop_tpm()
        os.rename(self.site.directory / "tpm", self.site.directory / "old-tpm")
        self.site.start_tpm()
        self.site.start_daemon()
        self.site.wait_key_store("locked")
        with open(recovery, encoding="ascii") as text:
            done = self.site.call("keystore", "recover", stdin=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.site.wait_key_store("sealed")
        self.give_nothing_to_resume("relay-1")

        self.wait_error("relay-1", "the private key is gone")
        self.wait_registered("neighbour")

        self.site.ctl("key-pair", "generate", "relay-1", "main", "--tpm")
        self.give_certificate("relay-1")
        self.wait_registered("relay-1")


if __name__ == "__main__":
    unittest.main()

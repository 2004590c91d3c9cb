# SPDX-License-Identifier: Apache-2.0
"""Leshan's Bootstrap-Server sends a device to Leshan's server. The numbers are those of OMA's test cases,
LightweightM2M-1.1-int-N."""

import os
import pathlib
import unittest

import bootstrap_server
import gateway
import gateway_site
import leshan
import test_key_pairs
from test_key_pairs import openssl

METER = "meter-1"
POWER = "/3305/0/5800"

server = None
bootstrap = None


def setUpModule():
    global server, bootstrap
    server = leshan.Leshan()
    unittest.addModuleCleanup(lambda: server.close())
    bootstrap = bootstrap_server.BootstrapServer()
    unittest.addModuleCleanup(lambda: bootstrap.close())


class Bootstrap(unittest.TestCase):
    """A gateway of its own for each test: what is delivered outlives everything else."""

    def setUp(self):
        self.has_failed = True
        self.gateway = gateway.Gateway(os.environ["BUILD_DIR"], server)
        self.addCleanup(lambda: self.gateway.close(self.has_failed))
        self.gateway.ctl("server", "add", "boot", "--uri", f"coaps://127.0.0.1:{bootstrap.port}",
                         "--bootstrap-server", "--retry-timer", 1)
        self.name = f"{METER}-{self.id().rsplit('int_', 1)[1].split('_')[0]}"
        self.delivered = f"{self.name}:123"

    def attach(self, *accounts):
        self.gateway.attach(self.name, "eastron-sdm120", "sdm120", accounts=accounts, give_credential=self.give)

    def give(self, name):
        identity, key = f"delivered-{name}", gateway.random_key()
        server.add_psk(name, identity, key)
        bootstrap.add(name, self.gateway.make_psk(name, "boot"), bootstrap_server.Account(
            f"coaps://127.0.0.1:{server.coaps_port}", 123, "PSK", identity.encode(), b"", key))

    def states(self):
        registrations = self.gateway.ctl("device", "show", self.name)["Registrations"]
        return {registration["server"]: registration["state"] for registration in registrations}

    def check_bootstrapped(self):
        bootstrap.wait(f"finished {self.name}")
        self.assertTrue(self.gateway.wait_registered(self.name)["secure"])
        client = server.client(self.name)
        gateway_site.wait_until("a value", lambda: client.read(POWER).code == "CONTENT")
        self.assertEqual(client.read("/1/0/0").value, 123)
        self.assertEqual(self.states(), {self.delivered: "registered", "boot": "idle"})

    def test_int_0_1_a_client_that_knows_only_its_bootstrap_server_is_led_to_its_server(self):
        self.attach("boot")
        self.check_bootstrapped()
        self.has_failed = False

    def test_int_4_what_the_bootstrap_server_deletes_is_gone(self):
        self.attach("boot")
        self.check_bootstrapped()
        for path in ("/0", "/1"):
            self.assertIn(f"answered {self.name} BootstrapDeleteRequest {path} DELETED", bootstrap.said)
        self.has_failed = False

    def test_int_5_a_server_asks_for_a_bootstrap(self):
        self.attach("boot")
        self.check_bootstrapped()
        self.assertEqual(server.client(self.name).execute("/1/0/9").code, "CHANGED")
        self.check_bootstrapped()
        self.has_failed = False

    def test_int_6_a_client_with_an_account_starts_without_a_bootstrap(self):
        self.attach("boot")
        self.check_bootstrapped()
        bootstrap.unheard()
        self.gateway.site.stop_daemon()
        self.gateway.site.start_daemon()
        self.gateway.wait_registered(self.name)
        self.assertEqual(bootstrap.unheard(), [])
        self.assertEqual(self.states(), {self.delivered: "registered", "boot": "idle"})
        self.has_failed = False

    def test_int_7_a_client_whose_server_is_not_there_falls_back_to_a_bootstrap(self):
        self.gateway.ctl("server", "add", "nowhere", "--uri", f"coaps://127.0.0.1:{leshan.free_port()}",
                         "--short-server-id", 9, "--retry-timer", 1, "--retry-count", 1)
        self.attach("nowhere", "boot")
        self.check_bootstrapped()
        self.has_failed = False


class KeyPairs(test_key_pairs.KeyPairCase):
    """A Bootstrap-Server gives a device the whole of its key pair."""

    def octets(self, name):
        return pathlib.Path(self.path(name)).read_bytes()

    def start_and_bootstrap(self, mode, public, server_public, take_to_leshan, *arguments):
        self.start("-prik", self.path("server.key"), *arguments)
        take_to_leshan()
        self.gateway.ctl("server", "add", "boot", "--uri", f"coaps://127.0.0.1:{bootstrap.port}",
                         "--bootstrap-server", "--retry-timer", 1)
        self.gateway.attach(test_key_pairs.METER, "eastron-sdm120", "sdm120", accounts=["boot"],
                            give_credential=lambda name: bootstrap.add(
                                name, self.gateway.make_psk(name, "boot"), bootstrap_server.Account(
                                    f"coaps://127.0.0.1:{self.server.coaps_port}", 123, mode,
                                    self.octets(public), self.octets(server_public), self.octets("device.key"))))
        bootstrap.wait(f"finished {test_key_pairs.METER}")

    def make_device_key(self):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path("device.pem"))
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.path("device.pem"), "-outform", "DER",
                "-out", self.path("device.key"))

    def test_a_raw_public_key_leads_to_its_server(self):
        self.make_device_key()
        openssl("ec", "-in", self.path("device.pem"), "-pubout", "-outform", "DER", "-out", self.path("device.pub"))
        self.start_and_bootstrap(
            "RPK", "device.pub", "server.pub",
            lambda: self.server.add_raw_public_key(test_key_pairs.METER, self.octets("device.pub")),
            "-pubk", self.path("server.pub"))
        self.check_session("rpk")

    def test_int_2_a_certificate_leads_to_its_server(self):
        self.make_device_key()
        self.make_authority()
        self.certify("server", "lwm2m.example")
        self.certify("device", test_key_pairs.METER)
        for name in ("server", "device"):
            openssl("x509", "-in", self.path(f"{name}.crt"), "-outform", "DER", "-out", self.path(f"{name}.der"))
        self.start_and_bootstrap(
            "X509", "device.der", "server.der",
            lambda: self.server.add_certificate(test_key_pairs.METER),
            "-cert", self.path("server.crt"), "-truststore", str(self.files / "trusted"))
        self.check_session("certificate")


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: Apache-2.0
"""Security modes 1 and 2 against Scandium, a DTLS stack that shares nothing with ours and knows raw public keys."""

import base64
import os
import pathlib
import ssl
import subprocess
import tempfile
import unittest

import gateway
import gateway_site
import leshan

METER = "meter-1"
POWER = "/3305/0/5800"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class KeyPairCase(unittest.TestCase):
    """A Leshan with a key of its own, and one gateway before it."""

    def setUp(self):
        self.has_failed = True
        files = tempfile.TemporaryDirectory(prefix="causeway-keys-")
        self.addCleanup(files.cleanup)
        self.files = pathlib.Path(files.name)
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path("server.pem"))
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.path("server.pem"), "-outform", "DER",
                "-out", self.path("server.key"))
        openssl("ec", "-in", self.path("server.pem"), "-pubout", "-outform", "DER",
                "-out", self.path("server.pub"))

    def path(self, name):
        return str(self.files / name)

    def start(self, *arguments):
        self.server = leshan.Leshan(*arguments)
        self.addCleanup(self.server.close)
        self.gateway = gateway.Gateway(os.environ["BUILD_DIR"], self.server)
        self.addCleanup(lambda: self.gateway.close(self.has_failed))

    def make_authority(self):
        """ca.crt, and the directory "trusted" with it for Leshan."""
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=A test's authority", "-keyout", self.path("ca.key"),
                "-out", self.path("ca.crt"))
        trusted = self.files / "trusted"
        trusted.mkdir()
        (trusted / "ca.der").write_bytes(ssl.PEM_cert_to_DER_cert((self.files / "ca.crt").read_text()))

    def certify(self, name, common_name):
        """NAME.crt for NAME.pem, by the authority."""
        openssl("req", "-new", "-key", self.path(f"{name}.pem"), "-subj", f"/CN={common_name}",
                "-out", self.path(f"{name}.csr"))
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path("ca.crt"),
                "-CAkey", self.path("ca.key"), "-days", "2", "-sha256", "-CAcreateserial",
                "-out", self.path(f"{name}.crt"))

    def check_session(self, mode):
        self.assertTrue(self.gateway.wait_registered(METER)["secure"])
        client = self.server.client(METER)
        gateway_site.wait_until("a value", lambda: client.read(POWER).code == "CONTENT")
        channel = self.gateway.ctl("security")[0]
        self.assertEqual(channel["securityMode"], mode)
        self.assertEqual(channel["cipherSuite"], "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8")
        self.has_failed = False

    def change_server(self, mode, key, *options):
        self.gateway.ctl("server", "change", gateway.SERVER, "--security-mode", mode,
                         "--server-public-key", self.path(key), *options)


class RawPublicKeys(KeyPairCase):
    def start_with_own_key(self):
        self.start("-pubk", self.path("server.pub"), "-prik", self.path("server.key"))

    def give(self, name):
        made = self.gateway.ctl("key-pair", "generate", name, gateway.SERVER)
        body = "".join(made["publicKey"].splitlines()[1:-1])
        self.server.add_raw_public_key(name, base64.b64decode(body))

    def test_a_device_registers_with_its_raw_public_key(self):
        self.start_with_own_key()
        self.change_server("rpk", "server.pub")
        self.gateway.attach(METER, "eastron-sdm120", "sdm120", give_credential=self.give)
        self.check_session("rpk")

    def test_a_server_with_another_raw_public_key_is_refused(self):
        self.start_with_own_key()
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path("other.pem"))
        openssl("ec", "-in", self.path("other.pem"), "-pubout", "-outform", "DER",
                "-out", self.path("other.pub"))
        self.change_server("rpk", "other.pub")
        self.gateway.attach(METER, "eastron-sdm120", "sdm120", give_credential=self.give)
        gateway_site.wait_until(
            "the refusal", lambda: "is not the one of this account" in self.gateway.state(METER)[1])
        self.has_failed = False


class Certificates(KeyPairCase):
    def give(self, name):
        self.gateway.ctl("key-pair", "generate", name, gateway.SERVER)
        request = self.gateway.ctl("key-pair", "request", name, gateway.SERVER)["request"]
        (self.files / "request.pem").write_text(request)
        openssl("x509", "-req", "-in", self.path("request.pem"), "-CA", self.path("ca.crt"),
                "-CAkey", self.path("ca.key"), "-days", "2", "-sha256", "-CAcreateserial",
                "-out", self.path("device.crt"))
        self.gateway.ctl("key-pair", "certificate", name, gateway.SERVER, "--file", self.path("device.crt"))
        self.server.add_certificate(name)

    def test_int_402_a_device_registers_with_its_certificate(self):
        self.make_authority()
        self.certify("server", "lwm2m.example")
        self.start("-cert", self.path("server.crt"), "-prik", self.path("server.key"),
                   "-truststore", str(self.files / "trusted"))
        self.change_server("certificate", "ca.crt", "--certificate-usage", "trust-anchor",
                           "--server-name", "lwm2m.example")
        self.gateway.attach(METER, "eastron-sdm120", "sdm120", give_credential=self.give)
        self.check_session("certificate")

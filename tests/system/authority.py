# SPDX-License-Identifier: Apache-2.0
"""Who signs the certificates of a test: OpenSSL by its command line."""

import pathlib
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256")


def openssl(*arguments, given=None):
    """What it prints."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=given).stdout


class Authority:
    """Files in one directory: NAME.key, NAME.csr and NAME.crt; its own are called "ca"."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        openssl("req", "-x509", *KEY, "-keyout", self.path("ca.key"), "-out", self.path("ca.crt"), "-days", 2,
                "-subj", "/CN=A test's authority")

    def path(self, name):
        return self.directory / name

    def sign(self, name, *options):
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path("ca.crt"), "-CAkey",
                self.path("ca.key"), "-days", 2, "-sha256", "-CAcreateserial", "-out", self.path(f"{name}.crt"), *options)

    def certify(self, name, host):
        """A server and its key."""
        openssl("req", *KEY, "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.csr"), "-subj", f"/CN={host}")
        self.path("names").write_text(f"subjectAltName=DNS:{host}\n", encoding="ascii")
        self.sign(name, "-extfile", self.path("names"))

    def certify_authority(self, name):
        """One that issues in its place, and is known to nobody."""
        openssl("req", *KEY, "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.csr"), "-subj", f"/CN={name}")
        self.path("powers").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n", encoding="ascii")
        self.sign(name, "-extfile", self.path("powers"))

    def certify_key(self, name, private):
        """The certificate, in DER, of who has this private key (PKCS#8, DER)."""
        key = self.path(f"{name}.key")
        key.write_bytes(openssl("pkey", "-inform", "DER", given=private))
        openssl("req", "-new", "-sha256", "-key", key, "-out", self.path(f"{name}.csr"), "-subj", f"/CN={name}")
        key.unlink()
        self.sign(name)
        return openssl("x509", "-in", self.path(f"{name}.crt"), "-outform", "DER")

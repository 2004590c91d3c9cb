# SPDX-License-Identifier: Apache-2.0
"""What the modules test_ets… have in common. The numbers in the names of their tests are those of OMA's test cases,
LightweightM2M-1.0, -1.1 and -1.2, int-N. Where a case waits half a minute they wait seconds."""

import os
import unittest

import ets_server
import gateway
import gateway_site

METER = "meter-1"
POWER = "/3305/0/5800"
POWER_ADDRESS = 0x0C


class EtsCase(unittest.TestCase):
    """One gateway and one meter for all tests of a class; it must end cleanly, or the class has failed."""

    server = None  # of the module: start_server() in its setUpModule
    SETTINGS = "[Client]\nObjects=7 16 19 3442\n"
    ACCOUNT = ()

    @classmethod
    def setUpClass(cls):
        cls.has_failed = False
        cls.gateway = gateway.Gateway(os.environ["BUILD_DIR"], EtsCase.server, cls.SETTINGS, cls.ACCOUNT)
        cls.addClassCleanup(lambda: cls.gateway.close(cls.has_failed))
        try:
            cls.attach()
        except BaseException:
            cls.has_failed = True
            raise

    @classmethod
    def attach(cls):
        cls.device = cls.gateway.attach(METER, "eastron-sdm120", "sdm120", "--allow-server-writes")
        cls.events = EtsCase.server.events
        cls.registration = cls.events.wait("registered", endpoint=METER)
        cls.client = EtsCase.server.client(METER)
        cls.wait_for_values()

    @classmethod
    def wait_for_values(cls):
        """Registered before the first poll is through."""
        gateway_site.wait_until("first values", lambda: cls.client.read(POWER).get("code") == "CONTENT")

    def setUp(self):
        self.events.forget()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        type(self).has_failed |= len(result.failures) + len(result.errors) > before

    def check(self, answer, code):
        self.assertEqual(answer.get("code"), code, answer)
        return answer

    def values(self, answer):
        return self.check(answer, "CONTENT")["values"]

    def wait_updated(self, **members):
        return self.events.wait("updated", endpoint=METER, **members)

    def put_back(self, path, value):
        """After the test, whatever comes of it."""
        self.addCleanup(lambda: self.check(self.client.write(path, value), "CHANGED"))


def start_server():
    """For setUpModule: a Leshan for all classes of a module, because it takes longest to start."""
    EtsCase.server = ets_server.EtsServer()
    unittest.addModuleCleanup(EtsCase.server.close)

# SPDX-License-Identifier: Apache-2.0
"""demo.py BUILD_DIR [--once]: the round that packaging/demo plays, or the live view."""

import math
import signal
import sys
import time

from gateway import Demonstration, gateway_site

METER, RELAY = "meter-1", "relay-1"
SHOWN = [  # device, Object Instance, Resource, what it is
    (METER, "/3316/0", "/3316/0/5700", "voltage", "V"),
    (METER, "/3317/0", "/3317/0/5700", "current", "A"),
    (METER, "/3305/0", "/3305/0/5800", "active power", "W"),
    (METER, "/3331/1", "/3331/1/5700", "energy", "kWh"),
    (RELAY, "/3306/0", "/3306/0/5850", "relay 1", ""),
    (RELAY, "/3306/1", "/3306/1/5850", "relay 2", ""),
]
CIPHER = "TLS_PSK_WITH_AES_128_CCM_8"


class Report:
    """What was checked, in words."""

    def __init__(self):
        self.failed = 0

    def check(self, sentence, is_true, seen=""):
        self.failed += not is_true
        print(f"  {'ok    ' if is_true else 'FAILED'}  {sentence}{f': {seen}' if seen != '' else ''}", flush=True)


def is_near(value, wanted):
    return isinstance(value, (int, float)) and math.isclose(value, wanted, rel_tol=1e-5)


def check_registrations(demo, report):
    clients = demo.clients()
    for name in (METER, RELAY):
        client = clients.get(name, {})
        report.check(f"{name} is registered as a client of its own", bool(client), client.get("remote", "no"))
        report.check(f"{name} has its own key and CCM_8", CIPHER in str(client.get("cipher")),
                     f"{client.get('identity')}, {client.get('cipher')}")
    report.check("the two have different addresses", len({client["remote"] for client in clients.values()}) == 2)


def check_meter(demo, report):
    power = demo.read(METER, "/3305/0").get("/3305/0/5800")
    report.check("the server reads the meter's power", is_near(power, 342.7), power)
    demo.server.ask("write-attributes", endpoint=METER, path="/3305/0/5800", attributes={"pmin": 0})
    demo.server.ask("observe", endpoint=METER, path="/3305/0/5800", accept="senml-json")
    before = demo.last_event()
    demo.meter.measure(demo.POWER, 1234.5)
    event = demo.server.wait(after=before, event="notify", endpoint=METER)["found"]
    value = event.get("values", {}).get("/3305/0/5800")
    report.check("a new value at the meter arrives as a notification", is_near(value, 1234.5), value)
    demo.server.ask("cancel", endpoint=METER, path="/3305/0/5800")


def check_relay(demo, report):
    for on in (True, False):
        word = demo.switch(on)
        report.check(f"the server switches relay 1 {'on' if on else 'off'}, and the board says so",
                     word == f"coil 0 {int(on)}", word)
        value = demo.read(RELAY, "/3306/0").get("/3306/0/5850")
        report.check("the server reads the same back", value is on, value)


def check_gateway(demo, report):
    for device in demo.place.ctl("devices"):
        states = [registration["state"] for registration in device["Registrations"]]
        report.check(f"causewayctl says the same of {device['Name']}",
                     device["FieldState"] == "available" and states == ["registered"],
                     f"{device['FieldState']}, {', '.join(states)}")


def check_farewell(demo, report):
    before = demo.last_event()
    demo.place.stop_daemon()
    for name in (METER, RELAY):
        demo.server.wait(after=before, event="deregistered", endpoint=name)
    report.check("when the gateway stops, both say good-bye", not demo.clients())


def play_once(demo):
    report = Report()
    print("What the LwM2M server saw:")
    check_registrations(demo, report)
    check_meter(demo, report)
    check_relay(demo, report)
    check_gateway(demo, report)
    check_farewell(demo, report)
    print("All is well." if report.failed == 0 else f"{report.failed} of these are wrong.")
    return report.failed


def shown(value, unit):
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:.1f} {unit}"


def table(demo):
    clients = demo.clients()
    lines = ["CLIENT     ADDRESS              KEY         CIPHER"]
    lines += [f"{name:10} {client['remote']:20} {client['identity']:11} {client['cipher']}"
              for name, client in sorted(clients.items())]
    lines += ["", "CLIENT     RESOURCE        WHAT           VALUE"]
    values = {}
    for name, instance, path, what, unit in SHOWN:
        if (name, instance) not in values:
            values[name, instance] = demo.read(name, instance)
        value = values[name, instance].get(path, "-")
        lines.append(f"{name:10} {path:15} {what:14} {shown(value, unit)}")
    return lines


def show_live(demo):
    """The meter's power moves; every few seconds the server switches relay 1."""
    ticks, is_on, word = 0, False, "not yet"
    clear = "\033[H\033[2J" if sys.stdout.isatty() else ""
    while True:
        demo.meter.measure(demo.POWER, round(600 + 400 * math.sin(ticks / 5), 1))
        if ticks % 5 == 4:
            is_on = not is_on
            word = demo.switch(is_on)
        print(clear + "\n".join(["What the LwM2M server sees (Ctrl-C ends)", "", *table(demo), "",
                                 f"Last word of the relay board itself: {word}",
                                 f"To look in from the gateway's side: CAUSEWAY_BUS={demo.place.bus} "
                                 f"{demo.place.build}/dbus/causewayctl devices", ""]), flush=True)
        ticks += 1
        time.sleep(1)


def main():
    build, is_once = sys.argv[1], "--once" in sys.argv[2:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with gateway_site.Site(build) as place:
            demo = Demonstration(place)
            print("Attaching an energy meter (Modbus RTU) and a relay board (Modbus TCP) over D-Bus", flush=True)
            demo.attach()
            for name, path in ((METER, "/3305/0/5800"), (RELAY, "/3306/0/5850")):
                demo.wait_registered(name)
                demo.wait_for_value(name, path)
            if is_once:
                return 1 if play_once(demo) else 0
            try:
                show_live(demo)
            except KeyboardInterrupt:
                print("\nStopping: the devices say good-bye")
        return 0
    except gateway_site.SiteError as error:
        print(f"FAILED: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())

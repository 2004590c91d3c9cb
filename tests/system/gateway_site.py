# SPDX-License-Identifier: Apache-2.0
"""A whole site in a temporary directory: bus, TPM, daemon, LwM2M server and Modbus devices, all real programs.

Every program that a Site started must have ended cleanly when the Site closes, or it raises: a daemon that crashes on
its way out fails the test that used it. No fixed ports, no sleeps: each program says when it is ready."""

import contextlib
import json
import os
import pathlib
import queue
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds; a busy two-core machine is slow, not wrong, and a DTLS handshake may take its 30 s


class SiteError(Exception):
    """Something of the site did not do what it must."""


def wait_until(what, condition, patience=PATIENCE):
    """Polls `condition` until it gives something true, and gives that."""
    deadline = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise SiteError(f"waited {patience:.0f} s in vain: {what}")
        select.select([], [], [], 0.02)


def free_ports(count):
    """Consecutive TCP ports that were free a moment ago (swtpm needs two and takes no zero)."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise SiteError("no free ports")


class Program:
    """One process with its output in a file."""

    def __init__(self, name, arguments, log_directory, env=None, expected=(0,), **options):
        self.name = name
        self.log = pathlib.Path(log_directory) / f"{name}.log"
        self.expected = expected
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen([str(argument) for argument in arguments], stderr=output,
                                            stdout=options.pop("stdout", output), env={**os.environ, **(env or {})},
                                            stdin=options.pop("stdin", subprocess.DEVNULL), **options,
                                            start_new_session=True)  # Ctrl-C is ours to handle, not theirs

    def output(self):
        return self.log.read_text(errors="replace")

    def check_running(self):
        if self.process.poll() is not None:
            raise SiteError(f"{self.name} ended with {self.process.returncode}:\n{self.output()[-4000:]}")

    def close_input(self):
        if self.process.stdin:
            self.process.stdin.close()

    def stop(self, signal_number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SiteError(f"{self.name} did not end:\n{self.output()[-4000:]}") from None
        finally:
            self.close_input()
        if code not in self.expected and code != -signal_number:
            raise SiteError(f"{self.name} ended with {code}:\n{self.output()[-4000:]}")
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close_input()


class LwM2mServer:
    """tests/sim/lwm2m_server by its control socket."""

    def __init__(self, program, control, ready):
        self.program = program
        self.ports = ready
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(control))
        self.stream = self.connection.makefile("w", encoding="utf-8", newline="\n")
        self.identifier = 0
        self.answers = queue.Queue()
        # All the time: it tells every event here, and stands still when nobody reads.
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self):
        with self.connection.makefile("r", encoding="utf-8", newline="\n") as lines, contextlib.suppress(OSError):
            for line in lines:
                message = json.loads(line)
                if "id" in message:
                    self.answers.put(message)
        self.answers.put(None)

    def send(self, do, **members):
        """The answer to one command, whatever it says."""
        self.identifier += 1
        deadline = time.monotonic() + members.get("timeout", PATIENCE) + 10
        self.stream.write(json.dumps({"id": self.identifier, "do": do, **members}) + "\n")
        self.stream.flush()
        try:
            while message := self.answers.get(timeout=deadline - time.monotonic()):
                if message["id"] == self.identifier:
                    return message
        except (queue.Empty, ValueError):
            raise SiteError(f"the LwM2M server does not answer {do}") from None
        raise SiteError("the LwM2M server closed its control socket")

    def ask(self, do, **members):
        """The answer to a command that must succeed."""
        answer = self.send(do, **members)
        if not answer.get("ok"):
            raise SiteError(f"{do} {members}: {answer}")
        return answer

    def wait(self, after=0, timeout=PATIENCE, **match):
        return self.ask("wait", match=match, after=after, timeout=timeout)

    def value(self, endpoint, path):
        """Read of one Resource."""
        return self.ask("read", endpoint=endpoint, path=path, accept="senml-json")["values"][path]

    def close(self):
        self.stream.close()
        with contextlib.suppress(OSError):  # it may have gone
            self.connection.shutdown(socket.SHUT_RDWR)
        self.listener.join()
        self.connection.close()


class FieldDevice:
    """One simulated Modbus device: told by commands what it measures, telling what was written to it."""

    def __init__(self, name, site, *arguments):
        program = site.build / "tests/sim/modbus_device/modbus_device"
        self.program = site.start(name, [program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.written = []
        first = self.program.process.stdout.readline().decode().split()
        if first[:1] != ["ready"]:
            raise SiteError(f"{name} does not start: {self.program.output()}")
        self.address = first[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with self.program.process.stdout as lines:
            for line in lines:
                self.written.append(line.decode().strip())

    def tell(self, command):
        self.program.process.stdin.write(f"{command}\n".encode())
        self.program.process.stdin.flush()

    def measure(self, address, value):
        self.tell(f"float {address} {value}")


class Site:
    """Use as a context manager. `build` is the build directory with everything compiled."""

    def __init__(self, build, settings="", with_tpm=True):
        self.build = pathlib.Path(build).resolve()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="causeway-site-"))
        self.state = self.directory / "state"
        self.state.mkdir(mode=0o700)
        self.extra_settings = settings
        self.with_tpm = with_tpm
        self.environment = {}  # of the daemon, besides ours
        self.programs = []
        self.servers = []
        self.daemon = None
        self.tpm = None
        self.tpm_port = free_ports(2)

    def __enter__(self):
        try:
            self.start_bus()
            if self.with_tpm:
                self.start_tpm()
            self.start_daemon()
        except BaseException:
            self.abandon()
            raise
        return self

    def __exit__(self, kind, _value, _trace):
        if kind is not None:
            self.abandon()
            return
        self.close()

    def start(self, name, arguments, **options):
        program = Program(name, arguments, self.directory, **options)
        self.programs.append(program)
        return program

    def start_bus(self):
        config = self.directory / "bus.conf"
        config.write_text(f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={self.directory}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
""")
        program = self.start("dbus-daemon", ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile",
                                             "--nosyslog", "--print-address"])
        self.bus = f"unix:path={self.directory}/bus"
        wait_until("dbus-daemon", lambda: program.check_running() or (self.directory / "bus").exists())

    def start_tpm(self):
        state = self.directory / "tpm"
        state.mkdir(exist_ok=True)
        ready = self.directory / "tpm.pid"
        ready.unlink(missing_ok=True)
        # One connection: the daemon's. When it ends, swtpm does not.
        self.tpm = self.start("swtpm", ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--server",
                                        f"type=tcp,port={self.tpm_port},bindaddr=127.0.0.1", "--ctrl",
                                        f"type=tcp,port={self.tpm_port + 1},bindaddr=127.0.0.1", "--flags",
                                        "not-need-init,startup-clear", "--pid", f"file={ready}"])
        wait_until("swtpm", lambda: self.tpm.check_running() or ready.exists())

    def stop_tpm(self):
        self.tpm.stop()
        self.programs.remove(self.tpm)
        self.tpm = None

    def start_daemon(self):
        config = self.directory / "causeway.conf"
        config.write_text(f"""[Gateway]
StateDirectory={self.state}
ProfileDirectories={ROOT}/bridges/profiles {self.directory}/profiles
LogLevel=debug
StartSpread=0s
DeregisterLimit=2s
[KeyStore]
Tcti=swtpm:host=127.0.0.1,port={self.tpm_port}
RetryPeriod=1s
[Bus]
Address={self.bus}
{self.extra_settings}""")
        self.daemon = self.start("causewayd", [self.build / "agent/causewayd", "--config", config], env=self.environment)
        wait_until("causewayd on the bus",
                   lambda: self.daemon.check_running() or self.call("status", "--json").returncode == 0)

    def stop_daemon(self):
        self.daemon.stop()
        self.programs.remove(self.daemon)
        self.daemon = None

    def kill(self, program):
        """kill -9, as a power cut would."""
        program.kill()
        self.programs.remove(program)

    def kill_daemon(self):
        self.kill(self.daemon)
        self.daemon = None

    def start_server(self, *options):
        number = len(self.servers)
        control = self.directory / f"lwm2m-server-{number}.sock"
        ready = self.directory / f"lwm2m-server-{number}.ready"
        program = self.start(f"lwm2m-server-{number}",
                             [self.build / "tests/sim/lwm2m_server/lwm2m_server", "--no-input", "--control", control,
                              "--ready-file", ready, *options])
        text = wait_until("the LwM2M server",
                          lambda: program.check_running() or (ready.exists() and ready.read_text().strip()))
        server = LwM2mServer(program, control, json.loads(text))
        self.servers.append(server)
        return server

    def call(self, *arguments, **options):
        """causewayctl, with its exit status and output."""
        return subprocess.run([str(self.build / "dbus/causewayctl"), *map(str, arguments)], check=False, text=True,
                              capture_output=True, timeout=PATIENCE, env={**os.environ, "CAUSEWAY_BUS": self.bus},
                              **options)

    def ctl(self, *arguments):
        """causewayctl that must succeed; its JSON, or nothing."""
        done = self.call(*arguments, "--json")
        if done.returncode != 0:
            raise SiteError(f"causewayctl {' '.join(map(str, arguments))}: {done.stderr or done.stdout}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def attach(self, server, name, *settings, account="main"):
        """A device whose key is made in the gateway, leaves it once, and is known to the server before it starts."""
        self.ctl("device", "add", name, *settings, "--server", account, "--disabled")
        self.ctl("credential", "generate", name, account)
        exported = self.ctl("credential", "export", name, account)
        server.ask("add-psk", identity=exported["identity"], key=exported["key"], endpoint=name)
        self.ctl("device", "enable", name)

    def wait_key_store(self, state):
        wait_until(f"key store {state}", lambda: self.ctl("status")["KeyStore"] == state)

    def close(self):
        for server in self.servers:
            server.close()
        failures = []
        # Devices and servers go last: the daemon says good-bye to them.
        order = sorted(self.programs, key=lambda program: program is not self.daemon)
        for program in order:
            try:
                program.stop()
            except SiteError as error:
                failures.append(str(error))
        if failures:
            raise SiteError("\n".join(failures))
        shutil.rmtree(self.directory)

    def abandon(self):
        """After a failure: everything goes at once, the logs stay."""
        for program in self.programs:
            program.kill()
            print(f"--- {program.name}\n{program.output()[-6000:]}")
        print(f"left for you to read: {self.directory}")

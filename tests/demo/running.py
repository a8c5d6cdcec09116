"""`mag demo` and `mag serve` as a person starts them: real processes on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from mag_server.base.processes import answers, die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
STOP_SECONDS = 20
READY = "Press Ctrl-C to stop."


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def clean_environment(**more: str) -> dict[str, str]:
    """Return our environment without a setting of MAG's or of a portal's."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAG_", "PORTAL_", "PYTEST_"))
    }
    return {**ours, **more}


def processes_in_session(session: int) -> list[int]:
    """Return the living processes that began in a session, as /proc tells them."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name in parentheses may hold anything: what counts stands behind the last one.
            state, _parent, _group, its_session = _status(entry)
        except OSError:
            continue  # it ended while we looked
        if int(its_session) == session and state not in {"Z", "X"}:
            found.append(int(entry.name))
    return sorted(found)


def _status(entry: Path) -> list[str]:
    return (entry / "stat").read_text().rpartition(")")[2].split()[:4]


def command_of(process: int) -> str:
    """Return a process's command line, or nothing when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def eventually(holds, *, seconds: float = 3 * STOP_SECONDS) -> bool:
    """Tell whether something comes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def get_page(host: str, port: int, path: str) -> tuple[int, str]:
    """Ask for a page of *.localhost, which Python does not resolve."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@dataclass
class Running:
    """A command in a process group of its own, as a terminal makes it."""

    command: list[str]
    log: Path
    environ: dict[str, str] = field(default_factory=clean_environment)
    folder: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the command is the test's own
                self.command,
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - a killed test run leaves nothing
            )

    @property
    def group(self) -> int:
        """Return the process group, which has the first process's number."""
        assert self.process
        return self.process.pid

    @property
    def said(self) -> str:
        """Return all that was printed so far."""
        return self.log.read_text()

    def wait_until_said(self, words: str) -> None:
        """Wait for words on the terminal."""
        assert self.process
        process = self.process
        eventually(lambda: words in self.said or process.poll() is not None, seconds=START_SECONDS)
        assert words in self.said, self.said

    def processes(self) -> list[int]:
        """Return its living processes, in whichever group they are."""
        return processes_in_session(self.group)

    def process_of(self, *words: str) -> list[int]:
        """Return those of its processes whose command line holds all these words."""
        return [one for one in self.processes() if all(word in command_of(one) for word in words)]

    def signal_group(self, number: int) -> None:
        """Send a signal to every process at once, as Ctrl-C does."""
        os.killpg(self.group, number)

    def signal_first(self, number: int) -> None:
        """Send a signal to the first process alone, as a service manager does."""
        os.kill(self.group, number)

    def exit_status(self) -> int:
        """Wait for the first process to end and return its status."""
        assert self.process
        return self.process.wait(timeout=STOP_SECONDS)

    def leaves_nothing(self) -> bool:
        """Tell whether, before long, no process of it is left."""
        assert self.process
        self.process.poll()
        return eventually(lambda: not self.processes())

    def stop(self) -> None:
        """Stop it as Ctrl-C does; whatever resists is killed."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.signal_group(signal.SIGINT)
        if not self.leaves_nothing():
            for one in self.processes():
                os.kill(one, signal.SIGKILL)
        self.process.wait()
        self.process = None


@dataclass
class Demonstration(Running):
    """`mag demo` on free ports."""

    mag_port: int = 0
    klesia_port: int = 0
    mcf_port: int = 0
    mailbox_port: int = 0
    smtp_port: int = 0
    database_url: str = ""

    @staticmethod
    def in_folder(folder: Path, ports: list[int] | None = None) -> "Demonstration":
        """Return a demonstration that is not started yet."""
        mag_port, klesia_port, mcf_port, mailbox_port, smtp_port = ports or free_ports(5)
        places = {
            "--mag-port": mag_port,
            "--klesia-port": klesia_port,
            "--mcf-port": mcf_port,
            "--mailbox-port": mailbox_port,
            "--smtp-port": smtp_port,
        }
        options = [str(word) for place in places.items() for word in place]
        return Demonstration(
            command=[sys.executable, "-m", "mag_server", "demo", *options, "--folder", str(folder)],
            log=folder.with_name(f"{folder.name}.log"),
            mag_port=mag_port,
            klesia_port=klesia_port,
            mcf_port=mcf_port,
            mailbox_port=mailbox_port,
            smtp_port=smtp_port,
            database_url=f"sqlite:///{folder / 'mag.db'}",
        )

    @property
    def mag(self) -> str:
        """Return MAG's address."""
        return f"http://mag.localhost:{self.mag_port}"

    @property
    def klesia(self) -> str:
        """Return KLESIA Pro's address."""
        return f"http://klesia.localhost:{self.klesia_port}"

    @property
    def mcf(self) -> str:
        """Return Mon Compte Formation's address."""
        return f"http://mcf.localhost:{self.mcf_port}"

    @property
    def mailbox(self) -> str:
        """Return the address of the mailbox's page."""
        return f"http://mail.localhost:{self.mailbox_port}"

    @property
    def ports(self) -> list[int]:
        """Return the five ports."""
        return [
            *(self.mag_port, self.klesia_port, self.mcf_port),
            *(self.mailbox_port, self.smtp_port),
        ]

    def start_and_wait(self) -> None:
        """Start it, and wait until all three answer."""
        self.start()
        self.wait_until_said(READY)

    def listens_nowhere(self) -> bool:
        """Tell whether, before long, nobody answers on any of its ports."""
        return eventually(lambda: not any(answers("127.0.0.1", port) for port in self.ports))


@contextmanager
def running_demonstration(folder: Path) -> Iterator[Demonstration]:
    """Give a demonstration that answers, and stop it afterwards."""
    demonstration = Demonstration.in_folder(folder)
    try:
        demonstration.start_and_wait()
        yield demonstration
    finally:
        demonstration.stop()

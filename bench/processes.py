"""Server processes, each pinned to one core, stopped when the run ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_STARTS_WITHIN_SECONDS = 30
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class NotStartedError(RuntimeError):
    """A server did not listen in time; the message holds what it said."""


@dataclass(frozen=True)
class Server:
    """A running server: its process, its port, and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    output: Path

    def cpu_seconds(self) -> float:
        """Return what it and its children have spent on the processor: others' load aside."""
        return sum(_ticks(pid) for pid in _family(self.process.pid)) / _TICKS_A_SECOND

    def stop(self) -> None:
        """Stop it, wait for it, and leave none of its children behind."""
        family = _family(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    core: int,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Server:
    """Start a server pinned to one core and wait until it listens."""
    output = folder / f"{name}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            cwd=cwd,
            start_new_session=True,
        )
    server = Server(name, process, port, output)
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return server
        time.sleep(0.1)
    server.stop()
    said = output.read_text(errors="replace")[-2000:]
    raise NotStartedError(f"{name} did not start:\n{said}")


def _family(leader: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(entry.name)] = int(_fields(int(entry.name))[1])
    family = [leader]
    for pid in family:  # grows while it is walked: children of children are found too
        family += [child for child, parent in parents.items() if parent == pid]
    return family


def _fields(pid: int) -> list[str]:
    # What follows the command's name, which may hold spaces: proc(5), from the state on.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ticks(pid: int) -> int:
    try:
        fields = _fields(pid)
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])

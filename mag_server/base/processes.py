"""Child processes that stop when we do, and leave nothing behind."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

STOP_SECONDS = 8
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One command to keep running; `restarts` says whether its end is mended or ends everything."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    restarts: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0


class Supervisor:
    """Runs children until a signal comes, or until one dies that must not."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._asked_to_stop = False

    def start(self, child: Child) -> None:
        """Start a child now."""
        self._children.append(child)
        self._launch(child)

    def run(self) -> str | None:
        """Wait; return None after a signal, or the name of the child whose end ended everything."""
        try:
            while not self._asked_to_stop:
                time.sleep(0.2)
                for child in self._children:
                    if child.process is None or child.process.poll() is None:
                        continue
                    if not child.restarts:
                        return None if self._asked_to_stop else child.name
                    self._launch_again(child)
        finally:
            self.stop()
        return None

    def is_asked_to_stop(self) -> bool:
        """Tell whether a signal came."""
        return self._asked_to_stop

    def stop(self) -> None:
        """Stop every child, the last started first: TERM, then after 8 s KILL."""
        for child in reversed(self._children):
            if child.process and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            # A child that was killed could not stop its own: they would keep its port.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Turn SIGINT and SIGTERM into a clean stop, inside the block."""

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            self._asked_to_stop = True

        before = {
            number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _launch(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - the command is ours, word by word
            child.command,
            env=dict(child.environ),
            # Ctrl-C reaches a terminal's whole group: a granian whose workers heard it too waits
            # five seconds for them. In a group of its own, a child hears us alone.
            process_group=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - a supervisor has one thread
        )

    def _launch_again(self, child: Child) -> None:
        # One that dies at once is started again slowly, so that its complaint can be read.
        if time.monotonic() - child.started_at >= 2:  # noqa: PLR2004 - seconds
            self._launch(child)


def die_with_parent() -> None:
    """Ask the kernel, in a new child, to stop it when its parent is killed outright (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def is_port_free(host: str, port: int) -> bool:
    """Tell whether one can listen there."""
    return why_not_listen(host, port) is None


def why_not_listen(host: str, port: int) -> OSError | None:
    """Return what keeps one from listening there: EADDRINUSE when somebody does; None if nothing.

    A host that is unknown, or no address of this machine, has an error of its own.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def answers(host: str, port: int) -> bool:
    """Tell whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def this_environment(**changes: str) -> dict[str, str]:
    """Return our own environment with changes."""
    return {**os.environ, **changes}

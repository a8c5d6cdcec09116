"""Guessing is counted across server processes and restarts: by real `mag serve`, on one file."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.demo.running import ROOT, Running, clean_environment, eventually, free_ports, get_page
from tests.world import PASSWORD, request_parameters

WRONG, WAIT, ENTERS = 400, 429, 303
TOM = {"siret": "97050551700072", "nom": "SAWYER", "prenom": "TOM"}


class Servers:
    """Two `mag serve` of one issuer, one database and one set of keys, each on its own port."""

    def __init__(self, folder: Path) -> None:
        self.ports = free_ports(2)
        self.issuer = f"http://mag.localhost:{self.ports[0]}"
        self.environ = clean_environment(
            MAG_ISSUER=self.issuer, MAG_DATABASE_URL=f"sqlite:///{folder / 'mag.db'}"
        )
        self.running = [
            Running(
                [sys.executable, "-m", "mag_server", "serve"],
                folder / f"serve-{port}.log",
                self.environ | {"MAG_BIND": f"127.0.0.1:{port}"},
            )
            for port in self.ports
        ]

    def register(self) -> None:
        """Add the partner and the person by the command line."""
        parameters = request_parameters()
        self._mag(
            *("partners", "add", "klesia", "--name", "KLESIA Pro", "--sandbox"),
            *("--redirect-uri", parameters["redirect_uri"]),
            *("--origin", "http://klesia.localhost:8500"),
        )
        names = [word for name, value in TOM.items() for word in (f"--{name}", value)]
        rest = ("--email", "tom@toment.example", "--role", "declarant", "--password-stdin")
        self._mag("people", "add", *names, *rest, typed=PASSWORD)

    def _mag(self, *words: str, typed: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-m", "mag_server", *words, "--json"],
            cwd=ROOT,
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)

    def start(self) -> None:
        """Start both, and wait until both serve."""
        for server, port in zip(self.running, self.ports, strict=True):
            server.start()
            assert eventually(lambda port=port: _is_ready(port)), server.said

    def restart(self) -> None:
        """Stop both as a service manager does, and start them again."""
        for server in self.running:
            server.signal_first(signal.SIGTERM)
            assert server.exit_status() == 0
            assert server.leaves_nothing()
        self.start()

    def stop(self) -> None:
        """Stop what still runs."""
        for server in self.running:
            server.stop()

    def submit(self, *, at: int, password: str) -> int:
        """Open a form at one of them, submit it there, and return the status of the answer."""
        host = f"mag.localhost:{self.ports[0]}"
        connection = HTTPConnection("127.0.0.1", self.ports[at], timeout=30)
        try:
            query = urlencode(request_parameters())
            connection.request("GET", f"/authorize?{query}", headers={"Host": host})
            page = connection.getresponse().read().decode()
            token = re.search(r'name="form" value="([^"]*)"', page)
            assert token, page
            typed = TOM | {"form": unescape(token[1]), "password": password, "action": "sign-in"}
            headers = {
                "Host": host,
                "Origin": self.issuer,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request("POST", "/sign-in", urlencode(typed), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def _is_ready(port: int) -> bool:
    try:
        return get_page("mag.localhost", port, "/health/ready")[0] == 200
    except OSError:
        return False


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Give two servers that answer, where TOM SAWYER may sign in at one partner's."""
    servers = Servers(tmp_path)
    servers.register()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def test_failures_add_up_across_two_processes_and_outlive_a_restart(servers: Servers) -> None:
    # The clock is the real one: a guess may come after its wait of 1, 2 or 4 s, and count on. Had
    # each process, or each start, a count of its own, none of these would be told to wait.
    assert [servers.submit(at=0, password="Wrong-1") for _ in range(3)] == [WRONG] * 3
    assert [servers.submit(at=1, password="Wrong-2") for _ in range(2)] == [WRONG] * 2
    assert WAIT in [servers.submit(at=1, password="Wrong-3") for _ in range(3)]
    servers.restart()
    assert WAIT in [servers.submit(at=0, password="Wrong-4") for _ in range(4)]
    # Nobody is locked out for good: the right password enters once the wait is over.
    assert eventually(lambda: servers.submit(at=1, password=PASSWORD) == ENTERS, seconds=70)

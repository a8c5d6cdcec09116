"""MAG and one portal as an operator sets them up, with `mag` commands: one can be stopped alone."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e.walk import TOM
from mag_server.base.processes import answers
from tests.demo.running import Running, clean_environment, eventually, free_ports, get_page

ROLES = ("--role", "declarant", "--role", "administrateur")


@dataclass
class ByHand:
    """MAG and one portal as an operator sets them up, with `mag` commands."""

    mag: Running
    portal: Running
    mag_port: int
    portal_port: int

    @property
    def portal_url(self) -> str:
        """Return the portal's address."""
        return f"http://klesia.localhost:{self.portal_port}"

    def portal_answers(self, path: str) -> int:
        """Return the status of one of its pages."""
        return get_page("klesia.localhost", self.portal_port, path)[0]

    def start_mag(self) -> None:
        """Start MAG, and wait until it answers."""
        self.mag.start()
        assert eventually(lambda: answers("127.0.0.1", self.mag_port))

    def be_running(self) -> None:
        """Start MAG where it was left stopped."""
        if self.mag.process is None or self.mag.process.poll() is not None:
            self.start_mag()

    def stop_mag(self) -> None:
        """Stop MAG as an operator does, and wait until it is gone."""
        self.mag.signal_first(signal.SIGTERM)
        assert self.mag.exit_status() == 0
        assert self.mag.leaves_nothing()


def mag(environ: dict[str, str], *words: str, typed: str = "") -> dict[str, str]:
    """Run one of MAG's commands."""
    answer = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "mag_server", *words, "--json"],
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    told: dict[str, str] = json.loads(answer.stdout)
    return told


def portal_environment(url: str, issuer: str, secret: str, folder: Path) -> dict[str, str]:
    """Return the portal's settings."""
    return clean_environment(
        PORTAL_BRAND="klesia",
        PORTAL_URL=url,
        PORTAL_SECRET_KEY="a key for the tests only, of more than 32 characters",
        PORTAL_DATABASE=str(folder / "portal.db"),
        PORTAL_DEMONSTRATION="1",
        MAG_ISSUER=issuer,
        MAG_CLIENT_ID="klesia",
        MAG_CLIENT_SECRET=secret,
    )


@contextmanager
def running_by_hand(folder: Path) -> Iterator[ByHand]:
    """Give MAG and a portal that answer, and stop them afterwards."""
    mag_port, portal_port = free_ports(2)
    portal_url, issuer = (
        f"http://klesia.localhost:{portal_port}",
        f"http://mag.localhost:{mag_port}",
    )
    environ = clean_environment(
        MAG_ISSUER=issuer,
        MAG_BIND=f"127.0.0.1:{mag_port}",
        MAG_DATABASE_URL=f"sqlite:///{folder / 'mag.db'}",
    )
    addresses = ("--redirect-uri", f"{portal_url}/mag/callback", "--origin", portal_url)
    added = mag(
        environ,
        *("partners", "add", "klesia", "--name", "KLESIA Pro", "--theme", "klesia", "--sandbox"),
        *addresses,
    )
    names = ("--siret", TOM.siret, "--nom", TOM.nom, "--prenom", TOM.prenom)
    mag(
        environ,
        *("people", "add", *names, *ROLES, "--email", "tom@toment.example", "--password-stdin"),
        typed=TOM.password,
    )
    portal_environ = portal_environment(portal_url, issuer, added["client_secret"], folder)
    granian = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--workers-kill-timeout", "1s"),
    )
    site = ByHand(
        Running([sys.executable, "-m", "mag_server", "serve"], folder / "mag.log", environ),
        Running(
            [*granian, "--port", str(portal_port), "partner_portal.app:create_app", "--factory"],
            folder / "portal.log",
            portal_environ,
        ),
        mag_port,
        portal_port,
    )
    try:
        site.start_mag()
        site.portal.start()
        assert eventually(lambda: answers("127.0.0.1", portal_port))
        yield site
    finally:
        site.mag.stop()
        site.portal.stop()

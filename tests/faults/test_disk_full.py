"""A disk that is full: a clear refusal, nothing lost, and on by itself once there is room."""

import contextlib
import errno
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mag_server.app import equip
from mag_server.base.settings import Settings
from tests.demo.running import Running, clean_environment, eventually, free_ports
from tests.faults.prepared import (
    TOM,
    is_ready,
    links_for,
    made_in,
    open_form,
    prepare,
    said_no_trace,
)
from tests.soak.site import Site

DISK_BYTES = 4 * 1024 * 1024
LINKS_A_CALL = 50
# In a user namespace nobody needs to be root: the small disk is seen by this server alone.
ON_A_SMALL_DISK = (
    f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$0" && cp "$1"/mag.* "$0" && shift && exec "$@"'
)


@dataclass
class SmallDisk:
    """A server whose database stands on a small disk of its own."""

    server: Running
    site: Site
    secret: str
    inside: Path

    @property
    def disk(self) -> Path:
        """Return the small disk, as it is seen from here."""
        return Path(f"/proc/{self.server.group}/root{self.inside}")

    def fill(self) -> None:
        """Write until no byte is left."""
        with (self.disk / "ballast").open("ab", buffering=0) as ballast:
            for size in (65536, 1):
                with contextlib.suppress(OSError):
                    while ballast.write(b"x" * size):
                        pass

    def empty(self) -> None:
        """Make room again."""
        (self.disk / "ballast").unlink()

    def count(self, table: str) -> int:
        """Return how many rows a table has, read on a copy of the files."""
        copy = self.server.log.with_name("copy")
        shutil.copytree(self.disk, copy, dirs_exist_ok=True)
        with contextlib.closing(sqlite3.connect(copy / "mag.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a table of ours
        shutil.rmtree(copy)
        return int(count)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Give a running MAG on a disk of 4 MiB."""
    prepared, inside = tmp_path / "prepared", tmp_path / "disk"
    prepared.mkdir()
    inside.mkdir()
    (port,) = free_ports(1)
    environ = {
        "MAG_ISSUER": f"http://mag.localhost:{port}",
        "MAG_BIND": f"127.0.0.1:{port}",
        "MAG_DATABASE_URL": f"sqlite:///{prepared / 'mag.db'}",
    }
    equipment = equip(Settings.read(environ))
    secret = prepare(equipment)
    equipment.database.dispose()
    serve = [sys.executable, "-m", "mag_server", "serve"]
    server = Running(
        ["unshare", "-rm", "sh", "-c", ON_A_SMALL_DISK, str(inside), str(prepared), *serve],
        tmp_path / "serve.log",
        clean_environment(**environ | {"MAG_DATABASE_URL": f"sqlite:///{inside / 'mag.db'}"}),
    )
    server.start()
    site = Site(port, environ["MAG_ISSUER"])
    try:
        assert eventually(lambda: is_ready(site)), server.said
        yield SmallDisk(server, site, secret, inside)
    finally:
        server.stop()


def test_what_a_full_disk_refuses_is_said_and_taken_once_there_is_room(small_disk: SmallDisk):
    site = small_disk.site
    token = site.token(client_id="klesia", client_secret=small_disk.secret)
    small_disk.fill()
    acknowledged: list[str] = []
    for number in range(200):
        lines = links_for(TOM, first=number * LINKS_A_CALL, count=LINKS_A_CALL)
        refused = site.post_links(lines, token=token, key=f"call-{number}")
        if refused.status != 200:
            break
        acknowledged += made_in(refused)
    assert (refused.status, refused.headers["content-type"]) == (503, "application/json")
    assert "MAG-502" in refused.text
    assert small_disk.count("links") == len(acknowledged), "what was refused is not there"

    small_disk.empty()
    again = site.post_links(lines, token=token, key=f"call-{number}")
    assert again.status == 200, again.text
    acknowledged += made_in(again)
    assert small_disk.count("links") == len(set(acknowledged))
    assert said_no_trace(small_disk.server)


def test_a_person_met_by_a_full_disk_is_told_and_signs_in_with_the_same_form(
    small_disk: SmallDisk,
):
    site = small_disk.site
    form = open_form(site)
    small_disk.fill()
    for _ in range(500):
        # Each fails in its own way once the journal cannot grow: none is half signed in.
        answer = site.sign_in(open_form(site), TOM)
        if answer.status != 303:
            break
    assert answer.status == 503, answer.text
    assert "MAG-502" in answer.text
    small_disk.empty()
    assert site.sign_in(form, TOM).status == 303
    assert said_no_trace(small_disk.server)


def test_the_small_disk_is_really_full(small_disk: SmallDisk):
    small_disk.fill()
    with pytest.raises(OSError, match="No space left") as full:
        (small_disk.disk / "another").write_bytes(b"x" * os.sysconf("SC_PAGESIZE"))
    assert full.value.errno == errno.ENOSPC

"""Links with their mails, made by MAG and written bare: `python -m bench.campaign [HOW_MANY]`."""

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mag_server.base.clock import system_clock
from mag_server.base.db import migrate
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.links.actions import create_links
from mag_server.rooms.links.model import CreatedLinks
from mag_server.rooms.partners.actions import add_partner
from mag_server.rooms.partners.model import Partner

HOW_MANY, A_CALL = 100_000, 10_000
CEILING = 4.0
TABLES = ("links", "letters")
ORIGIN = "http://klesia.localhost:8500"
_LETTERS = str.maketrans("0123456789", "ABCDEFGHIJ")
_VAR = Path(__file__).parent.parent / "var"


def equipment_in(folder: Path, name: str) -> Equipment:
    """Return what a server has, on a database of its own with its tables and keys."""
    from mag_server.base.db import Database  # noqa: PLC0415 - the engine is needed here alone

    url = f"sqlite:///{folder / name}.db"
    keys = ("a key for the bench only, of more than 32 characters",)
    settings = Settings(database_url=url, secret_keys=keys)
    equipment = Equipment(settings, Database(url), SecretKeys(keys), Hasher())
    migrate(equipment.database)
    ensure_keys(equipment.work(system_clock()))
    return equipment


def _partner(equipment: Equipment) -> Partner:
    partner = Partner(
        client_id="klesia",
        name="KLESIA Pro",
        theme="klesia",
        redirect_uris=(f"{ORIGIN}/mag/callback",),
        origins=(ORIGIN,),
        post_logout_redirect_uris=(f"{ORIGIN}/",),
        initiate_login_uri=f"{ORIGIN}/mag/initiate",
        targets=(f"{ORIGIN}/taux",),
        sandbox=True,
    )
    add_partner(equipment.work(system_clock()), partner=partner, by="bench")
    return partner


def _lines(first: int, count: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for number in range(first, first + count):
        addressee = {
            "siret": "97050551700072",
            # Letters alone make a name: as many as there are people.
            "nom": "SAWYER " + str(number).translate(_LETTERS),
            "prenom": "TOM",
            "email": f"tom.{number}@toment.example",
        }
        link = {"kind": "information", "message": "taux-at-mp", "target": f"{ORIGIN}/taux"}
        yield number, link | {"addressee": addressee, "reference": f"bench-{number}"}


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_links(equipment: Equipment, how_many: int) -> tuple[float, float]:
    """Make the links; return the seconds, and the MiB by which memory grew after the first call."""
    partner = _partner(equipment)
    begun, grown_from = time.perf_counter(), 0.0
    for first in range(0, how_many, A_CALL):
        lines = _lines(first, min(A_CALL, how_many - first))
        made = create_links(equipment.work(system_clock()), partner=partner, lines=lines, by="b")
        assert isinstance(made, CreatedLinks)
        grown_from = grown_from or _memory_mib()
    return time.perf_counter() - begun, _memory_mib() - grown_from


def write_bare(source: Path, target: Path, how_many: int) -> float:
    """Write the same rows by `executemany`, as durably, a call at a time; return the seconds."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target, isolation_level=None)
    writing.execute("PRAGMA synchronous=FULL")
    seconds = 0.0
    for first in range(0, how_many, A_CALL):
        rows = {
            table: reading.execute(
                f"SELECT * FROM {table} ORDER BY number LIMIT {A_CALL} OFFSET {first}"  # noqa: S608 - ours
            ).fetchall()
            for table in TABLES
        }
        begun = time.perf_counter()
        writing.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            marks = ",".join("?" * len(found[0]))
            writing.executemany(f"INSERT INTO {table} VALUES ({marks})", found)  # noqa: S608 - ours
        writing.execute("COMMIT")
        seconds += time.perf_counter() - begun
    reading.close()
    writing.close()
    return seconds


def bench_campaign(how_many: int = HOW_MANY) -> dict[str, float]:
    """Measure both, one after the other in one run, and print the ratio."""
    _VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_VAR, prefix="bench-") as name:
        folder = Path(name)
        ours, bare = equipment_in(folder, "ours"), equipment_in(folder, "bare")
        bare.database.dispose()
        seconds, grown = make_links(ours, how_many)
        ours.database.dispose()
        bare_seconds = write_bare(folder / "ours.db", folder / "bare.db", how_many)
    ratio = seconds / bare_seconds
    print(f"\n{how_many} links with their mails, {A_CALL} a call")
    print(f"  MAG {seconds:.1f} s, the same rows bare {bare_seconds:.1f} s: {ratio:.1f} times")
    print(f"  at most {CEILING:.0f} times: {'held' if ratio <= CEILING else 'MISSED'}")
    print(f"  memory after the first call grew by {grown:.0f} MiB")
    return {"times": ratio, "grown_mib": grown}


if __name__ == "__main__":
    bench_campaign(int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY)

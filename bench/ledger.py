"""Receipts against a bare signed insert, and proofs in a small and a large log.

`python -m bench.ledger [RECEIPTS] [LEAVES]`
"""

import hashlib
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from bench.campaign import equipment_in
from mag_server.base.clock import system_clock
from mag_server.base.merkle import edge, new_nodes, root_of
from mag_server.base.work import Equipment
from mag_server.rooms.receipts.actions import append_receipt, sequence_receipts
from mag_server.rooms.receipts.model import Fact, Stage
from mag_server.rooms.tree.actions import prove_inclusion

RECEIPTS, LEAVES, SMALL = 3_000, 1_000_000, 1_000
CHUNK, PROOFS, ROUNDS = 50_000, 300, 3
_VAR = Path(__file__).parent.parent / "var"


def append(equipment: Equipment, count: int) -> float:
    """Append receipts, each in a durable block, and sequence them; return the seconds."""
    begun = time.perf_counter()
    for number in range(count):
        fact = Fact(f"lnk_{number % 500}", "klesia", Stage.OPENED, observed="authenticated")
        work = equipment.work(system_clock())
        with work.writing_durably() as connection:
            append_receipt(work, connection=connection, fact=fact)
        if number % 500 == 499:
            sequence_receipts(equipment.work(system_clock()))
    sequence_receipts(equipment.work(system_clock()))
    return time.perf_counter() - begun


def insert_bare(file: Path, count: int) -> float:
    """Sign as much and insert it, each in a durable transaction; return the seconds."""
    key = ec.generate_private_key(ec.SECP256R1())
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS signed (number INTEGER PRIMARY KEY, jws TEXT)")
    claims = {"iss": "http://mag.localhost", "jti": "x" * 22, "link": "lnk_1", "stage": "opened"}
    begun = time.perf_counter()
    for number in range(count):
        jws = jwt.encode(claims | {"number": number}, key, algorithm="ES256")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO signed (jws) VALUES (?)", (jws,))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def fill(file: Path, leaves: int) -> None:
    """Store the nodes of a log of so many leaves, and a head that says so."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    stored: dict[tuple[int, int], bytes] = {}
    for first in range(0, leaves, CHUNK):
        hashes = [
            hashlib.sha256(number.to_bytes(8, "big")).digest()
            for number in range(first, min(first + CHUNK, leaves))
        ]
        made = new_nodes(first, hashes, stored)
        connection.execute("BEGIN")
        rows = [(level, index, node) for (level, index), node in made.items()]
        connection.executemany("INSERT INTO tree_nodes VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        both = stored | made
        stored = {node: both[node] for node in edge(first + len(hashes))}
    root = root_of((0, leaves), stored)
    connection.execute("INSERT INTO tree_checkpoints VALUES (?, ?, 0, '')", (leaves, root))
    connection.close()


def prove(equipment: Equipment, leaves: int) -> float:
    """Return the median milliseconds of one inclusion proof."""
    times = []
    for number in range(PROOFS):
        position = number * 7919 % leaves
        begun = time.perf_counter()
        assert prove_inclusion(equipment.work(system_clock()), position=position, size=leaves)
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def bench_ledger(receipts: int = RECEIPTS, leaves: int = LEAVES) -> dict[str, float]:
    """Measure appending in alternating rounds, then proofs in two logs, in one run."""
    _VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_VAR, prefix="bench-") as name:
        folder = Path(name)
        ours = equipment_in(folder, "ledger")
        pairs = [
            (append(ours, receipts // ROUNDS), insert_bare(folder / "bare.db", receipts // ROUNDS))
            for _ in range(ROUNDS)
        ]
        ratio = statistics.median(mine / bare for mine, bare in pairs)
        rate = receipts / sum(mine for mine, _ in pairs)
        found = {}
        for size in (SMALL, leaves):
            equipment = equipment_in(folder, f"proofs-{size}")
            fill(folder / f"proofs-{size}.db", size)
            found[size] = prove(equipment, size)
            equipment.database.dispose()
        ours.database.dispose()
    print(f"\nReceipts, appended alone and sequenced by 500: {rate:.0f} a second")
    print(f"  a bare signed insert is {ratio:.1f} times as fast")
    print(
        f"  one proof: {found[SMALL]:.2f} ms of {SMALL} leaves, {found[leaves]:.2f} ms of {leaves}"
    )
    return {"times": ratio, "proof_ratio": found[leaves] / found[SMALL]}


if __name__ == "__main__":
    bench_ledger(*map(int, sys.argv[1:3]))

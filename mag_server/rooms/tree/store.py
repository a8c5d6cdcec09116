from collections.abc import Iterable, Mapping
from itertools import groupby

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    select,
)

from mag_server.base.db import Database, Instant, metadata
from mag_server.base.merkle import Node
from mag_server.rooms.tree.model import Checkpoint

# Any number, as long as every MAG takes the same; the migrations' own is another.
SEQUENCER_LOCK = 0x4D414752

# SQLite counts up an INTEGER by itself; a BIGINT it would only store.
_LARGE = BigInteger().with_variant(Integer, "sqlite")
tree_nodes = Table(
    "tree_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
tree_checkpoints = Table(
    "tree_checkpoints",
    metadata,
    Column("size", _LARGE, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("jws", Text, nullable=False),
)
_LATEST = select(tree_checkpoints).order_by(tree_checkpoints.c.size.desc()).limit(1)
_ADD_NODES = tree_nodes.insert()
_ADD_CHECKPOINT = tree_checkpoints.insert()


def take_turn(connection: Connection, database: Database) -> None:
    """Wait until no other process sequences, until this transaction ends.

    On SQLite the transaction itself is the turn: there is one writer.
    """
    if not database.is_sqlite:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SEQUENCER_LOCK})")


def load_latest(connection: Connection) -> Checkpoint | None:
    """Return the checkpoint over the most leaves."""
    row = connection.execute(_LATEST).first()
    return Checkpoint(row.size, row.root, row.signed_at, row.jws) if row else None


def load_checkpoints(connection: Connection, *, after_size: int, most: int) -> list[Checkpoint]:
    """Return checkpoints by size, after one."""
    statement = (
        select(tree_checkpoints)
        .where(tree_checkpoints.c.size > after_size)
        .order_by(tree_checkpoints.c.size)
        .limit(most)
    )
    return [
        Checkpoint(row.size, row.root, row.signed_at, row.jws)
        for row in connection.execute(statement)
    ]


def add_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    """Store a checkpoint: there is one of each size."""
    connection.execute(_ADD_CHECKPOINT, vars(checkpoint))


def add_nodes(connection: Connection, nodes: Mapping[Node, bytes]) -> None:
    """Store nodes that became whole: none of them is there already."""
    if nodes:
        connection.execute(
            _ADD_NODES,
            [
                {"level": level, "index": index, "hash": node}
                for (level, index), node in nodes.items()
            ],
        )


def load_nodes(connection: Connection, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Return these nodes, one statement a level."""
    table = tree_nodes.c
    found: dict[Node, bytes] = {}
    for level, asked in groupby(sorted(set(nodes)), key=lambda node: node[0]):
        statement = select(table.index, table.hash).where(
            table.level == level, table.index.in_([index for _, index in asked])
        )
        found |= {(level, index): node for index, node in connection.execute(statement)}
    return found


def count_stray_nodes(connection: Connection) -> int:
    """Return how many nodes are over leaves beyond the largest checkpoint."""
    size = select(func.coalesce(func.max(tree_checkpoints.c.size), 0)).scalar_subquery()
    end = (tree_nodes.c.index + 1).bitwise_lshift(tree_nodes.c.level)
    return connection.execute(
        select(func.count()).select_from(tree_nodes).where(end > size)
    ).scalar_one()

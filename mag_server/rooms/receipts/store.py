from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from mag_server.base.db import Database, Executable, InsertInto, Instant, metadata
from mag_server.rooms.receipts.model import (
    OF_ADDRESSEE,
    ChainEnd,
    Disclosure,
    LoggedRow,
    Receipt,
    Stage,
)

_LARGE = BigInteger().with_variant(Integer, "sqlite")
receipts = Table(
    "receipts",
    metadata,
    # The order of arrival: of one link it is the order of the numbers.
    Column("arrival", _LARGE, primary_key=True, autoincrement=True),
    Column("receipt_id", Text, nullable=False, unique=True),
    Column("link_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("observed", Text),
    Column("issued_at", Instant, nullable=False),
    Column("jws", Text, nullable=False),
    Column("position", BigInteger, unique=True),
    UniqueConstraint("link_id", "number"),
    Index("ix_receipts_client_id_position", "client_id", "position"),
)
# What the sequencer looks for once a second: almost always nothing, however long the log is.
Index(
    "ix_receipts_waiting",
    receipts.c.arrival,
    sqlite_where=receipts.c.position.is_(None),
    postgresql_where=receipts.c.position.is_(None),
)
receipt_heads = Table(
    "receipt_heads",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
# Apart from the receipts: a word holds a keyed fingerprint of somebody, and goes with their names.
receipt_onces = Table(
    "receipt_onces",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("receipt_id", Text, nullable=False, index=True),
)
receipt_disclosures = Table(
    "receipt_disclosures",
    metadata,
    Column("receipt_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sub", Text, nullable=False, index=True),
    Column("text", Text, nullable=False),
)

# Kept as they stand; `stage` by its word.
_AS_KEPT = ("receipt_id", "link_id", "client_id", "number", "observed", "issued_at", "jws")
_SAVE_HEAD = (
    update(receipt_heads)
    .where(receipt_heads.c.link_id == bindparam("of_link"))
    .values(hash=bindparam("new_hash"))
)
_FORGET_WORD = delete(receipt_onces).where(
    receipt_onces.c.link_id == bindparam("of_link"), receipt_onces.c.word == bindparam("of_word")
)
_ADD_RECEIPTS = receipts.insert()
_ADD_DISCLOSURES = receipt_disclosures.insert()
_WAITING = select(receipts.c.arrival).where(receipts.c.position.is_(None)).limit(1)


class Head(NamedTuple):
    """The last receipt of a link's chain: its number and its hash, empty before the first."""

    number: int
    hash: str


@cache
def _spend(insert: InsertInto) -> Executable:
    return insert(receipt_onces).on_conflict_do_nothing().returning(receipt_onces.c.receipt_id)


@cache
def _take(insert: InsertInto) -> Executable:
    statement = insert(receipt_heads)
    return statement.on_conflict_do_update(
        index_elements=["link_id"],
        set_={"number": receipt_heads.c.number + statement.excluded.number},
    ).returning(receipt_heads.c.link_id, receipt_heads.c.number, receipt_heads.c.hash)


def spend_words(
    connection: Connection, database: Database, *, words: Sequence[tuple[str, str, str]]
) -> set[str]:
    """Spend words of links, each (link_id, word, receipt_id); return the receipts that got one."""
    if not words:
        return set()
    rows = [
        {"link_id": link_id, "word": word, "receipt_id": receipt_id}
        for link_id, word, receipt_id in sorted(words)
    ]
    return set(connection.execute(_spend(database.insert), rows).scalars())


def take_heads(
    connection: Connection, database: Database, *, counts: dict[str, int]
) -> dict[str, Head]:
    """Hold the chain of each link until the block ends, and keep room for so many receipts.

    Returns the head that the first of them follows. In the order of the names, so that two blocks
    that hold several links wait for each other in one direction only.
    """
    rows = [
        {"link_id": link_id, "number": count, "hash": ""}
        for link_id, count in sorted(counts.items())
    ]
    found = connection.execute(_take(database.insert), rows).all()
    return {row.link_id: Head(row.number - counts[row.link_id], row.hash) for row in found}


def save_heads(connection: Connection, *, hashes: dict[str, str]) -> None:
    """Note the hash of each link's last receipt, before the block ends."""
    connection.execute(
        _SAVE_HEAD,
        [{"of_link": link_id, "new_hash": new_hash} for link_id, new_hash in hashes.items()],
    )


def add_receipts(
    connection: Connection, made: Sequence[Receipt], disclosures: Sequence[Disclosure]
) -> None:
    """Store receipts, without a position, and what they disclose."""
    rows = [
        {"stage": one.stage.value, **{name: getattr(one, name) for name in _AS_KEPT}}
        for one in made
    ]
    connection.execute(_ADD_RECEIPTS, rows)
    if disclosures:
        connection.execute(_ADD_DISCLOSURES, [vars(one) for one in disclosures])


def is_any_waiting(connection: Connection) -> bool:
    """Tell whether a committed receipt has no position yet."""
    return connection.execute(_WAITING).first() is not None


def give_positions(connection: Connection, *, first: int, most: int) -> list[str]:
    """Give waiting receipts consecutive positions from `first` on; return their JWS in order.

    In the order of arrival; a receipt whose transaction is still open takes a later turn.
    """
    waiting = (
        select(
            receipts.c.arrival,
            func.row_number().over(order_by=receipts.c.arrival).label("place"),
        )
        .where(receipts.c.position.is_(None))
        .order_by(receipts.c.arrival)
        .limit(most)
        .subquery()
    )
    statement = (
        update(receipts)
        .where(receipts.c.arrival == waiting.c.arrival)
        .values(position=waiting.c.place + (first - 1))
        .returning(receipts.c.position, receipts.c.jws)
    )
    found = sorted((row.position, row.jws) for row in connection.execute(statement))
    return [jws for _, jws in found]


def load_feed(
    connection: Connection, *, client_id: str, after_position: int, size: int, most: int
) -> list[Receipt]:
    """Return a partner's receipts by position, after one and within the first `size`."""
    statement = (
        select(receipts)
        .where(
            receipts.c.client_id == client_id,
            receipts.c.position > after_position,
            receipts.c.position < size,
        )
        .order_by(receipts.c.position)
        .limit(most)
    )
    return _with_disclosures(connection, statement)


def load_of_link(connection: Connection, *, client_id: str | None, link_id: str) -> list[Receipt]:
    """Return a link's receipts by number; of one partner only, where it is named."""
    statement = select(receipts).where(receipts.c.link_id == link_id).order_by(receipts.c.number)
    if client_id is not None:
        statement = statement.where(receipts.c.client_id == client_id)
    return _with_disclosures(connection, statement)


def load_receipts(connection: Connection, *, receipt_ids: Sequence[str]) -> list[Receipt]:
    """Return these receipts, newest first."""
    statement = select(receipts).where(receipts.c.receipt_id.in_(receipt_ids))
    return _with_disclosures(connection, statement.order_by(receipts.c.arrival.desc()))


def load_own_ids(connection: Connection, *, sub: str, link_ids: Sequence[str]) -> list[str]:
    """Return which receipts are a person's, with links addressed to them; newest first."""
    about = select(receipt_disclosures.c.receipt_id).where(receipt_disclosures.c.sub == sub)
    naming = receipts.c.receipt_id.in_(about)
    ids = receipts.c["arrival", "receipt_id"]
    # An AR-1 `authenticated` is signed together with the AR-2 of the same sign-in, right before it.
    before = receipts.alias("before")
    beside = (before.c.link_id == receipts.c.link_id) & (before.c.number == receipts.c.number - 1)
    is_opening = (before.c.stage == Stage.OPENED.value) & (before.c.observed == "authenticated")
    signed = (receipts.c.stage == Stage.AUTHENTICATED.value) & naming
    opened = select(before.c.arrival, before.c.receipt_id).join_from(receipts, before, beside)
    told = [(stage.value, observed) for stage, observed in OF_ADDRESSEE]
    befell = select(*ids).where(tuple_(receipts.c.stage, receipts.c.observed).in_(told))
    statements = [select(*ids).where(naming), opened.where(signed, is_opening)]
    statements += [befell.where(receipts.c.link_id.in_(some)) for some in _chunks(link_ids)]
    found = {tuple(row) for one in statements for row in connection.execute(one)}
    return [receipt_id for _, receipt_id in sorted(found, reverse=True)]


def links_with_stage(connection: Connection, *, link_ids: Sequence[str], stage: Stage) -> set[str]:
    """Return which of these links have a receipt of a stage."""
    statement = select(receipts.c.link_id).where(
        receipts.c.link_id.in_(list(link_ids)), receipts.c.stage == stage.value
    )
    return set(connection.execute(statement).scalars())


def load_log(connection: Connection, *, after_position: int, most: int) -> list[Receipt]:
    """Return everybody's sequenced receipts by position, after one."""
    statement = (
        select(receipts)
        .where(receipts.c.position > after_position)
        .order_by(receipts.c.position)
        .limit(most)
    )
    return _with_disclosures(connection, statement)


def load_rows(connection: Connection, *, after_position: int, most: int) -> list[LoggedRow]:
    """Return sequenced receipts as they lie in the store, by position, after one."""
    return _rows(
        connection, receipts.c.position > after_position, by=receipts.c.position, most=most
    )


def load_waiting_rows(connection: Connection, *, after_arrival: int, most: int) -> list[LoggedRow]:
    """Return receipts without a position as they lie in the store, by arrival, after one."""
    waiting = receipts.c.position.is_(None) & (receipts.c.arrival > after_arrival)
    return _rows(connection, waiting, by=receipts.c.arrival, most=most)


def _rows(
    connection: Connection, which: ColumnElement[bool], *, by: Column[Any], most: int
) -> list[LoggedRow]:
    before = receipts.alias("before")
    follows = (before.c.link_id == receipts.c.link_id) & (before.c.number == receipts.c.number - 1)
    statement = (
        select(
            receipts, before.c.jws.label("before_jws"), before.c.client_id.label("before_client")
        )
        .outerjoin(before, follows)
        .where(which)
        .order_by(by)
        .limit(most)
    )
    rows = connection.execute(statement).all()
    texts = _texts(connection, [row.receipt_id for row in rows])
    return [LoggedRow(**row._mapping, disclosures=texts.get(row.receipt_id, ())) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def load_ends(connection: Connection, *, after_link: str, most: int) -> list[ChainEnd]:
    """Return the heads of chains as they lie in the store, by link, after one."""
    last, beyond = receipts.alias("last"), receipts.alias("beyond")
    head = receipt_heads.c
    statement = (
        select(head.link_id, head.hash, last.c.jws, beyond.c.number.label("beyond"))
        .outerjoin(last, (last.c.link_id == head.link_id) & (last.c.number == head.number))
        .outerjoin(
            beyond, (beyond.c.link_id == head.link_id) & (beyond.c.number == head.number + 1)
        )
        .where(head.link_id > after_link)
        .order_by(head.link_id)
        .limit(most)
    )
    return [
        ChainEnd(row.link_id, row.hash, row.jws, row.beyond is None)
        for row in connection.execute(statement)
    ]


def load_headless(connection: Connection, *, most: int) -> list[str]:
    """Return some links that have receipts and no head."""
    statement = (
        select(receipts.c.link_id)
        .outerjoin(receipt_heads, receipt_heads.c.link_id == receipts.c.link_id)
        .where(receipts.c.number == 1, receipt_heads.c.link_id.is_(None))
        .limit(most)
    )
    return list(connection.execute(statement).scalars())


def count_waiting(connection: Connection) -> int:
    """Return how many committed receipts have no position yet."""
    statement = select(func.count()).select_from(receipts).where(receipts.c.position.is_(None))
    return connection.execute(statement).scalar_one()


def load_words(connection: Connection, *, beginning: str) -> list[tuple[str, str]]:
    """Return the spent words that begin so, each as (link_id, word)."""
    statement = select(receipt_onces.c.link_id, receipt_onces.c.word).where(
        receipt_onces.c.word.startswith(beginning, autoescape=True)
    )
    return [(row.link_id, row.word) for row in connection.execute(statement)]


def forget_words(connection: Connection, *, words: Sequence[tuple[str, str]]) -> int:
    """Delete spent words, each (link_id, word); return how many."""
    if not words:
        return 0
    rows = [{"of_link": link_id, "of_word": word} for link_id, word in words]
    return connection.execute(_FORGET_WORD, rows).rowcount


def forget_words_before(
    connection: Connection, *, beginnings: Iterable[str], issued_before: datetime
) -> int:
    """Delete the words that begin so, of receipts that are that old; return how many."""
    old = select(receipts.c.receipt_id).where(receipts.c.issued_at < issued_before)
    begins = [receipt_onces.c.word.startswith(one, autoescape=True) for one in beginnings]
    statement = delete(receipt_onces).where(or_(*begins), receipt_onces.c.receipt_id.in_(old))
    return connection.execute(statement).rowcount


def erase_disclosures(connection: Connection, *, sub: str) -> int:
    """Delete what names a person, and what could be searched for them; return how many receipts."""
    about = select(receipt_disclosures.c.receipt_id).where(receipt_disclosures.c.sub == sub)
    connection.execute(delete(receipt_onces).where(receipt_onces.c.receipt_id.in_(about)))
    gone = connection.execute(
        delete(receipt_disclosures)
        .where(receipt_disclosures.c.sub == sub)
        .returning(receipt_disclosures.c.receipt_id)
    )
    return len(set(gone.scalars()))


def _with_disclosures(connection: Connection, statement: Select[Any]) -> list[Receipt]:
    rows = connection.execute(statement).all()
    texts = _texts(connection, [row.receipt_id for row in rows])
    return [_receipt(row, texts.get(row.receipt_id, ())) for row in rows]


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + 500] for start in range(0, len(ids), 500))


def _texts(connection: Connection, receipt_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    asked = select(receipt_disclosures.c.receipt_id, receipt_disclosures.c.text)
    found: dict[str, tuple[str, ...]] = {}
    for some in _chunks(list(receipt_ids)):
        chunk = asked.where(receipt_disclosures.c.receipt_id.in_(some))
        for row in connection.execute(chunk.order_by(receipt_disclosures.c.name.desc())):
            found[row.receipt_id] = (*found.get(row.receipt_id, ()), row.text)
    return found


def _receipt(row: Row[Any], disclosures: tuple[str, ...]) -> Receipt:
    kept = {name: getattr(row, name) for name in (*_AS_KEPT, "position")}
    return Receipt(stage=Stage(row.stage), disclosures=disclosures, **kept)

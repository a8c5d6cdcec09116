import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    case,
    delete,
    func,
    select,
    update,
)

from mag_server.base.db import Database, Instant, metadata
from mag_server.rooms.mail.model import (
    Happening,
    HeldLetter,
    KeptLetter,
    Letter,
    LetterState,
    MailEvent,
)

_LARGE = BigInteger().with_variant(Integer, "sqlite")
letters = Table(
    "letters",
    metadata,
    Column("number", _LARGE, primary_key=True, autoincrement=True),
    Column("letter_id", Text, nullable=False, unique=True),
    Column("reference", Text, nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("nom", Text, nullable=False),
    Column("prenom", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("sealed_token", Text),
    Column("written_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("holder", Text),
    Column("leased_until", Instant),
    Column("answer", Text),
)
_WAITING = LetterState.WAITING.value
# The worker asks several times a second: only what waits stands in this index.
Index(
    "ix_letters_waiting",
    letters.c.next_try_at,
    sqlite_where=letters.c.state == _WAITING,
    postgresql_where=letters.c.state == _WAITING,
)
mail_events = Table(
    "mail_events",
    metadata,
    Column("number", _LARGE, primary_key=True, autoincrement=True),
    Column("letter_id", Text, nullable=False, index=True),
    Column("reference", Text, nullable=False),
    Column("happening", Text, nullable=False),
    Column("mail_hash", Text),
    Column("code", Text),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant),
)
# The worker asks twice a second: only what is still to be told stands in this index.
Index(
    "ix_mail_events_untold",
    mail_events.c.number,
    sqlite_where=mail_events.c.told_at.is_(None),
    postgresql_where=mail_events.c.told_at.is_(None),
)
_ADD = letters.insert()


def row_of(letter: Letter, *, sealed_token: str, now: datetime) -> dict[str, Any]:
    """Return a new letter as it is stored."""
    return {
        "letter_id": letter.letter_id,
        "reference": letter.reference,
        "message": letter.message,
        "theme": letter.theme,
        "sender": letter.sender,
        "nom": letter.nom,
        "prenom": letter.prenom,
        "email": letter.email,
        "words": json.dumps(dict(letter.words), ensure_ascii=False) if letter.words else "{}",
        "sealed_token": sealed_token,
        "written_at": now,
        "not_after": letter.not_after,
        "state": _WAITING,
        "tries": 0,
        "next_try_at": now,
    }


def add_letters(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new letters, in one statement for all of them."""
    if rows:
        connection.execute(_ADD, rows)


def claim(
    connection: Connection, database: Database, *, holder: str, now: datetime, until: datetime
) -> Row[Any] | None:
    """Take the letter that waits longest, in one statement; None if nothing is due.

    On PostgreSQL workers pass over what another is just taking.
    """
    due = (
        select(letters.c.number)
        .where(
            letters.c.state == _WAITING,
            letters.c.next_try_at <= now,
            letters.c.not_after > now,
            letters.c.leased_until.is_(None) | (letters.c.leased_until <= now),
        )
        .order_by(letters.c.next_try_at)
        .limit(1)
    )
    if not database.is_sqlite:
        due = due.with_for_update(skip_locked=True)
    statement = (
        update(letters)
        .where(letters.c.number == due.scalar_subquery())
        .values(holder=holder, leased_until=until, tries=letters.c.tries + 1)
        .returning(*letters.c)
    )
    return connection.execute(statement).first()


def held(row: Row[Any]) -> HeldLetter:
    """Return a claimed letter."""
    letter = Letter(
        letter_id=row.letter_id,
        reference=row.reference,
        message=row.message,
        theme=row.theme,
        sender=row.sender,
        nom=row.nom,
        prenom=row.prenom,
        email=row.email,
        words=json.loads(row.words),
        token="",
        not_after=row.not_after,
    )
    return HeldLetter(letter, row.number, row.holder, row.sealed_token, row.written_at, row.tries)


def settle(connection: Connection, *, number: int, holder: str, **values: Any) -> bool:
    """Note what became of a letter; False if another holds it by now.

    Withdrawn while it was handed over, it is what became of it all the same.
    """
    held = letters.c.state.in_([_WAITING, LetterState.WITHDRAWN.value])
    statement = (
        update(letters)
        .where(letters.c.number == number, letters.c.holder == holder, held)
        .values(holder=None, leased_until=None, **values)
    )
    return connection.execute(statement).rowcount == 1


def add_event(
    connection: Connection,
    *,
    letter_id: str,
    reference: str,
    happening: Happening,
    now: datetime,
    mail_hash: str | None = None,
    code: str | None = None,
) -> None:
    """Note one thing that was seen."""
    connection.execute(
        mail_events.insert(),
        {
            "letter_id": letter_id,
            "reference": reference,
            "happening": happening.value,
            "mail_hash": mail_hash,
            "code": code,
            "at": now,
        },
    )


def load_last_event(connection: Connection, *, letter_id: str) -> Happening | None:
    """Return what was seen last of a letter; None if nothing was."""
    statement = (
        select(mail_events.c.happening)
        .where(mail_events.c.letter_id == letter_id)
        .order_by(mail_events.c.number.desc())
    )
    found = connection.execute(statement.limit(1)).scalar()
    return None if found is None else Happening(found)


def is_any_untold(connection: Connection) -> bool:
    """Tell whether something was seen that nobody has taken yet."""
    statement = select(mail_events.c.number).where(mail_events.c.told_at.is_(None))
    return connection.execute(statement.limit(1)).first() is not None


def take_untold(connection: Connection, *, now: datetime, most: int) -> list[MailEvent]:
    """Take the oldest events that nobody has taken, in one statement; by number.

    Not those after the last one taken: numbers are given before they are committed, and a smaller
    one may come to light later. Of two that take at once, one waits and then finds nothing.
    """
    untold = mail_events.c.told_at.is_(None)
    oldest = select(mail_events.c.number).where(untold).order_by(mail_events.c.number).limit(most)
    statement = (
        update(mail_events)
        .where(mail_events.c.number.in_(oldest.scalar_subquery()), untold)
        .values(told_at=now)
        .returning(*mail_events.c)
    )
    rows = sorted(connection.execute(statement), key=lambda row: row.number)
    return [
        MailEvent(row.reference, Happening(row.happening), row.mail_hash, row.code) for row in rows
    ]


def find_reference(connection: Connection, *, letter_id: str) -> str | None:
    """Return what a letter is about, by the name that a bounce gives."""
    statement = select(letters.c.reference).where(letters.c.letter_id == letter_id)
    return connection.execute(statement).scalar()


def change_state(
    connection: Connection, *, letter_id: str, state: LetterState, answer: str
) -> None:
    """Note that a letter which had left came back."""
    connection.execute(
        update(letters)
        .where(letters.c.letter_id == letter_id)
        .values(state=state.value, answer=answer)
    )


def withdraw(connection: Connection, *, reference: str) -> int:
    """Keep what waits under a reference from being sent; return how many letters."""
    statement = (
        update(letters)
        .where(letters.c.reference == reference, letters.c.state == _WAITING)
        .values(state=LetterState.WITHDRAWN.value, sealed_token=None)
    )
    return connection.execute(statement).rowcount


def move_end(connection: Connection, *, reference: str, not_after: datetime) -> None:
    """Move the end of what is not sent yet under a reference; the dead may be tried again."""
    unsent = [_WAITING, LetterState.DEAD.value]
    connection.execute(
        update(letters)
        .where(letters.c.reference == reference, letters.c.state.in_(unsent))
        .values(not_after=not_after)
    )


def mend_times(
    connection: Connection, *, now: datetime, longest: timedelta, lease: timedelta
) -> None:
    """Bring instants back that lie further ahead than any can: the clock was put back since.

    A letter that no relay answered about waits for nothing, another one for the longest pause at
    most. A lease begins again: whoever holds it may still be sending.
    """
    waiting = update(letters).where(letters.c.state == _WAITING, letters.c.next_try_at > now)
    unanswered = (letters.c.tries == 0) | (letters.c.next_try_at == letters.c.written_at)
    beyond = letters.c.next_try_at > now + longest
    connection.execute(waiting.where(unanswered | beyond).values(next_try_at=now))
    held = update(letters).where(letters.c.state == _WAITING, letters.c.leased_until > now + lease)
    connection.execute(held.values(leased_until=now + lease))


def retry(connection: Connection, *, letter_ids: Sequence[str] | None, now: datetime) -> int:
    """Let dead letters wait again, all or the named ones; return how many."""
    statement = update(letters).where(
        letters.c.state == LetterState.DEAD.value, letters.c.sealed_token.is_not(None)
    )
    if letter_ids is not None:
        statement = statement.where(letters.c.letter_id.in_(list(letter_ids)))
    values = {"state": _WAITING, "tries": 0, "next_try_at": now, "holder": None}
    return connection.execute(statement.values(leased_until=None, **values)).rowcount


def load_letters(
    connection: Connection, *, state: LetterState | None, after: int, most: int
) -> list[tuple[int, KeptLetter]]:
    """Return letters by number, after one, each with its number."""
    statement = select(letters).where(letters.c.number > after)
    if state is not None:
        statement = statement.where(letters.c.state == state.value)
    rows = connection.execute(statement.order_by(letters.c.number).limit(most))
    return [
        (
            row.number,
            KeptLetter(
                row.letter_id,
                row.reference,
                row.message,
                LetterState(row.state),
                row.tries,
                row.next_try_at,
                row.answer,
            ),
        )
        for row in rows
    ]


def count_due(connection: Connection, *, now: datetime) -> int:
    """Return how many letters wait to be sent now."""
    statement = select(func.count()).where(
        letters.c.state == _WAITING, letters.c.next_try_at <= now, letters.c.not_after > now
    )
    return connection.execute(statement).scalar_one()


def give_up_late(connection: Connection, *, now: datetime) -> int:
    """Note that letters whose link ended are not sent any more; return how many."""
    statement = (
        update(letters)
        .where(letters.c.state == _WAITING, letters.c.not_after <= now)
        .values(state=LetterState.WITHDRAWN.value, sealed_token=None)
    )
    return connection.execute(statement).rowcount


def blank(connection: Connection, *, references: Sequence[str]) -> None:
    """Take whoever letters were addressed to out of them; what waits is not sent any more.

    A relay's answer goes too: it quotes the address.
    """
    withdrawn = case(
        (letters.c.state == _WAITING, LetterState.WITHDRAWN.value), else_=letters.c.state
    )
    connection.execute(
        update(letters)
        .where(letters.c.reference.in_(list(references)))
        .values(
            state=withdrawn,
            nom="",
            prenom="",
            email="",
            words="{}",
            sealed_token=None,
            answer=None,
        )
    )


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Delete letters written before an instant that wait no more; return how many."""
    statement = delete(letters).where(letters.c.written_at < instant, letters.c.state != _WAITING)
    return connection.execute(statement).rowcount

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, Text, bindparam, delete, or_, select, update

from mag_server.base.db import Database, Instant, metadata
from mag_server.rooms.companies.model import Siret
from mag_server.rooms.people.model import (
    Person,
    PersonName,
    PersonState,
    Role,
    Triplet,
    TripletKey,
)

people = Table(
    "people",
    metadata,
    Column("sub", Text, primary_key=True),
    Column("siret", Text, nullable=False, index=True),
    Column("nom", Text, nullable=False),
    Column("prenom", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_validated_at", Instant),
    Column("state", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)
# The names a person signs in with: the registered ones (no end) and former ones, for a while.
person_names = Table(
    "person_names",
    metadata,
    Column("siret", Text, primary_key=True),
    Column("nom_key", Text, primary_key=True),
    Column("prenom_key", Text, primary_key=True),
    Column("sub", Text, nullable=False, index=True),
    Column("until", Instant),
)

_BY_SUB = select(people).where(people.c.sub == bindparam("by_sub"))
# Nothing on SQLite, whose one writer holds everything.
_HOLD = _BY_SUB.with_for_update(read=True)
_BY_TRIPLET = (
    select(people)
    .join(person_names, person_names.c.sub == people.c.sub)
    .where(
        person_names.c.siret == bindparam("by_siret"),
        person_names.c.nom_key == bindparam("by_nom_key"),
        person_names.c.prenom_key == bindparam("by_prenom_key"),
        or_(person_names.c.until.is_(None), person_names.c.until > bindparam("now")),
    )
)


def load_by_sub(connection: Connection, *, sub: str) -> Person | None:
    """Return a person by the immutable name."""
    return _person(connection.execute(_BY_SUB, {"by_sub": sub}).first())


def hold(connection: Connection, *, sub: str) -> Person | None:
    """Return a person, whom nobody changes or deletes until the block ends."""
    return _person(connection.execute(_HOLD, {"by_sub": sub}).first())


def load_by_triplet(connection: Connection, *, triplet: Triplet, now: datetime) -> Person | None:
    """Return the person who may sign in under these names, registered or former."""
    key = triplet.key
    parameters = {
        "by_siret": key.siret,
        "by_nom_key": key.nom_key,
        "by_prenom_key": key.prenom_key,
        "now": now,
    }
    return _person(connection.execute(_BY_TRIPLET, parameters).first())


def load_people(
    connection: Connection, *, siret: str | None, after: str | None, most: int
) -> list[Person]:
    """Return people by sub, of one SIRET or of all, after a cursor."""
    statement = select(people).order_by(people.c.sub).limit(most)
    if siret is not None:
        statement = statement.where(people.c.siret == siret)
    if after is not None:
        statement = statement.where(people.c.sub > after)
    return [_known(row) for row in connection.execute(statement)]


def add_person(connection: Connection, person: Person, *, now: datetime) -> None:
    """Store a new person; their names are claimed apart, by `claim_names`."""
    connection.execute(
        people.insert(),
        {
            "sub": person.sub,
            "siret": person.siret.digits,
            "nom": person.nom.registered,
            "prenom": person.prenom.registered,
            "email": person.email,
            "email_validated_at": person.email_validated_at,
            "state": person.state.value,
            "roles": " ".join(sorted(role.value for role in person.roles)),
            "created_at": now,
        },
    )


def claim_names(
    connection: Connection, database: Database, *, triplet: Triplet, sub: str, now: datetime
) -> bool:
    """Give these names to a person; False if somebody else holds them.

    A former name whose time is over is free again; the person's own former name comes back.
    """
    key = triplet.key
    table = person_names.c
    insert = database.insert(person_names).values(
        siret=key.siret, nom_key=key.nom_key, prenom_key=key.prenom_key, sub=sub, until=None
    )
    claimed = connection.execute(
        insert.on_conflict_do_update(
            index_elements=["siret", "nom_key", "prenom_key"],
            set_={"sub": sub, "until": None},
            where=or_(table.sub == sub, table.until <= now),
        ).returning(table.sub)
    )
    return claimed.first() is not None


def keep_as_former(connection: Connection, *, triplet: Triplet, sub: str, until: datetime) -> None:
    """Let a person's present names open the account until an instant, then no more."""
    key = triplet.key
    connection.execute(
        update(person_names)
        .where(
            person_names.c.siret == key.siret,
            person_names.c.nom_key == key.nom_key,
            person_names.c.prenom_key == key.prenom_key,
            person_names.c.sub == sub,
        )
        .values(until=until)
    )


def load_keys(connection: Connection, *, sub: str) -> list[TripletKey]:
    """Return every triplet under which a person signs in, or did within 90 days."""
    table = person_names.c
    statement = select(table.siret, table.nom_key, table.prenom_key).where(table.sub == sub)
    return [TripletKey(*row) for row in connection.execute(statement)]


def forget_former(connection: Connection, *, now: datetime) -> int:
    """Delete the former names whose time is over; return how many."""
    statement = delete(person_names).where(person_names.c.until <= now)
    return connection.execute(statement).rowcount


def forget(connection: Connection, *, sub: str) -> bool:
    """Delete a person and every name of theirs; False for nobody."""
    connection.execute(delete(person_names).where(person_names.c.sub == sub))
    return connection.execute(delete(people).where(people.c.sub == sub)).rowcount == 1


def save_names(connection: Connection, *, sub: str, nom: PersonName, prenom: PersonName) -> None:
    """Set the registered names."""
    connection.execute(
        update(people)
        .where(people.c.sub == sub)
        .values(nom=nom.registered, prenom=prenom.registered)
    )


def save_state(connection: Connection, *, sub: str, state: PersonState) -> None:
    """Set whether a person may sign in."""
    connection.execute(update(people).where(people.c.sub == sub).values(state=state.value))


def save_email_validated(connection: Connection, *, sub: str, at: datetime) -> None:
    """Set when the e-mail address was validated."""
    connection.execute(update(people).where(people.c.sub == sub).values(email_validated_at=at))


def _person(row: Row[Any] | None) -> Person | None:
    return None if row is None else _known(row)


def _known(row: Row[Any]) -> Person:
    return Person(
        sub=row.sub,
        siret=Siret(row.siret),
        nom=PersonName(row.nom),
        prenom=PersonName(row.prenom),
        email=row.email,
        email_validated_at=row.email_validated_at,
        state=PersonState(row.state),
        roles=frozenset(Role(word) for word in row.roles.split()),
    )

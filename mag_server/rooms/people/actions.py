from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from mag_server.base.db import Connection
from mag_server.base.secrets import new_identifier
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.passwords.actions import forget_password, hash_password, set_password
from mag_server.rooms.passwords.model import PasswordFlaw, find_flaws
from mag_server.rooms.people import store
from mag_server.rooms.people.model import (
    Person,
    PersonName,
    PersonState,
    Role,
    Triplet,
    TripletKey,
)

FORMER_NAME_DAYS = 90


class PersonRefusal(Enum):
    """Why an act on a person is refused; the value is the sentence shown to the operator."""

    NAMES_TAKEN = (
        "Somebody of this SIRET already has this nom and this prénom: register a second given "
        "name (« Jean Marie ») to tell them apart."
    )
    UNKNOWN = "No person has this sub: `mag people list` shows them."
    NO_ROLE = "Give at least one --role: administrateur or declarant."
    BAD_EMAIL = "This is no e-mail address: write name@domain."


@dataclass(frozen=True)
class PasswordRefused:
    """The chosen password breaks these rules."""

    flaws: tuple[PasswordFlaw, ...]


def find_person(work: Work, *, sub: str) -> Person | None:
    """Return a person by the immutable name, whatever their state."""
    with work.read() as connection:
        return store.load_by_sub(connection, sub=sub)


def hold_person(*, connection: Connection, sub: str) -> Person | None:
    """Return a person in the caller's block, which an erasure or a radiation then waits for."""
    return store.hold(connection, sub=sub)


def find_by_triplet(work: Work, *, triplet: Triplet) -> Person | None:
    """Return the person who signs in under these names, whatever their state."""
    with work.read() as connection:
        return store.load_by_triplet(connection, triplet=triplet, now=work.now)


def keys_of_person(work: Work, *, sub: str) -> list[TripletKey]:
    """Return every triplet, registered or former, that means this person; none for nobody."""
    with work.read() as connection:
        return store.load_keys(connection, sub=sub)


def list_people(
    work: Work, *, siret: str | None = None, after: str | None = None, most: int = 100
) -> list[Person]:
    """Return people ordered by sub, after a cursor."""
    with work.read() as connection:
        return store.load_people(connection, siret=siret, after=after, most=most)


def add_person(
    work: Work,
    *,
    triplet: Triplet,
    email: str,
    email_validated: bool,
    roles: frozenset[Role],
    password: str,
    by: str,
) -> Person | PersonRefusal | PasswordRefused:
    """Register a person with a first password; names are unique by their key (reading 1)."""
    if not roles:
        return PersonRefusal.NO_ROLE
    if not _is_address(email):
        return PersonRefusal.BAD_EMAIL
    if flaws := find_flaws(password):
        return PasswordRefused(flaws)
    person = Person(
        sub=new_identifier(),
        siret=triplet.siret,
        nom=triplet.nom,
        prenom=triplet.prenom,
        email=email,
        email_validated_at=work.now if email_validated else None,
        state=PersonState.ACTIF,
        roles=roles,
    )
    new_hash = hash_password(work, password=password)
    with work.writing() as connection:
        if not store.claim_names(
            connection, work.database, triplet=triplet, sub=person.sub, now=work.now
        ):
            return PersonRefusal.NAMES_TAKEN
        store.add_person(connection, person, now=work.now)
        set_password(work, connection=connection, sub=person.sub, new_hash=new_hash)
        record_act(work, connection=connection, act="person added", by=by, about=person.sub)
    return person


def rename_person(
    work: Work, *, sub: str, nom: PersonName, prenom: PersonName, by: str
) -> Person | PersonRefusal:
    """Register new names; the former ones still open the account for 90 days (reading 2)."""
    person = find_person(work, sub=sub)
    if person is None:
        return PersonRefusal.UNKNOWN
    renamed = Triplet(person.siret, nom, prenom)
    until = work.now + timedelta(days=FORMER_NAME_DAYS)
    with work.writing() as connection:
        if not store.claim_names(connection, work.database, triplet=renamed, sub=sub, now=work.now):
            return PersonRefusal.NAMES_TAKEN
        if renamed.key != person.triplet.key:
            store.keep_as_former(connection, triplet=person.triplet, sub=sub, until=until)
        store.save_names(connection, sub=sub, nom=nom, prenom=prenom)
        record_act(work, connection=connection, act="person renamed", by=by, about=sub)
    return find_person(work, sub=sub) or PersonRefusal.UNKNOWN


def validate_email(work: Work, *, sub: str, by: str) -> Person | PersonRefusal:
    """Note that a person's address is theirs: only then can they sign in (B-05)."""
    if find_person(work, sub=sub) is None:
        return PersonRefusal.UNKNOWN
    with work.writing() as connection:
        store.save_email_validated(connection, sub=sub, at=work.now)
        record_act(work, connection=connection, act="e-mail validated", by=by, about=sub)
    return find_person(work, sub=sub) or PersonRefusal.UNKNOWN


def radiate_declarant(work: Work, *, sub: str, by: str) -> Person | PersonRefusal:
    """Strike a person off: from now on nothing opens, and nothing open tells anything (B-17).

    Sessions and tokens are checked against the person's state wherever they are used.
    """
    if find_person(work, sub=sub) is None:
        return PersonRefusal.UNKNOWN
    with work.writing_durably() as connection:
        store.save_state(connection, sub=sub, state=PersonState.RADIE)
        record_act(work, connection=connection, act="person radiated", by=by, about=sub)
    return find_person(work, sub=sub) or PersonRefusal.UNKNOWN


def forget_person(work: Work, *, connection: Connection, sub: str, by: str) -> bool:
    """Delete a person's account, names and password, in the caller's block; False for nobody.

    What is open falls with it: sessions and tokens look for the person wherever they are used.
    """
    forget_password(connection=connection, sub=sub)
    if not store.forget(connection, sub=sub):
        return False
    record_act(work, connection=connection, act="person erased", by=by, about=sub)
    return True


def _is_address(email: str) -> bool:
    name, at, domain = email.rpartition("@")
    return bool(at and name and "." in domain) and email.isprintable() and " " not in email


def forget_former_names(work: Work) -> int:
    """Delete the former names that open nothing any more; return how many."""
    with work.writing() as connection:
        return store.forget_former(connection, now=work.now)

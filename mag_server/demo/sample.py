"""The demonstration's people and partners, written into a database that is marked as such."""

from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError

from mag_server.base.db import peek_marks
from mag_server.base.work import Equipment, Work
from mag_server.rooms.companies.model import Siret
from mag_server.rooms.partners.actions import (
    AddedPartner,
    PartnerRefused,
    add_partner,
    add_secret,
    edit_partner,
    find_partner,
    list_secrets,
    retire_secret,
)
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import add_person, list_people, radiate_declarant
from mag_server.rooms.people.model import Person, PersonName, Role, Triplet

MARK = "demonstration"
BY = "demonstration"


@dataclass(frozen=True)
class SamplePerson:
    """One identity to try, and what comes of it."""

    nom: str
    prenom: str
    siret: str
    email: str
    roles: frozenset[Role]
    password: str
    state: str = "actif"


_BOTH = frozenset({Role.ADMINISTRATEUR, Role.DECLARANT})
_ONE = frozenset({Role.DECLARANT})
_TOMENT, _CABINET = "97050551700072", "99900027600017"
PEOPLE = (
    SamplePerson("SAWYER", "TOM", _TOMENT, "tom.sawyer@toment.example", _BOTH, "Mississippi1876"),
    SamplePerson("FINN", "HUCK", _TOMENT, "huck.finn@toment.example", _ONE, "Mississippi1884"),
    SamplePerson(
        "ABGRALL",
        "CHRISTIAN",
        _CABINET,
        "christian.abgrall@cabinet.example",
        _ONE,
        "Finistere2024ok",
    ),
    SamplePerson(
        "HARPER", "JOE", _TOMENT, "joe.harper@toment.example", _ONE, "Mississippi1877", "radié"
    ),
    SamplePerson(
        "THATCHER",
        "BECKY",
        _TOMENT,
        "becky.thatcher@toment.example",
        _ONE,
        "Mississippi1878",
        "e-mail not validated",
    ),
)


class NotADemonstrationError(Exception):
    """The database holds something else: the demonstration leaves it alone."""


def check_file(file: Path) -> None:
    """Make sure that a file is a demonstration's, or none yet, without changing a byte of it.

    Raises:
        NotADemonstrationError: It holds something else.
        OSError: It cannot be read.
    """
    try:
        marks = peek_marks(file)
    except DatabaseError as error:
        raise NotADemonstrationError from error
    if marks is not None and MARK not in marks:
        raise NotADemonstrationError


def prepare_sample(equipment: Equipment, *, work: Work, partners: list[Partner]) -> dict[str, str]:
    """Write what is missing of the sample data; return each partner's fresh secret.

    Raises:
        NotADemonstrationError: The database carries no demonstration mark.
    """
    again = work.again
    if not equipment.database.has_mark(MARK):
        raise NotADemonstrationError
    known = {person.email for person in list_people(work, most=1000)}
    for sample in PEOPLE:
        if sample.email not in known:
            _add(again(), sample)
    return {partner.client_id: _fresh_secret(work, partner) for partner in partners}


def _add(work: Work, sample: SamplePerson) -> None:
    added = add_person(
        work,
        triplet=Triplet(Siret(sample.siret), PersonName(sample.nom), PersonName(sample.prenom)),
        email=sample.email,
        email_validated=sample.state != "e-mail not validated",
        roles=sample.roles,
        password=sample.password,
        by=BY,
    )
    if isinstance(added, Person) and sample.state == "radié":
        radiate_declarant(work.again(), sub=added.sub, by=BY)


def _fresh_secret(work: Work, partner: Partner) -> str:
    """Register the partner, or bring it up to date and give it a new secret."""
    if find_partner(work, client_id=partner.client_id) is None:
        added = add_partner(work.again(), partner=partner, by=BY)
        if isinstance(added, AddedPartner):
            return added.client_secret
        raise ValueError(added.sentence)
    edit_partner(work.again(), partner=partner, by=BY)
    for secret in list_secrets(work, client_id=partner.client_id):
        retire_secret(work.again(), client_id=partner.client_id, number=secret.number, by=BY)
    renewed = add_secret(work.again(), client_id=partner.client_id, by=BY)
    if isinstance(renewed, PartnerRefused):
        raise ValueError(renewed.sentence)  # noqa: TRY004 - a refusal, not a wrong type
    return renewed[1]

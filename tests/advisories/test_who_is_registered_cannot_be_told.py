"""Unknown, wrong password, struck off: one answer, one work (protocol, never relaxed; ASVS 6.3.8).

Not a hole that was found: the one this server must never have. What a clock could show is the
bench's business; here is what is exact: statements, hashes, octets.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import argon2
import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from mag_server.rooms.people.actions import radiate_declarant, rename_person
from mag_server.rooms.people.model import PersonName, parse_name
from tests.world import PASSWORD, World

PEOPLE = {
    "unknown": {"nom": "Nobody", "prenom": "Any"},
    "unknown company": {"siret": "999 000 276 00017"},
    "wrong password": {"password": "Mississippi0000"},
    "struck off, right password": {"nom": "Harper", "prenom": "Joe"},
    "struck off, wrong password": {
        "nom": "Hooper",
        "prenom": "Jan",
        "password": "Mississippi0000",
    },
    "not validated, wrong password": {
        "nom": "Bexley",
        "prenom": "Amy",
        "password": "Mississippi0000",
    },
    "a former name, wrong password": {
        "nom": "Oldman",
        "prenom": "Sid",
        "password": "Mississippi0000",
    },
    "a former name that is over": {"nom": "Formal", "prenom": "Ann"},
}


@dataclass
class Work:
    """What one answer cost."""

    statements: list[str] = field(default_factory=list)
    hashes: int = 0
    writes: int = 0


@pytest.fixture
def town(world: World) -> World:
    """Give a world with somebody of each kind; every name has the same length."""
    world.register_partner()
    world.register_person("SAWYER", "TOM")
    for nom, prenom in (("HARPER", "JOE"), ("HOOPER", "JAN")):
        gone = world.register_person(nom, prenom)
        radiate_declarant(world.work(), sub=gone.sub, by="test")
    world.register_person("BEXLEY", "AMY", email_validated=False)
    for former, prenom, days in (("FORMAL", "ANN", 0), ("OLDMAN", "SID", 100)):
        if days:
            world.pass_time(days=days)
        person = world.register_person(former, prenom)
        new = parse_name("RENAME"), parse_name(prenom)
        assert isinstance(new[0], PersonName)
        assert isinstance(new[1], PersonName)
        rename_person(world.work(), sub=person.sub, nom=new[0], prenom=new[1], by="test")
    return world


@contextmanager
def _watched(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        work.hashes += 1
        return verify(self, stored, password)

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(statement)

    engines = (world.equipment.database.readers, world.equipment.database.writers)
    with monkeypatch.context() as patch:
        patch.setattr(argon2.PasswordHasher, "verify", counted)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield work
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)


def _shape(answer: TestResponse, typed: dict[str, str]) -> tuple[object, ...]:
    """Return the answer without what is random in it and what the person typed."""
    text = answer.text
    for said in {"siret": "970 505 517 00072"} | typed, {"nom": "Sawyer", "prenom": "Tom"}:
        for value in said.values():
            for written in (value, value.upper(), value.replace(" ", "")):
                text = text.replace(written, "·" * len(written))
    trace_id = answer.headers["X-Trace-Id"]
    text = text.replace(trace_id, "TRACE")
    text = re.sub(r'name="form" value="[^"]*"', lambda found: str(len(found[0])), text)
    headers = sorted(
        (name, value) for name, value in answer.headers.items() if name != "X-Trace-Id"
    )
    return answer.status_code, len(answer.data), headers, text


def _measured(
    town: World, kind: str, monkeypatch: pytest.MonkeyPatch, *, attempt: int
) -> tuple[Work, tuple[object, ...]]:
    address = f"198.51.100.{sorted(PEOPLE).index(kind) * 10 + attempt}"
    form = town.browser().open_form(state="s" * 20, nonce="n" * 20)
    typed = {"password": PASSWORD} | PEOPLE[kind]
    with _watched(town, monkeypatch) as work:
        answer = form.submit(**typed, address=address)
    return work, _shape(answer, typed)


def test_each_of_them_costs_the_same_and_answers_the_same(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for attempt in range(1, 8):  # five free ones, then the waits: those must not tell either
        seen = {k: _measured(town, k, monkeypatch, attempt=attempt) for k in PEOPLE}
        first_work, first_shape = seen["unknown"]
        assert first_work.hashes == (1 if attempt <= 5 else 0)
        assert first_work.statements
        for kind, (work, shape) in seen.items():
            assert work.hashes == first_work.hashes, kind
            assert work.statements == first_work.statements, kind
            assert shape == first_shape, kind


def test_a_stranger_costs_the_hash_of_the_same_parameters(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noted(self: argon2.PasswordHasher, hashed: str, password: bytes) -> bool:
        stored.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return verify(self, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    for typed in PEOPLE.values():
        town.browser().open_form().submit(**{"password": PASSWORD} | typed)
    assert set(stored) == {"$argon2id$v=19$m=19456,t=2,p=1"}

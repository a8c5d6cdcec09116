"""Who did what and when: in the transaction of the act, and without a personal value."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mag_server.base.work import Equipment, Work
from mag_server.rooms.assertions.actions import begin_sign_out
from mag_server.rooms.assertions.model import SignOutRequest
from mag_server.rooms.audit.actions import list_latest_acts, record_act
from mag_server.rooms.audit.model import AuditEntry
from mag_server.rooms.audit.store import append_entry, audit_entries, load_latest
from mag_server.rooms.keys.actions import rotate_keys
from mag_server.rooms.partners.actions import add_secret, edit_partner, retire_secret
from mag_server.rooms.people.actions import (
    PersonRefusal,
    add_person,
    radiate_declarant,
    rename_person,
    validate_email,
)
from mag_server.rooms.people.model import PersonName, Role
from tests.world import World, triplet


def entry(at: datetime, act: str) -> AuditEntry:
    return AuditEntry(at, act, "cli", "x")


def test_entries_come_back_newest_first_and_no_more_than_asked(work: Work, now: datetime):
    written = [entry(now + timedelta(seconds=number), f"act {number}") for number in range(4)]
    with work.writing() as connection:
        for one in written:
            append_entry(connection, one)
        assert load_latest(connection, most=3) == written[:0:-1]


def test_two_acts_of_one_instant_keep_their_order(work: Work, now: datetime):
    with work.writing() as connection:
        for act in ("first", "second"):
            append_entry(connection, entry(now, act))
    assert [one.act for one in list_latest_acts(work)] == ["second", "first"]


def test_an_entry_says_when_what_by_whom_and_about_what(work: Work):
    with work.writing() as connection:
        record_act(work, connection=connection, act="key rotated", by="cli", about="kid")
    assert list_latest_acts(work) == [AuditEntry(work.now, "key rotated", "cli", "kid")]


def test_an_act_that_is_rolled_back_leaves_no_entry(work: Work):
    def fail() -> None:
        with work.writing() as connection:
            record_act(work, connection=connection, act="lost", by="cli", about="x")
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        fail()
    assert list_latest_acts(work) == []


def test_a_refused_act_leaves_no_entry(work: Work):
    assert radiate_declarant(work, sub="nobody", by="cli") is PersonRefusal.UNKNOWN
    assert list_latest_acts(work) == []


def test_a_name_already_taken_leaves_no_entry(equipment: Equipment, now: datetime):
    def add() -> object:
        return add_person(
            equipment.work(now),
            triplet=triplet("97050551700072", "SAWYER", "TOM"),
            email="tom.sawyer@toment.example",
            email_validated=True,
            roles=frozenset({Role.DECLARANT}),
            password="Mississippi1876",
            by="cli",
        )

    add()
    assert add() is PersonRefusal.NAMES_TAKEN
    assert [one.act for one in list_latest_acts(equipment.work(now))] == ["person added"]


def live_a_whole_life(world: World) -> None:
    """Do every act that is audited, once."""
    partner = world.register_partner()
    person = world.register_person(email_validated=False)
    validate_email(world.work(), sub=person.sub, by="cli")
    browser = world.browser()
    tokens = browser.redeem(browser.sign_in()).get_json()
    rename_person(
        world.work(),
        sub=person.sub,
        nom=PersonName("CLEMENS"),
        prenom=PersonName("SAMUEL"),
        by="cli",
    )
    signed_out = SignOutRequest(tokens["id_token"], None, None, None)
    begin_sign_out(world.work(), asked=signed_out, session_cookie=None)
    radiate_declarant(world.work(), sub=person.sub, by="cli")
    edit_partner(world.work(), partner=partner, by="cli")
    add_secret(world.work(), client_id=partner.client_id, by="cli")
    retire_secret(world.work(), client_id=partner.client_id, number=1, by="cli")
    rotate_keys(world.work(), by="cli")


PERSONAL = ("sawyer", "tom", "clemens", "samuel", "toment", "97050551700072", "970505517", "@")


def test_the_audit_of_a_whole_life_names_every_act_and_no_personal_value(sqlite_world: World):
    live_a_whole_life(sqlite_world)
    with sqlite_world.work().read() as connection:
        rows = connection.execute(select(audit_entries)).all()
    # The keys of the first world of a session are made in it, and brought to the next ones.
    assert {row.act for row in rows} - {"key made"} == {
        "partner added", "partner edited", "secret added", "secret retired",
        "person added", "e-mail validated", "person renamed", "person radiated",
        "session ended", "key rotated",
    }  # fmt: skip
    written = " ".join(f"{row.act} {row.by} {row.about}" for row in rows).lower()
    # "automatic" and the like would hold "tom": words are compared whole.
    words = set(written.replace("@", " @ ").split())
    assert words.isdisjoint(PERSONAL)
    assert not any(value in written for value in PERSONAL if len(value) > 3)


def test_the_audit_holds_no_secret(sqlite_world: World):
    live_a_whole_life(sqlite_world)
    with sqlite_world.work().read() as connection:
        written = str(connection.execute(select(audit_entries)).all())
    assert "Mississippi" not in written
    assert not any(secret in written for secret in sqlite_world.secrets.values())

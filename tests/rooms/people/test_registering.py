"""Registering people: one person per key, former names for a while, roles, states, addresses."""

from datetime import datetime, timedelta

import pytest

from mag_server.base.work import Equipment, Work
from mag_server.rooms.companies.model import Siret
from mag_server.rooms.passwords.actions import check_password
from mag_server.rooms.passwords.model import PasswordFlaw
from mag_server.rooms.people import store
from mag_server.rooms.people.actions import (
    FORMER_NAME_DAYS,
    PasswordRefused,
    PersonRefusal,
    add_person,
    find_by_triplet,
    find_person,
    forget_former_names,
    list_people,
    radiate_declarant,
    rename_person,
    validate_email,
)
from mag_server.rooms.people.model import Person, PersonName, PersonState, Role, Triplet
from tests.world import PASSWORD, World, triplet

SIRET, OTHER_SIRET = "97050551700072", "99900027600017"
TICK = timedelta(microseconds=1)
NINETY_DAYS = timedelta(days=FORMER_NAME_DAYS)
DECLARANT = frozenset({Role.DECLARANT})


@pytest.fixture
def sqlite_work(sqlite_world: World) -> Work:
    """Give a Work on SQLite alone, for what no store can change."""
    return sqlite_world.work()


def register(work: Work, nom: str = "SAWYER", prenom: str = "TOM", **changes: object):
    values = {
        "triplet": triplet(SIRET, nom, prenom),
        "email": "tom.sawyer@toment.example",
        "email_validated": True,
        "roles": DECLARANT,
        "password": PASSWORD,
        "by": "test",
    }
    return add_person(work.again(), **values | changes)


def rename(equipment: Equipment, at: datetime, sub: str, nom: str, prenom: str):
    return rename_person(
        equipment.work(at), sub=sub, nom=PersonName(nom), prenom=PersonName(prenom), by="test"
    )


def found(equipment: Equipment, at: datetime, nom: str, prenom: str, siret: str = SIRET):
    """Return the sub that signs in under these names at this instant."""
    person = find_by_triplet(equipment.work(at), triplet=triplet(siret, nom, prenom))
    return person.sub if person else None


def test_a_registered_person_comes_back_whole_by_sub_and_by_names(work: Work):
    person = register(work, "d’Estaing", "Marie-Ève", roles=frozenset(Role), email="m.e@d.example")
    assert isinstance(person, Person)
    assert find_person(work, sub=person.sub) == person
    assert find_by_triplet(work, triplet=person.triplet) == person
    assert person.email_validated_at == work.now
    assert (person.family_name, person.given_name) == ("d’Estaing", "Marie-Ève")
    assert person.state is PersonState.ACTIF


@pytest.mark.parametrize(
    ("nom", "prenom"),
    [
        ("LE GOFF", "Anne-Gaëlle"),
        ("le goff", "anne gaelle"),
        ("Legoff", "ANNEGAËLLE"),
        ("Le\u00a0Goff", "Anne-Gae\u0308lle"),
        ("LE-GOFF", "anne‐gaëlle"),
    ],
)
def test_a_person_is_found_under_any_spelling_of_the_same_name(
    equipment: Equipment, now: datetime, nom: str, prenom: str
):
    person = register(equipment.work(now), "Le Goff", "Anne-Gaëlle")
    assert found(equipment, now, nom, prenom) == person.sub


def test_a_person_is_not_found_under_another_siret_or_another_name(
    equipment: Equipment, now: datetime
):
    register(equipment.work(now))
    assert found(equipment, now, "SAWYER", "TOM", OTHER_SIRET) is None
    assert found(equipment, now, "SAWYER", "TOMMY") is None
    assert found(equipment, now, "TOM", "SAWYER") is None
    assert find_person(equipment.work(now), sub="nobody") is None


def test_the_same_name_in_another_spelling_is_refused_at_one_siret_only(work: Work):
    register(work, "Noël", "Zoé")
    refused = register(work, "NOEL", "ZOE")
    assert refused is PersonRefusal.NAMES_TAKEN
    assert "second given name" in refused.value
    other = register(work, triplet=triplet(OTHER_SIRET, "Noël", "Zoé"))
    assert isinstance(other, Person)
    assert len(list_people(work)) == 2


def test_a_second_given_name_tells_two_people_apart(work: Work):
    one, other = register(work, "MARTIN", "JEAN"), register(work, "MARTIN", "JEAN MARIE")
    assert isinstance(one, Person)
    assert isinstance(other, Person)
    assert one.sub != other.sub


def test_a_refused_registration_writes_nothing_not_even_a_password(work: Work):
    register(work)
    assert register(work, password="Another-one-99") is PersonRefusal.NAMES_TAKEN
    (person,) = list_people(work)
    assert check_password(work, sub=person.sub, password=PASSWORD, address="a") is True


def test_a_sub_is_random_and_tells_nothing_of_the_names(work: Work):
    one = register(work)
    other = register(work, triplet=triplet(OTHER_SIRET, "SAWYER", "TOM"))
    assert one.sub != other.sub
    assert len(one.sub) == 22


def test_a_person_needs_a_role(sqlite_work: Work):
    refused = register(sqlite_work, roles=frozenset())
    assert refused is PersonRefusal.NO_ROLE
    assert "--role" in refused.value


def test_a_password_that_breaks_a_rule_is_refused_with_every_rule_it_breaks(sqlite_work: Work):
    assert register(sqlite_work, password="abc") == PasswordRefused(
        (PasswordFlaw.LETTERS, PasswordFlaw.DIGITS)
    )
    assert list_people(sqlite_work) == []


GOOD_ADDRESSES = ["a@b.fr", "tom.sawyer+mag@toment.example", "élodie@société.fr", '"a@b"@c.fr']
BAD_ADDRESSES = [
    "",
    "a",
    "@b.fr",
    "a@",
    "a@b",
    "a b@c.fr",
    "a@b.fr\n",
    "a\u0000@b.fr",
    "a@b.\u202efr",
]


@pytest.mark.parametrize("email", GOOD_ADDRESSES)
def test_an_address_that_could_receive_mail_is_taken(sqlite_work: Work, email: str):
    person = register(sqlite_work, email=email)
    assert isinstance(person, Person)
    assert person.email == email


@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_a_text_that_is_no_address_is_refused_with_what_to_write(sqlite_work: Work, email: str):
    refused = register(sqlite_work, email=email)
    assert refused is PersonRefusal.BAD_EMAIL
    assert "name@domain" in refused.value


def test_former_names_open_the_account_for_90_days_and_not_a_microsecond_more(
    equipment: Equipment, now: datetime
):
    person = register(equipment.work(now), "DURAND", "MARIE")
    renamed = rename(equipment, now, person.sub, "MARTIN", "MARIE")
    assert (renamed.family_name, renamed.sub) == ("MARTIN", person.sub)
    end = now + NINETY_DAYS
    for at, by_former_names in ((now, person.sub), (end - TICK, person.sub), (end, None)):
        assert found(equipment, at, "DURAND", "MARIE") == by_former_names
        assert found(equipment, at, "MARTIN", "MARIE") == person.sub


def test_former_names_are_deleted_once_they_open_nothing(equipment: Equipment, now: datetime):
    person = register(equipment.work(now), "DURAND", "MARIE")
    rename(equipment, now, person.sub, "MARTIN", "MARIE")
    end = now + NINETY_DAYS
    assert forget_former_names(equipment.work(end - TICK)) == 0
    assert forget_former_names(equipment.work(end)) == 1
    assert found(equipment, end, "MARTIN", "MARIE") == person.sub


def test_former_names_belong_to_nobody_else_for_90_days_and_then_to_who_asks(
    equipment: Equipment, now: datetime
):
    person = register(equipment.work(now), "DURAND", "MARIE")
    rename(equipment, now, person.sub, "MARTIN", "MARIE")
    end = now + NINETY_DAYS
    taken = register(equipment.work(end - TICK), "Durand", "Marie")
    assert taken is PersonRefusal.NAMES_TAKEN
    newcomer = register(equipment.work(end), "Durand", "Marie")
    assert isinstance(newcomer, Person)
    assert found(equipment, end, "DURAND", "MARIE") == newcomer.sub
    assert found(equipment, end, "MARTIN", "MARIE") == person.sub


def test_a_person_may_take_their_former_name_back(equipment: Equipment, now: datetime):
    person = register(equipment.work(now), "DURAND", "MARIE")
    rename(equipment, now, person.sub, "MARTIN", "MARIE")
    rename(equipment, now + timedelta(days=1), person.sub, "DURAND", "MARIE")
    years_later = now + timedelta(days=1000)
    assert found(equipment, years_later, "DURAND", "MARIE") == person.sub
    assert found(equipment, years_later, "MARTIN", "MARIE") is None


def test_an_accent_that_was_forgotten_is_added_without_a_former_name(
    equipment: Equipment, now: datetime
):
    person = register(equipment.work(now), "NOEL", "ZOE")
    renamed = rename(equipment, now, person.sub, "Noël", "Zoé")
    assert renamed.family_name == "Noël"
    assert found(equipment, now + timedelta(days=1000), "noel", "zoe") == person.sub


def test_a_name_that_somebody_has_cannot_be_taken_by_renaming(equipment: Equipment, now: datetime):
    register(equipment.work(now), "MARTIN", "MARIE")
    person = register(equipment.work(now), "DURAND", "MARIE")
    assert rename(equipment, now, person.sub, "Martin", "Marie") is PersonRefusal.NAMES_TAKEN
    assert found(equipment, now + NINETY_DAYS, "DURAND", "MARIE") == person.sub


def test_a_person_whose_e_mail_was_not_validated_is_validated_later(
    equipment: Equipment, now: datetime
):
    person = register(equipment.work(now), email_validated=False)
    assert person.email_validated_at is None
    later = now + timedelta(days=1)
    validated = validate_email(equipment.work(later), sub=person.sub, by="test")
    assert validated.email_validated_at == later


def test_a_radiated_person_stays_known_and_keeps_their_names(equipment: Equipment, now: datetime):
    person = register(equipment.work(now))
    radiated = radiate_declarant(equipment.work(now), sub=person.sub, by="test")
    assert radiated.state is PersonState.RADIE
    assert find_by_triplet(equipment.work(now), triplet=person.triplet) == radiated
    assert register(equipment.work(now)) is PersonRefusal.NAMES_TAKEN


def test_a_radiated_person_is_out_of_every_portal_at_once(sqlite_world: World):
    sqlite_world.register_partner()
    person = sqlite_world.register_person()
    browser = sqlite_world.browser()
    token = browser.redeem(browser.sign_in()).get_json()["access_token"]
    code = browser.sign_in(prompt="login")
    radiate_declarant(sqlite_world.work(), sub=person.sub, by="test")
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser.get("/userinfo", headers=bearer).status_code == 401
    assert browser.redeem(code).get_json()["error"] == "invalid_grant"
    assert browser.open_form().submit().status_code == 400
    assert "login_required" in browser.authorize(prompt="none").location


@pytest.mark.parametrize(
    "act",
    [
        lambda work: validate_email(work, sub="nobody", by="test"),
        lambda work: radiate_declarant(work, sub="nobody", by="test"),
        lambda work: rename_person(
            work, sub="nobody", nom=PersonName("A"), prenom=PersonName("B"), by="test"
        ),
    ],
    ids=["validate", "radiate", "rename"],
)
def test_an_act_on_nobody_is_refused_with_where_to_look(sqlite_work: Work, act):
    refused = act(sqlite_work)
    assert refused is PersonRefusal.UNKNOWN
    assert "mag people list" in refused.value


def bare(sub: str, siret: str = SIRET) -> Person:
    return Person(
        sub=sub,
        siret=Siret(siret),
        nom=PersonName("N"),
        prenom=PersonName("P"),
        email="a@b.fr",
        email_validated_at=None,
        state=PersonState.ACTIF,
        roles=DECLARANT,
    )


def test_people_are_listed_page_by_page_without_a_gap_or_a_repeat(work: Work):
    subs = {"a-b", "ab", "a_b", "B", "b", "Zz", "zz", "0", "9"}
    with work.writing() as connection:
        for sub in subs:
            store.add_person(connection, bare(sub), now=work.now)
        store.add_person(connection, bare("elsewhere", OTHER_SIRET), now=work.now)
    seen: list[str] = []
    while page := list_people(work, siret=SIRET, after=seen[-1] if seen else None, most=2):
        assert len(page) <= 2
        seen += [person.sub for person in page]
    assert sorted(seen) == sorted(subs)
    assert len(list_people(work)) == len(subs) + 1


def test_only_its_owner_can_make_a_name_former(work: Work, now: datetime):
    names = Triplet(Siret(SIRET), PersonName("N"), PersonName("P"))
    with work.writing() as connection:
        store.add_person(connection, bare("one"), now=now)
        assert store.claim_names(connection, work.database, triplet=names, sub="one", now=now)
        store.keep_as_former(connection, triplet=names, sub="other", until=now)
        assert store.load_by_triplet(connection, triplet=names, now=now) == bare("one")
        assert not store.claim_names(connection, work.database, triplet=names, sub="other", now=now)

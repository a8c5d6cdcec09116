"""Registering partners: exact addresses, one theme, two secrets at most, told once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mag_server.base.addresses import UriReason
from mag_server.base.work import Equipment, Work
from mag_server.rooms.partners import store
from mag_server.rooms.partners.actions import (
    AddedPartner,
    PartnerRefused,
    add_partner,
    add_secret,
    authenticate_partner,
    edit_partner,
    find_partner,
    list_partners,
    list_secrets,
    retire_secret,
)
from mag_server.rooms.partners.model import Partner, PartnerSecret, is_client_id
from tests.base.test_work import another_process
from tests.world import World

KLESIA = Partner(
    client_id="klesia",
    name="KLESIA Pro",
    theme="klesia",
    redirect_uris=("https://pro.klesia.example/mag/callback", "https://b.klesia.example/cb"),
    origins=("https://pro.klesia.example",),
    post_logout_redirect_uris=("https://pro.klesia.example/",),
    initiate_login_uri="https://pro.klesia.example/mag/begin",
    targets=("https://pro.klesia.example/taux?annee&siret",),
    minimum_acr="https://mag.example/acr/password",
    alg="RS256",
)


@pytest.fixture
def sqlite_work(sqlite_world: World) -> Work:
    """Give a Work on SQLite alone, for what no store can change."""
    return sqlite_world.work()


def add(work: Work, partner: Partner = KLESIA, **changes: object):
    return add_partner(work.again(), partner=replace(partner, **changes), by="test")


def secret_of(added: AddedPartner | PartnerRefused) -> str:
    assert isinstance(added, AddedPartner), added
    return added.client_secret


def authenticates(work: Work, secret: str, client_id: str = "klesia") -> bool:
    return authenticate_partner(work, client_id=client_id, client_secret=secret) is not None


def test_a_partner_comes_back_exactly_as_it_was_registered(work: Work):
    secret_of(add(work))
    assert find_partner(work, client_id="klesia") == KLESIA
    assert find_partner(work, client_id="KLESIA") is None
    assert find_partner(work, client_id="mcf") is None


def test_partners_are_listed_by_their_ids(work: Work):
    for client_id in ("mcf", "klesia", "agirc"):
        secret_of(add(work, client_id=client_id))
    assert [one.client_id for one in list_partners(work)] == ["agirc", "klesia", "mcf"]


def test_a_partner_is_registered_once_and_the_sentence_says_how_to_change_it(work: Work):
    secret = secret_of(add(work))
    refused = add(work, name="An impostor")
    assert isinstance(refused, PartnerRefused)
    assert "mag partners edit klesia" in refused.sentence
    assert find_partner(work, client_id="klesia") == KLESIA
    assert authenticates(work, secret)


@pytest.mark.parametrize("client_id", ["ab", "klesia", "mcf-2", "0a", "a" * 63])
def test_an_id_of_small_letters_digits_and_hyphens_is_one(client_id: str):
    assert is_client_id(client_id)


@pytest.mark.parametrize(
    "client_id", ["", "a", "-a", "KLESIA", "a_b", "a.b", "a b", "é" * 3, "a" * 64, "ab\n", "٣٤"]
)
def test_any_other_id_is_refused_with_the_rule(sqlite_work: Work, client_id: str):
    assert not is_client_id(client_id)
    refused = add(sqlite_work, client_id=client_id)
    assert isinstance(refused, PartnerRefused)
    assert "2 to 63 characters" in refused.sentence


def test_a_partner_needs_somewhere_to_come_back_to(work: Work):
    refused = add(work, redirect_uris=())
    assert isinstance(refused, PartnerRefused)
    assert "--redirect-uri" in refused.sentence


def test_an_unknown_theme_is_refused_with_where_to_look(work: Work):
    refused = add(work, theme="nowhere")
    assert isinstance(refused, PartnerRefused)
    assert "nowhere" in refused.sentence
    assert "mag themes list" in refused.sentence


@pytest.mark.parametrize(
    ("field", "address", "reason"),
    [
        ("redirect_uris", "http://pro.klesia.example/cb", UriReason.SCHEME),
        ("redirect_uris", "https://pro.klesia.example/cb#x", UriReason.FRAGMENT),
        ("redirect_uris", "http://klesia.localhost:8500/cb", UriReason.LOCAL),
        ("origins", "https://pro.klesia.example/", UriReason.PATH),
        ("origins", "", UriReason.EMPTY),
        ("post_logout_redirect_uris", "https://pro.klesia.example/?state=1", UriReason.QUERY_NAME),
        ("targets", "https://pro.klesia.example/taux?annee=1", UriReason.QUERY),
    ],
)
def test_an_address_is_refused_by_itself_and_with_its_reason(
    sqlite_work: Work, field: str, address: str, reason: UriReason
):
    refused = add(sqlite_work, **{field: (address,)})
    assert isinstance(refused, PartnerRefused)
    assert (refused.address, refused.uri_reason) == (address, reason)
    assert refused.sentence.startswith(f"{address} is refused: ")
    assert find_partner(sqlite_work, client_id="klesia") is None


def test_an_initiate_login_uri_is_checked_too(sqlite_work: Work):
    refused = add(sqlite_work, initiate_login_uri="https://pro.klesia.example/begin?iss=x")
    assert isinstance(refused, PartnerRefused)
    assert refused.uri_reason is UriReason.QUERY_NAME


def test_this_machine_is_for_a_sandbox_only(work: Work):
    local = {"redirect_uris": ("http://klesia.localhost:8500/cb",)}
    assert isinstance(add(work, **local), PartnerRefused)
    secret_of(add(work, sandbox=True, **local))


def test_an_edit_replaces_every_address_and_keeps_the_secrets(work: Work):
    secret = secret_of(add(work))
    edited = replace(KLESIA, redirect_uris=("https://new.example/cb",), origins=(), targets=())
    assert edit_partner(work.again(), partner=edited, by="test") == edited
    assert find_partner(work, client_id="klesia") == edited
    assert authenticates(work, secret)


def test_an_edit_is_checked_like_a_registration_and_a_refused_one_changes_nothing(work: Work):
    secret_of(add(work))
    refused = edit_partner(work.again(), partner=replace(KLESIA, theme="nowhere"), by="test")
    assert isinstance(refused, PartnerRefused)
    assert find_partner(work, client_id="klesia") == KLESIA


@pytest.mark.parametrize(
    "act",
    [
        lambda work: edit_partner(work, partner=KLESIA, by="test"),
        lambda work: add_secret(work, client_id="klesia", by="test"),
        lambda work: retire_secret(work, client_id="klesia", number=1, by="test"),
    ],
    ids=["edit", "add a secret", "retire a secret"],
)
def test_an_act_on_no_partner_is_refused_with_where_to_look(sqlite_work: Work, act):
    refused = act(sqlite_work)
    assert isinstance(refused, PartnerRefused)
    assert refused.sentence == "No partner klesia: `mag partners list` shows them."


def test_a_secret_is_256_bits_told_once_and_kept_as_a_fingerprint(work: Work):
    secret = secret_of(add(work))
    assert len(secret) == 43
    with work.read() as connection:
        kept = str(connection.execute(select(store.partner_secrets)).all())
    assert secret not in kept
    assert secret not in repr(add(work, client_id="mcf"))


def test_two_secrets_work_while_one_is_rotated_and_a_third_is_refused(work: Work):
    first = secret_of(add(work))
    added = add_secret(work.again(), client_id="klesia", by="test")
    assert not isinstance(added, PartnerRefused)
    number, second = added
    assert number == 2
    assert authenticates(work, first)
    assert authenticates(work, second)
    refused = add_secret(work.again(), client_id="klesia", by="test")
    assert isinstance(refused, PartnerRefused)
    assert "mag partners secrets retire klesia 1" in refused.sentence


def test_a_retired_secret_stops_working_and_its_number_is_never_given_again(work: Work):
    first = secret_of(add(work))
    _, second = add_secret(work.again(), client_id="klesia", by="test")
    for number in (2, 1):
        assert retire_secret(work.again(), client_id="klesia", number=number, by="test") is None
    assert not authenticates(work, first)
    assert not authenticates(work, second)
    assert list_secrets(work, client_id="klesia") == []
    number, third = add_secret(work.again(), client_id="klesia", by="test")
    assert number == 3
    assert authenticates(work, third)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_secret_that_is_not_there_cannot_be_retired(sqlite_work: Work, number: int):
    secret = secret_of(add(sqlite_work))
    refused = retire_secret(sqlite_work.again(), client_id="klesia", number=number, by="test")
    assert isinstance(refused, PartnerRefused)
    assert "mag partners secrets list klesia" in refused.sentence
    assert authenticates(sqlite_work, secret)


def test_a_secret_is_its_partners_own(work: Work):
    secret = secret_of(add(work))
    secret_of(add(work, client_id="mcf"))
    assert not authenticates(work, secret, "mcf")
    assert not authenticates(work, secret, "nobody")
    assert not authenticates(work, "")
    assert not authenticates(work, secret + "x")


def test_secrets_are_listed_by_number_and_age_and_never_shown(work: Work):
    secret = secret_of(add(work))
    add_secret(work.again(), client_id="klesia", by="test")
    listed = list_secrets(work, client_id="klesia")
    assert [(one.number, one.created_at) for one in listed] == [(1, work.now), (2, work.now)]
    assert secret not in repr(listed)
    assert listed[0].fingerprint not in repr(listed)


def test_a_retired_secret_stops_working_within_a_second_in_another_process(
    equipment: Equipment, now: datetime
):
    other = another_process(equipment)
    secret = secret_of(add(equipment.work(now)))
    assert authenticates(other.work(now), secret)
    retire_secret(equipment.work(now), client_id="klesia", number=1, by="test")
    assert not authenticates(equipment.work(now), secret)
    assert not authenticates(other.work(now + timedelta(seconds=1)), secret)
    other.database.dispose()


def test_the_store_refuses_a_taken_id_and_a_taken_fingerprint(work: Work, now: datetime):
    secret = PartnerSecret("klesia", 1, now, "f" * 64)
    with work.writing() as connection:
        assert store.add_partner(connection, work.database, KLESIA, now=now)
        taken = replace(KLESIA, redirect_uris=("https://other.example/cb",))
        assert not store.add_partner(connection, work.database, taken, now=now)
        assert store.load_partners(connection) == [KLESIA]
        store.add_secret(connection, secret)
        assert store.load_secrets(connection) == [secret]
        assert store.last_secret_number(connection, client_id="klesia") == 1
        assert store.last_secret_number(connection, client_id="mcf") == 0
        assert not store.retire_secret(connection, client_id="mcf", number=1, now=now)
        assert store.retire_secret(connection, client_id="klesia", number=1, now=now)
        assert not store.retire_secret(connection, client_id="klesia", number=1, now=now)

    def add_the_same_secret() -> None:
        again = work.again()
        with again.writing() as connection:
            store.add_secret(connection, replace(secret, client_id="mcf"))

    with pytest.raises(Exception, match=r"(?i)unique"):
        add_the_same_secret()

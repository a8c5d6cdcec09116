"""How often one may try: charged before hashing, never over a minute, the same for everybody."""

import pytest

from mag_server.rooms.people.actions import radiate_declarant
from tests.rooms.signin.guesses import (
    BUSY,
    ENTERS,
    WAIT,
    WRONG,
    another_server,
    at_once,
    buckets,
    fail,
    guess,
    outcome,
    wait_in,
)
from tests.world import World


@pytest.fixture
def town(world: World) -> World:
    """Give a world where TOM SAWYER may sign in at a partner's, on either store."""
    world.register_partner()
    world.register_person()
    return world


@pytest.fixture
def sqlite_town(sqlite_world: World) -> World:
    """Give the same on SQLite alone, for what no store can change."""
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


def test_the_whole_curve_as_a_person_meets_it(sqlite_town: World):
    fail(sqlite_town, 5)
    for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
        refused = guess(sqlite_town)
        assert (outcome(refused), wait_in(refused)) == (WAIT, seconds)
        sqlite_town.pass_time(seconds=seconds - 0.001)
        assert outcome(guess(sqlite_town)) == WAIT
        sqlite_town.pass_time(seconds=0.001)
        assert outcome(guess(sqlite_town)) == WRONG


def test_the_page_says_how_long_to_wait_in_words_and_in_retry_after(sqlite_town: World):
    fail(sqlite_town, 5)
    one = guess(sqlite_town)
    assert (one.status_code, one.headers["Retry-After"]) == (429, "1")
    assert "Réessayez dans 1 seconde." in one.text
    sqlite_town.pass_time(seconds=1)
    fail(sqlite_town, 1)
    assert "Réessayez dans 2 secondes." in guess(sqlite_town).text


def test_an_attempt_that_must_wait_is_not_hashed_even_with_the_right_password(
    sqlite_town: World, argon2_calls: list[str]
):
    fail(sqlite_town, 5)
    argon2_calls.clear()
    assert outcome(guess(sqlite_town, password="Mississippi1876")) == WAIT
    assert argon2_calls == []
    sqlite_town.pass_time(seconds=1)
    assert outcome(guess(sqlite_town, password="Mississippi1876")) == ENTERS
    assert len(argon2_calls) == 1


def test_what_waits_is_not_counted_again(sqlite_town: World):
    fail(sqlite_town, 5)
    for _ in range(20):
        assert wait_in(guess(sqlite_town)) == 1
    sqlite_town.pass_time(seconds=1)
    assert outcome(guess(sqlite_town, password="Mississippi1876")) == ENTERS


def test_fifty_wrong_guesses_sent_at_once_are_five_guesses(town: World, argon2_calls: list[str]):
    answers = at_once(town, [{"password": f"Guessing-{number}"} for number in range(50)])
    outcomes = [outcome(answer) for answer in answers]
    assert (outcomes.count(WRONG), outcomes.count(WAIT)) == (5, 45)
    assert len(argon2_calls) == 5
    assert list(buckets(town, "triplet").values()) == [5]


def test_fifty_wrong_guesses_from_fifty_addresses_are_five_guesses_too(
    town: World, argon2_calls: list[str]
):
    typed = [{"password": "Guessing-0", "address": f"192.0.2.{number}"} for number in range(50)]
    assert [outcome(answer) for answer in at_once(town, typed)].count(WRONG) == 5
    assert len(argon2_calls) == 5


def test_fifty_names_tried_at_once_from_one_address_are_twenty_guesses_at_most(
    town: World, argon2_calls: list[str]
):
    names = [f"{first}{second}" for first in "abcdefghij" for second in "abcde"]
    typed = [{"nom": name, "password": "Guessing-0"} for name in names]
    outcomes = [outcome(answer) for answer in at_once(town, typed)]
    assert set(outcomes) <= {WRONG, WAIT, BUSY}
    # Those turned away by a full queue were given back, and hashed nothing.
    assert outcomes.count(WRONG) == len(argon2_calls) <= 20
    assert list(buckets(town, "address").values()) == [len(argon2_calls)]
    assert sum(buckets(town, "triplet").values()) == len(argon2_calls)


def test_thirty_right_passwords_behind_one_router_never_wait(sqlite_town: World):
    for _ in range(30):
        assert outcome(guess(sqlite_town, password="Mississippi1876")) == ENTERS
    assert set(buckets(sqlite_town, "address").values()) == {0}


def test_a_right_password_before_validation_is_never_counted(sqlite_town: World):
    sqlite_town.register_person("THATCHER", "BECKY", email_validated=False)
    form = sqlite_town.browser().open_form()
    for _ in range(7):
        answer = form.submit(nom="Thatcher", prenom="Becky")
        assert outcome(answer) == "MAG-203"
    assert set(buckets(sqlite_town, "triplet").values()) == {0}


def test_a_form_with_an_empty_password_is_never_counted(sqlite_town: World):
    for _ in range(7):
        assert guess(sqlite_town, password="").status_code == 400
    assert buckets(sqlite_town, "triplet") == {}


def test_nobody_somebody_and_who_was_struck_off_wait_alike(sqlite_town: World):
    radiated = sqlite_town.register_person("HARPER", "JOE")
    radiate_declarant(sqlite_town.work(), sub=radiated.sub, by="test")

    def story(nom: str, prenom: str, address: str) -> list[tuple[int, str | None, int]]:
        told = []
        for seconds in (0, 0, 0, 0, 0, 0, 1, 0, 2, 0):
            sqlite_town.pass_time(seconds=seconds)
            answer = guess(sqlite_town, nom=nom, prenom=prenom, address=address)
            told.append((answer.status_code, answer.headers.get("Retry-After"), len(answer.data)))
        return told

    known = story("Sawyer", "Tom", "198.51.100.1")
    assert [status for status, *_ in known] == [400] * 5 + [429, 400, 429, 400, 429]
    assert story("Nobody", "Ann", "198.51.100.2") == known
    assert story("Harper", "Joe", "198.51.100.3") == known


def test_two_servers_on_one_database_count_together(town: World):
    other = another_server(town)
    fail(town, 3)
    fail(other, 2)
    assert {outcome(guess(town)), outcome(guess(other))} == {WAIT}
    other.equipment.database.dispose()


def test_a_restart_forgets_no_failure(town: World):
    fail(town, 5)
    restarted = another_server(town)
    assert outcome(guess(restarted)) == WAIT
    restarted.equipment.database.dispose()


def test_nobody_is_locked_out_for_good(sqlite_town: World):
    fail(sqlite_town, 5)
    for seconds in (1, 2, 4, 8, 16, 32, 60):
        sqlite_town.pass_time(seconds=seconds)
        fail(sqlite_town, 1)
    sqlite_town.pass_time(seconds=60)
    assert outcome(guess(sqlite_town, password="Mississippi1876")) == ENTERS


def test_the_failures_of_a_day_ago_are_forgotten(sqlite_town: World):
    fail(sqlite_town, 5)
    sqlite_town.pass_time(hours=24, seconds=1)
    fail(sqlite_town, 5)
    assert wait_in(guess(sqlite_town)) == 1


@pytest.mark.parametrize("hours", [-1, -24, -8760])
def test_a_clock_put_back_keeps_nobody_out_for_more_than_a_minute(sqlite_town: World, hours: int):
    assert outcome(guess(sqlite_town, password="Mississippi1876")) == ENTERS
    fail(sqlite_town, 4, address="192.0.2.9")
    sqlite_town.pass_time(hours=hours)
    answer = guess(sqlite_town, password="Mississippi1876")
    if outcome(answer) == WAIT:
        assert wait_in(answer) <= 60
        sqlite_town.pass_time(seconds=60)
        answer = guess(sqlite_town, password="Mississippi1876")
    assert outcome(answer) == ENTERS

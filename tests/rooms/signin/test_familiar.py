"""A person on a familiar device or network enters, whatever others do to the same name.

The first wrong password of each attack goes through the application and shows which count it
takes; the other thousands take the same count one level lower, by `charge_attempt`, each from an
address of its own. Whoever enters in the end enters by the application.
"""

import pytest

from mag_server.rooms.attempts.actions import charge_attempt
from mag_server.rooms.attempts.model import Bucket, Charged
from mag_server.rooms.signin.model import ADDRESS_ALLOWANCE, TRIPLET_ALLOWANCE
from tests.rooms.signin.guesses import ENTERS, WAIT, WRONG, buckets, fail, guess, outcome, wait_in
from tests.world import PASSWORD, Browser, World

ATTEMPTS = 10_000
HOME, OFFICE, ELSEWHERE = "192.0.2.1", "2001:db8:0:1::5", "203.0.113.7"


@pytest.fixture
def town(world: World) -> World:
    world.register_partner()
    world.register_person()
    return world


@pytest.fixture
def sqlite_town(sqlite_world: World) -> World:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


def sign_in(browser: Browser, address: str, **typed: str) -> str:
    return outcome(browser.open_form(prompt="login").submit(address=address, **typed))


def signed_in_before(world: World, address: str = HOME) -> Browser:
    """Return a browser that TOM SAWYER signed in with, from that address."""
    browser = world.browser()
    assert sign_in(browser, address) == ENTERS
    return browser


def attack(world: World, times: int) -> int:
    """Guess so many times within a minute, each from another address; return how many counted."""
    fail(world, 1, address="198.51.100.1")
    (triplet,) = buckets(world, "triplet")
    counted = 1
    for number in range(times - 1):
        world.pass_time(milliseconds=6)
        answer = charge_attempt(
            world.work(),
            buckets=(
                Bucket(triplet, TRIPLET_ALLOWANCE),
                Bucket(f"address:{number}", ADDRESS_ALLOWANCE),
            ),
        )
        counted += isinstance(answer, Charged)
    return counted


def test_a_familiar_device_or_network_enters_during_ten_thousand_wrong_passwords(
    sqlite_town: World,
):
    browser = signed_in_before(sqlite_town, OFFICE)
    # In the first minute: 5 at once, then after waits of 1, 2, 4, 8, 16 seconds.
    assert attack(sqlite_town, ATTEMPTS) == 5 + 5
    assert outcome(guess(sqlite_town, password=PASSWORD, address=ELSEWHERE)) == WAIT
    assert sign_in(browser, ELSEWHERE) == ENTERS
    # Another machine of the same /64 and no cookie: the network is familiar.
    assert sign_in(sqlite_town.browser(), "2001:db8:0:1::77") == ENTERS


def test_both_stores_keep_a_familiar_place_apart_from_an_attack(town: World):
    browser = signed_in_before(town)
    attack(town, 200)
    assert outcome(guess(town, password=PASSWORD, address=ELSEWHERE)) == WAIT
    assert sign_in(browser, ELSEWHERE) == ENTERS
    assert sign_in(town.browser(), HOME) == ENTERS


def test_a_stranger_with_the_right_password_waits_a_minute_at_most(sqlite_town: World):
    attack(sqlite_town, 200)
    refused = guess(sqlite_town, password=PASSWORD, address=ELSEWHERE)
    assert 1 <= wait_in(refused) <= 60
    sqlite_town.pass_time(seconds=60)
    assert outcome(guess(sqlite_town, password=PASSWORD, address=ELSEWHERE)) == ENTERS


def test_a_familiar_network_is_forgotten_after_90_days_and_not_a_second_before(
    sqlite_town: World,
):
    signed_in_before(sqlite_town)
    sqlite_town.pass_time(days=90, seconds=-1)
    fail(sqlite_town, 5, address=ELSEWHERE)
    fail(sqlite_town, 1, address=HOME)
    sqlite_town.pass_time(seconds=1)
    fail(sqlite_town, 1, address=ELSEWHERE)
    assert outcome(guess(sqlite_town, address=HOME)) == WAIT


def test_a_familiar_device_is_forgotten_after_180_days_and_not_a_second_before(
    sqlite_town: World,
):
    browser = signed_in_before(sqlite_town)
    sqlite_town.pass_time(days=180, seconds=-1)
    fail(sqlite_town, 5, address=ELSEWHERE)
    assert sign_in(browser, "203.0.113.1", password="Wrong-guess-99") == WRONG
    sqlite_town.pass_time(seconds=1)
    fail(sqlite_town, 1, address=ELSEWHERE)
    assert sign_in(browser, "203.0.113.1") == WAIT


def test_a_device_familiar_to_one_person_is_not_familiar_to_another(sqlite_town: World):
    sqlite_town.register_person("FINN", "HUCK")
    browser = signed_in_before(sqlite_town)
    fail(sqlite_town, 5, nom="Finn", prenom="Huck", address=ELSEWHERE)
    assert sign_in(browser, "203.0.113.1", nom="Finn", prenom="Huck") == WAIT


def test_a_familiar_place_has_its_own_count_and_waits_too(sqlite_town: World):
    browser = signed_in_before(sqlite_town)
    wrong = {"password": "Wrong-guess-99"}
    assert [sign_in(browser, HOME, **wrong) for _ in range(6)] == [WRONG] * 5 + [WAIT]
    # The count of everybody else is untouched, and an own success empties one's own.
    assert outcome(guess(sqlite_town, address=ELSEWHERE)) == WRONG
    sqlite_town.pass_time(seconds=1)
    assert sign_in(browser, HOME) == ENTERS
    assert buckets(sqlite_town, "familiar") == {}


def test_inventing_devices_on_a_familiar_network_begins_no_new_count(sqlite_town: World):
    signed_in_before(sqlite_town)
    outcomes = []
    for number in range(6):
        browser = sqlite_town.browser()
        browser.client.set_cookie("__Host-mag_device", f"invented-{number}", domain="mag.localhost")
        outcomes.append(sign_in(browser, HOME, password="Wrong-guess-99"))
    assert outcomes == [WRONG] * 5 + [WAIT]


def test_carrying_a_stolen_device_about_begins_no_new_count(sqlite_town: World):
    browser = signed_in_before(sqlite_town)
    outcomes = [
        sign_in(browser, f"203.0.113.{number}", password="Wrong-guess-99") for number in range(6)
    ]
    assert outcomes == [WRONG] * 5 + [WAIT]


def test_a_failed_attempt_makes_nothing_familiar(sqlite_town: World):
    fail(sqlite_town, 5, address=HOME)
    sqlite_town.pass_time(seconds=1)
    fail(sqlite_town, 1, address=HOME)
    assert buckets(sqlite_town, "familiar") == {}

"""Behind a proxy that writes `address:port`, each connection was an address of its own.

The count of an address and the familiar network were both void: every guess began a new count.
"""

import pytest

from tests.rooms.signin.guesses import ENTERS, WAIT, WRONG, outcome
from tests.rooms.signin.test_addresses import trusting
from tests.world import World

PROXY = "192.0.2.80"


@pytest.fixture
def town(sqlite_world: World) -> World:
    """Give a MAG behind one proxy that it believes."""
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return trusting(sqlite_world, PROXY)


def submit(town: World, forwarded: str, **typed: str) -> str:
    form = town.browser().open_form()
    fields = {
        "form": form.token,
        "siret": "97050551700072",
        "nom": "Sawyer",
        "prenom": "Tom",
        "password": "Wrong-guess-99",
    } | typed
    answer = form.browser.post(
        "/sign-in",
        fields,
        headers={"X-Forwarded-For": forwarded},
        environ_base={"REMOTE_ADDR": PROXY},
    )
    return outcome(answer)


@pytest.mark.parametrize(
    "written",
    [
        "198.51.100.7:{port}",
        "[2001:db8::7]:{port}",
        "[2001:db8::7]",
        "10.9.8.7, 198.51.100.7:{port}",
    ],
)
def test_a_new_port_is_no_new_address(town: World, written: str) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    outcomes = [
        submit(town, written.format(port=40_000 + number), nom=f"Nobody{letters[number]}")
        for number in range(21)
    ]
    assert outcomes == [WRONG] * 20 + [WAIT]


def test_a_familiar_network_stays_familiar_on_another_port(town: World) -> None:
    assert submit(town, "198.51.100.7:40001", password="Mississippi1876") == ENTERS
    for number in range(5):
        assert submit(town, f"203.0.113.{number}:1") == WRONG
    assert submit(town, "203.0.113.9:1", password="Mississippi1876") == WAIT
    assert submit(town, "198.51.100.7:40002", password="Mississippi1876") == ENTERS


@pytest.mark.parametrize("odd", ["198.51.100.7:", "198.51.100:80", "::1:80", "[::1", "a:1", ""])
def test_what_is_no_address_with_a_port_is_kept_as_it_was_written(town: World, odd: str) -> None:
    assert submit(town, odd, password="Mississippi1876") == ENTERS

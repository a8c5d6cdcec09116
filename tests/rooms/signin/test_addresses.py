"""Whose address counts: a /64 in IPv6, IPv4 however written, proxies believed only when named."""

import copy
import ipaddress
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mag_server.app import create_app
from mag_server.rooms.signin.model import ADDRESS_ALLOWANCE
from tests.rooms.signin.guesses import WAIT, WRONG, buckets, fail, guess, outcome
from tests.world import World

PROXY = "10.0.0.1"


@pytest.fixture
def town(sqlite_world: World) -> World:
    sqlite_world.register_partner()
    return sqlite_world


def names() -> Iterator[str]:
    """Give one name after another, so that no name's own count is ever reached."""
    return (f"{first}{second}" for first in "abcdefghijklmnop" for second in "abcdefgh")


def trusting(world: World, *proxies: str) -> World:
    """Return the same server with MAG_TRUSTED_PROXIES set."""
    networks = tuple(ipaddress.ip_network(proxy) for proxy in proxies)
    settings = replace(world.equipment.settings, trusted_proxies=networks)
    other = copy.copy(world)
    other.equipment = replace(world.equipment, settings=settings)
    other.app = create_app(other.equipment, clock=lambda: other.now)
    return other


def forwarded(world: World, peer: str, *lines: str, nom: str = "Somebody") -> str:
    """Submit a wrong password through a proxy and return what it led to."""
    form = world.browser().open_form()
    headers = [("Origin", world.issuer), *(("X-Forwarded-For", line) for line in lines)]
    fields = {"form": form.token, "siret": "97050551700072", "nom": nom, "prenom": "Ann"}
    answer = form.browser.client.post(
        "/sign-in",
        data=fields | {"password": "Wrong-guess-99", "action": "sign-in"},
        headers=headers,
        environ_base={"REMOTE_ADDR": peer},
        base_url=world.issuer,
    )
    return outcome(answer)


def test_an_address_has_twenty_free_failures_whoever_is_tried(town: World):
    tried = names()
    for _ in range(ADDRESS_ALLOWANCE):
        fail(town, 1, nom=next(tried), address="192.0.2.1")
    assert outcome(guess(town, nom=next(tried), address="192.0.2.1")) == WAIT
    assert outcome(guess(town, nom=next(tried), address="192.0.2.2")) == WRONG


def test_all_addresses_of_one_slash_64_are_one_address(town: World):
    tried = names()
    for number in range(ADDRESS_ALLOWANCE):
        fail(town, 1, nom=next(tried), address=f"2001:db8:0:1::{number:x}")
    assert outcome(guess(town, nom=next(tried), address="2001:db8:0:1:ffff::1")) == WAIT
    assert outcome(guess(town, nom=next(tried), address="2001:db8:0:2::1")) == WRONG


def test_an_ipv4_address_written_in_ipv6_is_the_same_address(town: World):
    fail(town, 1, nom="a", address="192.0.2.1")
    fail(town, 1, nom="b", address="::ffff:192.0.2.1")
    assert list(buckets(town, "address").values()) == [2]


def test_no_bucket_carries_an_address_or_a_name_in_clear(town: World):
    fail(town, 1, nom="Sawyer", address="192.0.2.1")
    named = " ".join([*buckets(town, "address"), *buckets(town, "triplet")])
    assert "192.0.2.1" not in named
    assert "sawyer" not in named.lower()
    assert "97050551700072" not in named


def test_x_forwarded_for_from_anybody_is_not_believed(town: World):
    forwarded(town, "192.0.2.1", "198.51.100.1", nom="a")
    forwarded(town, "192.0.2.1", "198.51.100.2", nom="b")
    assert list(buckets(town, "address").values()) == [2]


def test_x_forwarded_for_from_a_trusted_proxy_tells_people_apart(town: World):
    behind = trusting(town, "10.0.0.0/8")
    forwarded(behind, PROXY, "198.51.100.1", nom="a")
    forwarded(behind, PROXY, "198.51.100.2", nom="b")
    assert list(buckets(town, "address").values()) == [1, 1]


def test_what_stands_left_of_the_address_the_proxy_saw_was_written_by_a_stranger(town: World):
    behind = trusting(town, "10.0.0.0/8")
    for number in range(3):
        forwarded(behind, PROXY, f"203.0.113.{number}, 198.51.100.1", nom=f"a{number}")
    forwarded(behind, PROXY, "203.0.113.9", "198.51.100.1, 10.0.0.2", nom="b")
    assert list(buckets(town, "address").values()) == [4]


def test_a_trusted_proxy_is_known_by_its_ipv4_address_written_in_ipv6_too(town: World):
    behind = trusting(town, "10.0.0.0/8")
    forwarded(behind, f"::ffff:{PROXY}", "198.51.100.1", nom="a")
    forwarded(behind, PROXY, "198.51.100.1", nom="b")
    assert list(buckets(town, "address").values()) == [2]


def test_a_trusted_proxy_that_forwards_nothing_is_the_address(town: World):
    behind = trusting(town, "10.0.0.0/8")
    forwarded(behind, PROXY, nom="a")
    forwarded(town, PROXY, nom="b")
    assert list(buckets(town, "address").values()) == [2]

"""When a session still counts, and which network an address stands for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mag_server.rooms.sessions.model import OpenedSession, Session, is_live, network_of

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=10)
FRESH = Session("sid", "sub", "acr", ("pwd",), NOW, NOW, NOW, None)


def lives(session: Session, at: datetime) -> bool:
    return is_live(session, now=at, idle_seconds=1800, absolute_seconds=36_000)


def test_a_session_dies_after_thirty_minutes_idle_to_the_microsecond():
    assert lives(FRESH, NOW + IDLE - TICK)
    assert not lives(FRESH, NOW + IDLE)


def test_a_session_in_use_dies_after_ten_hours_to_the_microsecond():
    end = NOW + ABSOLUTE
    used = replace(FRESH, seen_at=end - TICK)
    assert lives(used, end - TICK)
    assert not lives(used, end)


def test_a_fresh_proof_gives_the_whole_ten_hours_again():
    proved = NOW + ABSOLUTE - TICK
    again = replace(FRESH, auth_time=proved, seen_at=proved + ABSOLUTE - TICK)
    assert lives(again, proved + ABSOLUTE - TICK)
    assert not lives(again, proved + ABSOLUTE)


def test_an_ended_session_is_over_at_once():
    assert not lives(replace(FRESH, ended_at=NOW), NOW)


def test_a_clock_put_back_ends_no_session():
    assert lives(FRESH, NOW - timedelta(hours=3))


def test_an_opened_session_does_not_show_its_cookie():
    assert "the-cookie" not in repr(OpenedSession(FRESH, "the-cookie"))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:0201", "192.0.2.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:DB8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", "unknown"),
        ("192.0.2.1:8080", "192.0.2.1:8080"),
        ("192.0.2.01", "192.0.2.01"),
    ],
)
def test_an_address_stands_for_itself_in_ipv4_and_for_its_slash_64_in_ipv6(
    address: str, network: str
):
    assert network_of(address) == network


@given(address=st.ip_addresses(v=6), last=st.integers(0, 2**64 - 1))
def test_every_address_of_a_slash_64_stands_for_the_same_network(address, last: int):
    neighbour = type(address)((int(address) >> 64 << 64) | last)
    assume(not address.ipv4_mapped and not neighbour.ipv4_mapped)
    assert network_of(str(address)) == network_of(str(neighbour))


@given(text=st.text(max_size=40))
def test_any_text_has_a_network_and_none_is_an_error(text: str):
    assert isinstance(network_of(text), str)

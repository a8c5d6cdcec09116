"""When a key signs, and when the world sees it: pure functions of a time line."""

from datetime import UTC, datetime, timedelta

import pytest

from mag_server.rooms.keys.model import (
    NoSigningKeyError,
    SigningKey,
    choose_signing_key,
    published_keys,
    superseded_at,
)

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
TOKEN_SECONDS = 300
# Five minutes of the last token, and five more for a verifier whose clock is behind.
LINGER = timedelta(seconds=TOKEN_SECONDS) + timedelta(minutes=5)


def key(kid: str, days: float, alg: str = "ES256") -> SigningKey:
    active_from = START + DAY * days
    return SigningKey(kid, alg, active_from - DAY, active_from, {"kid": kid}, None)


FIRST, SECOND, THIRD, RSA = key("a", 0), key("b", 10), key("c", 20), key("r", 0, "RS256")
KEYS = [THIRD, RSA, FIRST, SECOND]


def published(at: datetime, keys: list[SigningKey] = KEYS) -> set[str]:
    found = published_keys(keys, now=at, token_lifetime_seconds=TOKEN_SECONDS)
    return {one.kid for one in found}


@pytest.mark.parametrize(
    ("at", "kid"),
    [
        (START, "a"),
        (START + 10 * DAY - TICK, "a"),
        (START + 10 * DAY, "b"),
        (START + 20 * DAY - TICK, "b"),
        (START + 20 * DAY, "c"),
        (START + 900 * DAY, "c"),
    ],
)
def test_the_newest_active_key_of_the_algorithm_signs(at: datetime, kid: str):
    assert choose_signing_key(KEYS, alg="ES256", now=at).kid == kid
    assert choose_signing_key(KEYS, alg="RS256", now=at).kid == "r"


def test_two_keys_of_one_instant_are_told_apart_by_name_everywhere():
    twins = [key("a", 0), key("b", 0)]
    assert choose_signing_key(twins, alg="ES256", now=START).kid == "b"
    assert choose_signing_key(twins[::-1], alg="ES256", now=START).kid == "b"
    assert superseded_at(twins[0], twins) == START
    assert superseded_at(twins[1], twins) is None


@pytest.mark.parametrize("back", [TICK, timedelta(hours=1), 400 * DAY])
def test_a_clock_put_back_before_the_first_key_still_signs_with_the_first(back: timedelta):
    assert choose_signing_key(KEYS, alg="ES256", now=START - back).kid == "a"


def test_without_a_key_of_the_algorithm_nothing_signs():
    with pytest.raises(NoSigningKeyError):
        choose_signing_key([RSA], alg="ES256", now=START)


def test_a_key_is_superseded_when_the_next_of_its_algorithm_becomes_active():
    assert [superseded_at(one, KEYS) for one in (FIRST, SECOND, THIRD, RSA)] == [
        START + 10 * DAY,
        START + 20 * DAY,
        None,
        None,
    ]


def test_the_next_key_is_published_long_before_it_signs():
    assert published(START) == {"a", "b", "c", "r"}


def test_an_old_key_stays_until_the_last_token_it_signed_is_dead():
    over = START + 10 * DAY + LINGER
    assert "a" in published(over - TICK)
    assert published(over) == {"b", "c", "r"}


def test_a_key_that_signs_is_always_published():
    for hours in range(0, 24 * 30, 7):
        at = START + timedelta(hours=hours)
        for alg in ("ES256", "RS256"):
            assert choose_signing_key(KEYS, alg=alg, now=at).kid in published(at)

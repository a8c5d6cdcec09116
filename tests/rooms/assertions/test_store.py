"""Codes and tokens, kept alike in both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from mag_server.base.work import Equipment, Work
from mag_server.rooms.assertions import store
from mag_server.rooms.assertions.model import AccessToken, CodeRequest, RedeemedCode
from mag_server.rooms.sessions.model import Session

TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SESSION = Session("sid", "sub", "acr", ("pwd", "otp"), START, START, START, None)
ASKED = CodeRequest("klesia", "https://k.example/cb", "c" * 43, "nonce", "openid email", SESSION)
BURNT = RedeemedCode(
    "klesia", "https://k.example/cb", "c" * 43, "nonce", "openid email",
    "sid", "sub", "acr", ("pwd", "otp"), START,
)  # fmt: skip
PERSONS = AccessToken("klesia", "sub", "sid", "openid")
BACK_ENDS = AccessToken("klesia", None, None, "links")


def add_code(connection, code: str = "code", expires_at: datetime = START + TICK) -> None:
    store.add_code(connection, ASKED, code_fingerprint=code, expires_at=expires_at, silent=False)


def add_token(
    connection,
    name: str = "token",
    token: AccessToken = PERSONS,
    *,
    code: str | None = "code",
    expires_at: datetime = START + TICK,
) -> None:
    store.add_access_token(
        connection, token, token_fingerprint=name, code_fingerprint=code, expires_at=expires_at
    )


def live(connection, name: str = "token", at: datetime = START) -> AccessToken | None:
    return store.load_live_token(connection, token_fingerprint=name, now=at)


def burn(connection, code: str = "code", at: datetime = START) -> RedeemedCode | None:
    return store.burn_code(connection, code_fingerprint=code, now=at)


def test_a_code_burns_once_and_gives_all_that_it_was_bound_to(work: Work):
    with work.writing() as connection:
        add_code(connection)
        assert burn(connection, "another") is None
        assert burn(connection) == BURNT
        assert burn(connection) is None


def test_a_code_is_dead_at_its_instant_and_lives_a_microsecond_before(work: Work):
    with work.writing() as connection:
        add_code(connection, "late")
        add_code(connection, "in time")
        assert burn(connection, "late", START + TICK) is None
        assert burn(connection, "in time", START) is not None


def test_a_code_redeemed_by_many_threads_at_once_burns_for_one(equipment: Equipment):
    work = equipment.work(START)
    with work.writing() as connection:
        add_code(connection)

    def redeem(_: int) -> bool:
        with equipment.work(START).writing() as connection:
            return burn(connection) is not None

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(redeem, range(16))) == 1


def test_a_replay_is_noted_of_a_burnt_code_only(work: Work):
    with work.writing() as connection:
        add_code(connection)
        assert not store.mark_replayed(connection, code_fingerprint="code", now=START)
        assert not store.mark_replayed(connection, code_fingerprint="another", now=START)
        burn(connection)
        assert store.mark_replayed(connection, code_fingerprint="code", now=START)


def test_a_code_is_never_stored_twice(work: Work):
    def add_twice() -> None:
        with work.writing() as connection:
            add_code(connection)
            add_code(connection)

    with pytest.raises(Exception, match=r"(?i)unique"):
        add_twice()


@pytest.mark.parametrize("token", [PERSONS, BACK_ENDS], ids=["a person's", "a back end's"])
def test_a_token_lives_until_its_instant(work: Work, token: AccessToken):
    with work.writing() as connection:
        add_token(connection, token=token, code=None)
        assert live(connection) == token
        assert live(connection, at=START + TICK) is None
        assert live(connection, "another") is None


def test_a_revoked_token_is_dead_and_its_owner_still_known(work: Work):
    with work.writing() as connection:
        add_token(connection)
        add_token(connection, "other")
        store.revoke_token(connection, token_fingerprint="token", now=START)
        store.revoke_token(connection, token_fingerprint="unknown", now=START)
        assert live(connection) is None
        assert live(connection, "other") == PERSONS
        assert store.load_owner(connection, token_fingerprint="token") == "klesia"
        assert store.load_owner(connection, token_fingerprint="unknown") is None


def test_what_a_code_gave_is_revoked_and_nothing_else(work: Work):
    with work.writing() as connection:
        add_token(connection, "its own")
        add_token(connection, "a sibling's", code="sibling")
        add_token(connection, "a back end's", BACK_ENDS, code=None)
        store.revoke_by_code(connection, code_fingerprint="code", now=START)
        assert live(connection, "its own") is None
        assert live(connection, "a sibling's") == PERSONS
        assert live(connection, "a back end's") == BACK_ENDS


def test_the_end_of_a_session_kills_its_tokens_and_the_codes_not_yet_redeemed(work: Work):
    elsewhere = AccessToken("klesia", "sub", "another sid", "openid")
    with work.writing() as connection:
        add_code(connection)
        add_token(connection)
        add_token(connection, "elsewhere", elsewhere)
        add_token(connection, "a back end's", BACK_ENDS, code=None)
        store.revoke_by_session(connection, sid="sid", now=START)
        assert burn(connection) is None
        assert live(connection) is None
        assert live(connection, "elsewhere") == elsewhere
        assert live(connection, "a back end's") == BACK_ENDS


def test_the_end_of_a_session_leaves_a_redeemed_code_as_it_was(work: Work):
    with work.writing() as connection:
        add_code(connection)
        burn(connection)
        store.revoke_by_session(connection, sid="sid", now=START)
        assert store.mark_replayed(connection, code_fingerprint="code", now=START)


def test_the_purge_takes_what_expired_before_its_instant_and_nothing_else(work: Work):
    with work.writing() as connection:
        add_code(connection, "old", START - TICK)
        add_code(connection, "edge", START)
        add_token(connection, "old", expires_at=START - TICK)
        add_token(connection, "edge", expires_at=START)
        assert store.forget_before(connection, instant=START) == 2
        assert burn(connection, "edge", START - TICK) is not None
        assert live(connection, "edge", START - TICK) == PERSONS

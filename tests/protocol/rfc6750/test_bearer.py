"""How an access token is shown (RFC 6750 sections 2 and 3)."""

import pytest

from tests.protocol.tokens import bearer
from tests.world import Browser, World


@pytest.fixture
def token(mag: World) -> str:
    visitor = mag.browser()
    given: str = visitor.redeem(visitor.sign_in()).get_json()["access_token"]
    return given


def test_2_1_in_the_header(visitor: Browser, token: str) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = visitor.get("/userinfo", headers={"Authorization": f"{scheme} {token}"})
        assert answer.status_code == 200


def test_2_2_in_a_posted_form(visitor: Browser, token: str) -> None:
    assert visitor.post("/userinfo", {"access_token": token}).status_code == 200


def test_2_3_never_in_the_address(visitor: Browser, token: str) -> None:
    assert visitor.get(f"/userinfo?access_token={token}").status_code == 401


def test_2_never_two_ways_at_once(visitor: Browser, token: str) -> None:
    twice = visitor.post("/userinfo", {"access_token": token}, headers=bearer(token))
    assert (twice.status_code, twice.get_json()["error"]) == (400, "invalid_request")
    repeated = visitor.post("/userinfo", {"access_token": [token, token]})
    assert repeated.get_json()["code"] == "MAG-148"


def test_3_1_who_shows_nothing_is_told_only_how(visitor: Browser) -> None:
    answer = visitor.get("/userinfo")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="MAG"'


@pytest.mark.parametrize("wrong", ["x", "", "a b", "\xe9", "=" * 5000])
def test_3_1_a_wrong_token_is_named_as_such(visitor: Browser, wrong: str) -> None:
    answer = visitor.get("/userinfo", headers=bearer(wrong))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="MAG", error="invalid_token"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("seconds", "status"), [(599.999, 200), (600, 401)])
def test_5_3_an_access_token_lives_10_minutes(
    mag: World, token: str, seconds: float, status: int
) -> None:
    mag.pass_time(seconds=seconds)
    assert mag.browser().get("/userinfo", headers=bearer(token)).status_code == status

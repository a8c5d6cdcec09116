"""Revocation (RFC 7009 sections 2.1 and 2.2)."""

import pytest
from werkzeug.test import TestResponse

from tests.protocol.tokens import bearer
from tests.world import World


def _revoke(world: World, *, by: str = "klesia", **fields: str) -> TestResponse:
    credentials = {"client_id": by, "client_secret": world.secrets[by]}
    return world.app.test_client().post("/revoke", data=credentials | fields, base_url=world.issuer)


def _token(world: World) -> str:
    visitor = world.browser()
    token: str = visitor.redeem(visitor.sign_in()).get_json()["access_token"]
    return token


def _tells(world: World, token: str) -> bool:
    return world.browser().get("/userinfo", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(
    "hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "x"}]
)
def test_2_1_a_client_revokes_its_own_token(mag: World, hint: dict[str, str]) -> None:
    token = _token(mag)
    assert _tells(mag, token)
    answer = _revoke(mag, token=token, **hint)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not _tells(mag, token)


def test_2_1_one_token_is_revoked_and_not_its_sibling(mag: World) -> None:
    first, second = _token(mag), _token(mag)
    _revoke(mag, token=first)
    assert (_tells(mag, first), _tells(mag, second)) == (False, True)


def test_2_1_another_clients_token_is_refused_and_stays_alive(mag: World) -> None:
    mag.register_partner("mcf")
    token = _token(mag)
    answer = _revoke(mag, by="mcf", token=token)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-147")
    assert _tells(mag, token)


@pytest.mark.parametrize("token", ["unknown", "é", "\x00", "a" * 50_000])
def test_2_2_an_unknown_token_is_as_good_as_revoked(mag: World, token: str) -> None:
    assert _revoke(mag, token=token).status_code == 200


def test_2_2_a_token_revoked_twice_is_revoked(mag: World) -> None:
    token = _token(mag)
    assert [_revoke(mag, token=token).status_code for _ in range(2)] == [200, 200]


def test_2_1_a_stranger_revokes_nothing(mag: World) -> None:
    token = _token(mag)
    answer = mag.app.test_client().post("/revoke", data={"token": token}, base_url=mag.issuer)
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")
    assert _tells(mag, token)


def test_2_1_the_token_may_not_be_left_out_nor_repeated(mag: World) -> None:
    assert _revoke(mag).get_json()["code"] == "MAG-146"
    answer = mag.app.test_client().post("/revoke", data={"token": ["a", "b"]}, base_url=mag.issuer)
    assert answer.get_json()["code"] == "MAG-143"


def test_2_1_a_back_end_revokes_its_own_token(mag: World) -> None:
    fields = {
        "grant_type": "client_credentials",
        "client_id": "klesia",
        "client_secret": mag.secrets["klesia"],
    }
    token = mag.app.test_client().post("/token", data=fields).get_json()["access_token"]
    assert _revoke(mag, token=token).status_code == 200

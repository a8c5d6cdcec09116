"""The token endpoint's other grants and its answers (RFC 6749 sections 3.2, 4.4, 5.1 and 5.2)."""

import pytest
from werkzeug.test import TestResponse

from tests.protocol.tokens import bearer
from tests.world import World


def _ask(world: World, **fields: str | list[str]) -> TestResponse:
    credentials = {"client_id": "klesia", "client_secret": world.secrets["klesia"]}
    return world.app.test_client().post("/token", data=credentials | fields, base_url=world.issuer)


def test_4_4_a_back_end_takes_its_own_token(mag: World) -> None:
    answer = _ask(mag, grant_type="client_credentials").get_json()
    assert answer["scope"] == "links receipts consultations"
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)
    assert "id_token" not in answer
    assert "refresh_token" not in answer


def test_4_4_a_back_end_may_ask_for_less(mag: World) -> None:
    answer = _ask(mag, grant_type="client_credentials", scope="receipts links").get_json()
    assert answer["scope"] == "links receipts"


@pytest.mark.parametrize("scope", ["openid", "links profile", "admin", "links\x00"])
def test_4_4_a_persons_scope_is_refused_to_a_back_end(mag: World, scope: str) -> None:
    answer = _ask(mag, grant_type="client_credentials", scope=scope)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_scope")


def test_a_back_ends_token_is_refused_at_userinfo(mag: World) -> None:
    token = _ask(mag, grant_type="client_credentials").get_json()["access_token"]
    answer = mag.browser().get("/userinfo", headers=bearer(token))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    "grant_type",
    [
        "",
        "password",
        "refresh_token",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
        "AUTHORIZATION_CODE",
    ],
)
def test_5_2_any_other_grant_is_refused(mag: World, grant_type: str) -> None:
    answer = _ask(mag, grant_type=grant_type, username="x", password="x", refresh_token="x")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "code", "scope"])
def test_3_2_a_repeated_parameter_is_refused(mag: World, name: str) -> None:
    answer = _ask(mag, **{"grant_type": "client_credentials"} | {name: ["x", "x"]})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "MAG-143")


def test_5_1_tokens_are_never_stored_by_anything_between(mag: World) -> None:
    visitor = mag.browser()
    for answer in (visitor.redeem(visitor.sign_in()), _ask(mag, grant_type="client_credentials")):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.content_type == "application/json"


def test_5_1_a_person_gets_no_refresh_token(mag: World) -> None:
    visitor = mag.browser()
    answer = visitor.redeem(visitor.sign_in()).get_json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert answer["expires_in"] == 600


def test_5_1_the_access_token_says_nothing_to_who_reads_it(mag: World) -> None:
    visitor = mag.browser()
    token = visitor.redeem(visitor.sign_in()).get_json()["access_token"]
    assert "." not in token
    assert len(token) == 43


def test_3_2_the_token_endpoint_takes_post_alone(mag: World) -> None:
    answer = mag.browser().get("/token")
    assert (answer.status_code, answer.get_json()["code"]) == (405, "MAG-131")
    assert "POST" in answer.headers["Allow"]


def test_the_token_endpoint_sets_no_cookie_and_needs_none(mag: World) -> None:
    answer = _ask(mag, grant_type="client_credentials")
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers

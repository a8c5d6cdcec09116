"""How a back end's token opens the API, and what it does not open (RFC 6750 section 3.1)."""

import pytest
from flask import Response

from mag_server.web._back_end import back_end_asking
from tests.protocol.tokens import bearer
from tests.world import Browser, World

NOT_A_BACK_ENDS = 'Bearer realm="MAG", error="invalid_token"'


@pytest.fixture
def api(either_mag: World) -> World:
    """Give a MAG with one address of the API, which wants the scope `receipts`."""

    def asked() -> Response | str:
        asking = back_end_asking(scope="receipts")
        return asking if isinstance(asking, Response) else asking.client_id

    either_mag.app.add_url_rule("/api/v1/asked", view_func=asked, methods=["GET", "POST"])
    return either_mag


def _token(world: World, scope: str | None = None, client_id: str = "klesia") -> str:
    asked = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": world.secrets[client_id],
    } | ({"scope": scope} if scope else {})
    answer = world.browser().client.post("/token", data=asked, base_url=world.issuer)
    token: str = answer.get_json()["access_token"]
    return token


@pytest.mark.parametrize("scope", [None, "receipts", "links receipts consultations"])
def test_a_token_of_the_scope_says_which_partner_asks(api: World, scope: str | None) -> None:
    api.register_partner("mcf")
    for client_id in ("klesia", "mcf"):
        token = _token(api, scope, client_id)
        answer = api.browser().get("/api/v1/asked", headers=bearer(token))
        assert (answer.status_code, answer.text) == (200, client_id)


@pytest.mark.parametrize("scope", ["links", "consultations", "links consultations"])
def test_3_1_another_scope_is_not_enough_and_the_answer_names_the_right_one(
    api: World, scope: str
) -> None:
    answer = api.browser().get("/api/v1/asked", headers=bearer(_token(api, scope)))
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="MAG", error="insufficient_scope", scope="receipts"'
    )
    assert answer.get_json()["error"] == "insufficient_scope"


def test_3_1_who_shows_no_token_is_told_only_how(api: World) -> None:
    answer = api.browser().get("/api/v1/asked")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="MAG"'


def test_a_persons_token_does_not_open_the_api(api: World) -> None:
    visitor = api.browser()
    token = visitor.redeem(visitor.sign_in()).get_json()["access_token"]
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 200
    answer = visitor.get("/api/v1/asked", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == NOT_A_BACK_ENDS


def test_a_back_ends_token_tells_of_nobody(api: World) -> None:
    answer = api.browser().get("/userinfo", headers=bearer(_token(api)))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(("seconds", "status"), [(599.999, 200), (600, 401)])
def test_a_back_ends_token_lives_10_minutes(api: World, seconds: float, status: int) -> None:
    token = _token(api)
    api.pass_time(seconds=seconds)
    assert api.browser().get("/api/v1/asked", headers=bearer(token)).status_code == status


def test_a_revoked_token_opens_nothing(api: World) -> None:
    token, visitor = _token(api), api.browser()
    asked = {"client_id": "klesia", "client_secret": api.secrets["klesia"], "token": token}
    assert visitor.client.post("/revoke", data=asked, base_url=api.issuer).status_code == 200
    answer = visitor.get("/api/v1/asked", headers=bearer(token))
    assert answer.headers["WWW-Authenticate"] == NOT_A_BACK_ENDS


def test_2_never_two_ways_at_once(api: World) -> None:
    token = _token(api)
    answer = api.browser().post("/api/v1/asked", {"access_token": token}, headers=bearer(token))
    assert answer.get_json()["code"] == "MAG-148"


def test_2_3_never_in_the_address(api: World) -> None:
    assert api.browser().get(f"/api/v1/asked?access_token={_token(api)}").status_code == 401


def test_the_token_is_a_person_or_a_back_end_never_a_wrong_text(visitor: Browser) -> None:
    visitor.world.app.add_url_rule(
        "/api/v1/asked", view_func=lambda: back_end_asking(scope="receipts")
    )
    for wrong in ("x", "a b", "\xe9", "=" * 5000, "."):
        assert visitor.get("/api/v1/asked", headers=bearer(wrong)).status_code == 401

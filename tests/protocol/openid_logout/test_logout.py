"""Sign-out (OpenID Connect RP-Initiated Logout 1.0 sections 2, 3 and 6)."""

from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.protocol.tokens import bearer
from tests.world import Browser, World, answer_in, hidden, shown_code

BACK = "http://klesia.localhost:8500/"


def _hint(visitor: Browser, client_id: str = "klesia") -> str:
    code = visitor.sign_in(client_id=client_id)
    token: str = visitor.redeem(code, client_id=client_id).get_json()["id_token"]
    return token


def _logout(visitor: Browser, **parameters: str) -> TestResponse:
    return visitor.get("/logout?" + urlencode(parameters))


def _is_live(visitor: Browser) -> bool:
    return "code" in answer_in(visitor.authorize(prompt="none"))


def test_2_a_hint_of_the_session_ends_it_at_once(either_mag: World) -> None:
    visitor = either_mag.browser()
    answer = visitor.redeem(visitor.sign_in()).get_json()
    done = _logout(visitor, id_token_hint=answer["id_token"])
    assert done.status_code == 200
    assert done.headers["Cache-Control"] == "no-store"
    assert "__Host-mag_session=;" in done.headers["Set-Cookie"]
    assert not _is_live(visitor)
    assert visitor.get("/userinfo", headers=bearer(answer["access_token"])).status_code == 401


def test_2_an_expired_hint_ends_its_session(mag: World) -> None:
    visitor = mag.browser()
    hint = _hint(visitor)
    mag.pass_time(minutes=25)
    assert _logout(visitor, id_token_hint=hint, post_logout_redirect_uri=BACK).location == BACK
    assert not _is_live(visitor)


def test_2_without_a_hint_the_person_is_asked_and_nothing_ends(visitor: Browser) -> None:
    visitor.sign_in()
    for parameters in ({}, {"client_id": "klesia"}, {"post_logout_redirect_uri": BACK}):
        asked = _logout(visitor, **{"client_id": "klesia"} | parameters)
        assert asked.status_code == 200
        assert hidden(asked, "sign_out")
        assert "Set-Cookie" not in asked.headers
    assert _is_live(visitor)


def test_2_the_persons_yes_ends_the_session(visitor: Browser) -> None:
    visitor.sign_in()
    asked = _logout(visitor, client_id="klesia", post_logout_redirect_uri=BACK, state="a b&c")
    done = visitor.post("/logout", {"sign_out": hidden(asked, "sign_out")})
    assert (done.status_code, done.location) == (303, BACK + "?state=a+b%26c")
    assert not _is_live(visitor)


def test_a_yes_is_good_for_twelve_hours(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    asked = _logout(visitor, client_id="klesia")
    mag.pass_time(hours=12, seconds=1)
    visitor.sign_in()
    done = visitor.post("/logout", {"sign_out": hidden(asked, "sign_out")})
    assert done.status_code == 400
    assert _is_live(visitor)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://klesia.localhost:8500"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_6_a_yes_from_another_site_is_no_yes(visitor: Browser, headers: dict[str, str]) -> None:
    visitor.sign_in()
    token = hidden(_logout(visitor), "sign_out")
    answer = visitor.post("/logout", {"sign_out": token}, headers=headers)
    assert (answer.status_code, shown_code(answer)) == (403, "MAG-118")
    assert _is_live(visitor)


@pytest.mark.parametrize("token", ["x", "", "e30.e30", "\x00"])
def test_an_invented_yes_is_refused(visitor: Browser, token: str) -> None:
    visitor.sign_in()
    assert shown_code(visitor.post("/logout", {"sign_out": token})) == "MAG-120"
    assert _is_live(visitor)


def test_3_the_state_comes_back(visitor: Browser) -> None:
    hint = _hint(visitor)
    done = _logout(visitor, id_token_hint=hint, post_logout_redirect_uri=BACK, state="s&x=1")
    assert done.location == BACK + "?state=s%26x%3D1"
    assert done.status_code == 303


@pytest.mark.parametrize("state", ["a\r\nSet-Cookie: x=1", "\x00", "é", "\x7f"])
def test_3_a_state_that_could_split_the_answer_is_refused(visitor: Browser, state: str) -> None:
    hint = _hint(visitor)
    answer = _logout(visitor, id_token_hint=hint, post_logout_redirect_uri=BACK, state=state)
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-113")
    assert "Location" not in answer.headers


def test_3_another_partners_return_address_is_refused(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    hint = _hint(visitor)
    theirs = "http://mcf.localhost:8500/"
    answer = _logout(visitor, id_token_hint=hint, post_logout_redirect_uri=theirs)
    assert shown_code(answer) == "MAG-121"
    assert _is_live(visitor)


def test_3_a_return_address_without_a_client_is_refused(visitor: Browser) -> None:
    assert shown_code(_logout(visitor, post_logout_redirect_uri=BACK)) == "MAG-121"


def test_2_a_hint_and_a_client_id_must_agree(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    hint = _hint(visitor)
    assert shown_code(_logout(visitor, id_token_hint=hint, client_id="mcf")) == "MAG-114"
    assert _is_live(visitor)


@pytest.mark.parametrize("hint", ["x", "e30.e30.AA", "é", "\x00", "a" * 60_000])
def test_2_a_forged_hint_is_refused(visitor: Browser, hint: str) -> None:
    visitor.sign_in()
    assert shown_code(_logout(visitor, id_token_hint=hint)) == "MAG-114"
    assert _is_live(visitor)


def test_an_unknown_client_is_told(visitor: Browser) -> None:
    assert shown_code(_logout(visitor, client_id="nobody")) == "MAG-101"


def test_2_a_hint_whose_browser_is_elsewhere_ends_its_session_there(mag: World) -> None:
    visitor = mag.browser()
    hint = _hint(visitor)
    assert _logout(mag.browser(), id_token_hint=hint).status_code == 200
    assert not _is_live(visitor)


def test_2_nobody_signed_in_goes_back_without_a_question(visitor: Browser) -> None:
    done = _logout(visitor, client_id="klesia", post_logout_redirect_uri=BACK)
    assert done.location == BACK


def test_2_a_partners_post_becomes_the_same_get(visitor: Browser) -> None:
    hint = _hint(visitor)
    fields = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s"}
    posted = visitor.post("/logout", fields, headers={"Origin": "http://klesia.localhost:8500"})
    assert posted.status_code == 303
    assert posted.location.startswith("/logout?")
    assert _is_live(visitor)
    assert visitor.get(posted.location).location == BACK + "?state=s"


@pytest.mark.parametrize(
    "name", ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"]
)
def test_a_repeated_parameter_is_refused(visitor: Browser, name: str) -> None:
    answer = visitor.get(f"/logout?{name}=a&{name}=b")
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-103")


def test_signing_out_at_one_portal_signs_out_of_the_other(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    visitor.sign_in()
    code = answer_in(visitor.authorize(client_id="mcf"))["code"]
    answer = visitor.redeem(code, client_id="mcf").get_json()
    back = "http://mcf.localhost:8500/"
    done = _logout(visitor, id_token_hint=answer["id_token"], post_logout_redirect_uri=back)
    assert done.location == back
    assert not _is_live(visitor)

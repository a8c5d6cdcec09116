"""Sessions: 30 minutes idle, 10 hours in all, a new cookie at sign-in (protocol « Sessions »)."""

import pytest

from tests.protocol.tokens import bearer, published, verified
from tests.world import Browser, World, answer_in

SESSION = "__Host-mag_session"


def _is_live(visitor: Browser) -> bool:
    return "code" in answer_in(visitor.authorize(prompt="none"))


def _cookie(visitor: Browser) -> str:
    cookie = visitor.client.get_cookie(SESSION, domain="mag.localhost")
    assert cookie
    return cookie.value


def _sid(visitor: Browser, code: str) -> str:
    token = visitor.redeem(code).get_json()["id_token"]
    claims = verified(token, published(visitor), audience="klesia", at=visitor.world.now)
    sid: str = claims["sid"]
    return sid


@pytest.mark.parametrize(("seconds", "live"), [(1799.999, True), (1800, False)])
def test_a_session_dies_after_30_idle_minutes(mag: World, seconds: float, *, live: bool) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    mag.pass_time(seconds=seconds)
    assert _is_live(visitor) == live


def test_each_silent_answer_counts_as_a_use(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    for _ in range(4):
        mag.pass_time(minutes=29)
        assert _is_live(visitor)


@pytest.mark.parametrize(("seconds", "live"), [(1199.999, True), (1200, False)])
def test_a_session_dies_10_hours_after_the_sign_in_however_used(
    mag: World, seconds: float, *, live: bool
) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    for _ in range(29):
        mag.pass_time(minutes=20)
        assert _is_live(visitor)
    mag.pass_time(seconds=seconds)
    assert _is_live(visitor) == live


def test_the_password_given_in_a_session_s_last_seconds_opens_ten_hours_more(mag: World) -> None:
    visitor = mag.browser()
    sid = _sid(visitor, visitor.sign_in())
    for _ in range(29):
        mag.pass_time(minutes=20)
        assert _is_live(visitor)
    mag.pass_time(minutes=19, seconds=55)
    code = visitor.sign_in(prompt="login")
    mag.pass_time(seconds=8)
    assert _sid(visitor, code) == sid
    for _ in range(29):
        mag.pass_time(minutes=20)
        assert _is_live(visitor)
    mag.pass_time(minutes=19, seconds=51.999)
    assert _is_live(visitor)
    mag.pass_time(seconds=0.001)
    assert not _is_live(visitor)


def test_a_code_waiting_when_its_session_ends_gives_nothing(mag: World) -> None:
    visitor = mag.browser()
    hint = visitor.redeem(visitor.sign_in()).get_json()["id_token"]
    code = answer_in(visitor.authorize())["code"]
    visitor.get(f"/logout?id_token_hint={hint}")
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"


def test_a_sign_in_has_a_cookie_of_its_own(mag: World) -> None:
    visitor = mag.browser()
    visitor.client.set_cookie(SESSION, "planted-by-somebody", domain="mag.localhost")
    visitor.sign_in()
    assert _cookie(visitor) != "planted-by-somebody"


def test_a_planted_cookie_opens_nothing_when_somebody_else_signs_in(mag: World) -> None:
    # Session fixation: the attacker's live cookie in the victim's jar.
    mag.register_person("FINN", "HUCK")
    attacker, victim = mag.browser(), mag.browser()
    attacker.open_form().submit(nom="Finn", prenom="Huck")
    planted = _cookie(attacker)
    victim.client.set_cookie(SESSION, planted, domain="mag.localhost")
    victim.sign_in(prompt="login")
    assert _cookie(victim) != planted
    assert not _is_live(attacker)
    assert _is_live(victim)


def test_signing_in_again_keeps_the_session_and_changes_its_cookie(mag: World) -> None:
    visitor = mag.browser()
    first_sid, first = _sid(visitor, visitor.sign_in()), _cookie(visitor)
    mag.pass_time(minutes=5)
    second_sid, second = _sid(visitor, visitor.sign_in(prompt="login")), _cookie(visitor)
    assert first_sid == second_sid
    assert first != second
    thief = mag.browser()
    thief.client.set_cookie(SESSION, first, domain="mag.localhost")
    assert not _is_live(thief)
    assert _is_live(visitor)


def test_another_person_ends_the_first_session(mag: World) -> None:
    mag.register_person("FINN", "HUCK")
    visitor, other_tab = mag.browser(), mag.browser()
    tom = _sid(visitor, visitor.sign_in())
    other_tab.client.set_cookie(SESSION, _cookie(visitor), domain="mag.localhost")
    answer = visitor.open_form(prompt="login").submit(nom="Finn", prenom="Huck")
    assert _sid(visitor, answer_in(answer)["code"]) != tom
    assert not _is_live(other_tab)
    assert _is_live(visitor)


def test_a_wrong_password_on_a_new_form_leaves_the_session_alone(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    refused = visitor.open_form(prompt="login").submit(password="wrong")
    assert "Set-Cookie" not in refused.headers
    assert _is_live(visitor)


@pytest.mark.parametrize("cookie", ["", "x", "\x00", "a" * 4000, "'; DROP TABLE sessions; --"])
def test_an_invented_cookie_is_nobody(mag: World, cookie: str) -> None:
    visitor = mag.browser()
    visitor.client.set_cookie(SESSION, cookie, domain="mag.localhost")
    assert not _is_live(visitor)
    assert visitor.authorize().status_code == 200


def test_one_sign_in_serves_two_partners_without_a_password(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    sid = _sid(visitor, visitor.sign_in())
    code = answer_in(visitor.authorize(client_id="mcf"))["code"]
    answer = visitor.redeem(code, client_id="mcf").get_json()
    claims = verified(answer["id_token"], published(visitor), audience="mcf", at=mag.now)
    assert claims["sid"] == sid
    assert visitor.get("/userinfo", headers=bearer(answer["access_token"])).status_code == 200

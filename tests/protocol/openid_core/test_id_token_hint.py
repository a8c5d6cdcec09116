"""id_token_hint (OpenID Connect Core 1.0 section 3.1.2.1)."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from tests.world import Browser, Form, World, answer_in, code_in


def _hint(visitor: Browser, **changes: str) -> str:
    client = changes.get("client_id", "klesia")
    code = visitor.sign_in(**changes)
    token: str = visitor.redeem(code, client_id=client).get_json()["id_token"]
    return token


def _told(visitor: Browser, hint: str, **changes: str) -> dict[str, str]:
    return answer_in(visitor.authorize(id_token_hint=hint, **changes))


def test_a_hint_of_the_signed_in_person_is_a_code(visitor: Browser) -> None:
    assert "code" in _told(visitor, _hint(visitor), prompt="none")


def test_an_expired_hint_still_names_its_person(mag: World) -> None:
    visitor = mag.browser()
    hint = _hint(visitor)
    mag.pass_time(minutes=29)
    assert "code" in _told(visitor, hint, prompt="none")


def test_a_hint_of_another_person_is_login_required_without_a_form(mag: World) -> None:
    mag.register_person("FINN", "HUCK")
    huck = mag.browser()
    hint = huck.redeem(code_in(huck.open_form().submit(nom="Finn", prenom="Huck")))
    tom = mag.browser()
    tom.sign_in()
    told = _told(tom, hint.get_json()["id_token"], prompt="none")
    assert told["error"] == "login_required"


def test_whoever_signs_in_must_be_the_person_of_the_hint(mag: World) -> None:
    mag.register_person("FINN", "HUCK")
    hint = _hint(mag.browser())
    visitor = mag.browser()
    form = visitor.open_form(id_token_hint=hint)
    told = answer_in(form.submit(nom="Finn", prenom="Huck"))
    assert told["error"] == "login_required"
    assert "code" in answer_in(form.submit())


def _link(page: TestResponse, within: str) -> str:
    found = {unescape(one) for one in re.findall(r'(?:href|data-full-page)="([^"]*)"', page.text)}
    (link,) = {one for one in found if within in one}
    return link


def _by_the_help(visitor: Browser, shown: TestResponse) -> TestResponse:
    return visitor.get(_link(visitor.get(_link(shown, "/forgotten-password")), "/authorize"))


@pytest.mark.parametrize("response_mode", ["query", "web_message"])
@pytest.mark.parametrize("refused", [False, True])
def test_no_link_of_the_form_leads_around_the_hint(
    mag: World, response_mode: str, *, refused: bool
) -> None:
    mag.register_person("FINN", "HUCK")
    hint = _hint(mag.browser())
    visitor = mag.browser()
    form = visitor.open_form(id_token_hint=hint, response_mode=response_mode)
    shown = form.submit(password="wrong") if refused else form.response
    ways = [_by_the_help(visitor, shown)]
    if response_mode == "web_message":
        ways.append(visitor.get(_link(shown, "/authorize")))
    for way in ways:
        told = answer_in(Form(visitor, way).submit(nom="Finn", prenom="Huck"))
        assert (told["error"], told["error_code"]) == ("login_required", "MAG-116")
        assert "id_token_hint" in told["error_description"]
        assert "code" in answer_in(Form(mag.browser(), way).submit())


def test_a_wrong_password_learns_nothing_from_a_hint(mag: World) -> None:
    # Whether the names belong to the hint is told after the right password only.
    mag.register_person("FINN", "HUCK")
    form = mag.browser().open_form(id_token_hint=_hint(mag.browser()))
    assert form.submit(nom="Finn", prenom="Huck", password="wrong").status_code == 400


def test_a_hint_of_another_client_is_refused(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    told = _told(visitor, _hint(visitor, client_id="mcf"))
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-114")


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


OWN_KEY = ec.generate_private_key(ec.SECP256R1())
HEADERLESS = ".e30.AAAA"


def _by_own_key(good: str, **headers: object) -> str:
    claims = jwt.decode(good, options={"verify_signature": False})
    return jwt.encode(claims, OWN_KEY, algorithm="ES256", headers=headers)


def _with_header(good: str, **changes: object) -> str:
    return _part(jwt.get_unverified_header(good) | changes) + good[good.index(".") :]


def _with_claims(good: str, **changes: object) -> str:
    header, _, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    return f"{header}.{_part(claims | changes)}.{signature}"


def _kid(good: str) -> str:
    kid: str = jwt.get_unverified_header(good)["kid"]
    return kid


FORGERIES: dict[str, Callable[[str], str]] = {
    "no signature": lambda good: good[: good.rindex(".") + 1],
    "alg none": lambda good: _with_header(good, alg="none"),
    "alg HS256": lambda good: _with_header(good, alg="HS256"),
    "alg RS256": lambda good: _with_header(good, alg="RS256"),
    "another key under the same kid": lambda good: _by_own_key(good, kid=_kid(good)),
    "a key of the attacker's own": lambda good: _by_own_key(
        good, kid=_kid(good), jku="https://evil.example/", jwk={"kty": "EC"}
    ),
    "HMAC": lambda good: jwt.encode({}, "x" * 32, algorithm="HS256", headers={"kid": _kid(good)}),
    "another subject": lambda good: _with_claims(good, sub="x"),
    "another audience": lambda good: _with_claims(good, aud=["klesia"]),
    "unknown kid": lambda good: _by_own_key(good, kid="x"),
    "no kid": _by_own_key,
    "kid no text": lambda good: _with_header(good, kid=["x"]),
    "two parts": lambda good: good[: good.rindex(".")],
    "five parts": lambda good: good + ".AA.AA",
    "not a token": lambda _: "x",
    "not ASCII": lambda _: "é.é.é",
    "NUL": lambda _: "\x00.\x00.\x00",
    "header a text": lambda _: _part("x") + HEADERLESS,
    "header a list": lambda _: _part([]) + HEADERLESS,
    "header nested deeply": lambda _: _deep() + HEADERLESS,
    "long": lambda _: "a" * 60_000,
}


def _deep() -> str:
    return base64.urlsafe_b64encode(b'{"kid":' + b"[" * 20_000).rstrip(b"=").decode()


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_hint_is_refused(visitor: Browser, name: str) -> None:
    told = _told(visitor, FORGERIES[name](_hint(visitor)))
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-114")


def test_an_access_token_is_no_hint(visitor: Browser) -> None:
    token = visitor.redeem(visitor.sign_in()).get_json()["access_token"]
    assert _told(visitor, token)["error_code"] == "MAG-114"


def test_the_hint_of_a_key_long_retired_is_still_read(mag: World) -> None:
    from mag_server.rooms.keys.actions import rotate_keys  # noqa: PLC0415 - one test's own need

    visitor = mag.browser()
    hint = _hint(visitor)
    rotate_keys(mag.work(), by="test")
    mag.now += timedelta(days=2)
    fresh = mag.browser()
    fresh.sign_in()
    assert "code" in _told(fresh, hint, prompt="none")

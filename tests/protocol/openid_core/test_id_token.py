"""The assertion (OpenID Connect Core 1.0 sections 2, 3.1.3.6, 5.1 and 5.3; RFC 8176)."""

import base64
import hashlib

import jwt
import pytest

from mag_server.rooms.people.model import Role
from tests.protocol.tokens import bearer, published, verified
from tests.world import Browser, World

ALWAYS = {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "sid", "at_hash"}
BY_SCOPE = {
    "profile": {"family_name", "given_name"},
    "entreprise": {"siret", "siren", "roles"},
    "email": {"email", "email_verified"},
}


def _answer(visitor: Browser, **changes: str | None) -> dict[str, str]:
    answer: dict[str, str] = visitor.redeem(visitor.sign_in(**changes)).get_json()
    return answer


def test_2_every_claim_is_there_and_true(mag: World) -> None:
    visitor = mag.browser()
    answer = _answer(visitor, nonce="of-the-partner")
    claims = verified(answer["id_token"], published(visitor), audience="klesia", at=mag.now)
    issued = int(mag.now.timestamp())
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims == {
        "iss": mag.issuer,
        "aud": "klesia",
        "iat": issued,
        "exp": issued + 300,
        "auth_time": issued,
        "nonce": "of-the-partner",
        "acr": f"{mag.issuer}/acr/password",
        "amr": ["pwd"],
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        "family_name": "SAWYER",
        "given_name": "TOM",
        "siret": "97050551700072",
        "siren": "970505517",
        "roles": ["declarant"],
        "email": "tom.sawyer@toment.example",
        "email_verified": True,
        "sub": claims["sub"],
        "sid": claims["sid"],
    }


@pytest.mark.parametrize("scope", ["", *BY_SCOPE, "profile email", "email entreprise profile"])
def test_5_4_each_scope_tells_its_claims_in_the_token_and_at_userinfo(
    mag: World, scope: str
) -> None:
    visitor = mag.browser()
    answer = _answer(visitor, scope=f"openid {scope}")
    claims = verified(answer["id_token"], published(visitor), audience="klesia", at=mag.now)
    expected = set().union(*(BY_SCOPE[one] for one in scope.split()), set())
    assert set(claims) == ALWAYS | expected
    told = visitor.get("/userinfo", headers=bearer(answer["access_token"])).get_json()
    assert set(told) == {"sub", "auth_time", "acr", "amr", "sid"} | expected
    assert told.items() <= claims.items()
    assert set(answer["scope"].split()) == {"openid", *scope.split()}


def test_5_3_userinfo_answers_get_and_post_alike_and_is_not_stored(visitor: Browser) -> None:
    token = _answer(visitor)["access_token"]
    got, posted = (
        visitor.get("/userinfo", headers=bearer(token)),
        visitor.post("/userinfo", headers=bearer(token)),
    )
    assert got.get_json() == posted.get_json()
    assert got.headers["Cache-Control"] == posted.headers["Cache-Control"] == "no-store"


def test_2_without_a_nonce_there_is_none(mag: World) -> None:
    visitor = mag.browser()
    token = _answer(visitor, nonce=None)["id_token"]
    assert "nonce" not in verified(token, published(visitor), audience="klesia", at=mag.now)


def test_2_auth_time_is_that_of_the_password_in_a_silent_answer(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    typed = int(mag.now.timestamp())
    mag.pass_time(minutes=12)
    location = visitor.authorize().location
    code = location.partition("code=")[2].partition("&")[0]
    token = visitor.redeem(code).get_json()["id_token"]
    claims = verified(token, published(visitor), audience="klesia", at=mag.now)
    assert (claims["auth_time"], claims["iat"]) == (typed, int(mag.now.timestamp()))


def test_2_the_token_is_for_one_client_alone(mag: World) -> None:
    visitor = mag.browser()
    token = _answer(visitor)["id_token"]
    with pytest.raises(jwt.InvalidAudienceError):
        verified(token, published(visitor), audience="mcf", at=mag.now)


def test_8_the_subject_is_the_same_everywhere_and_says_nothing(mag: World) -> None:
    mag.register_partner("mcf")
    visitor = mag.browser()
    keys = published(visitor)
    subs = set()
    for client in ("klesia", "mcf"):
        token = visitor.redeem(
            visitor.sign_in(client_id=client, prompt="login"), client_id=client
        ).get_json()["id_token"]
        subs.add(verified(token, keys, audience=client, at=mag.now)["sub"])
    (sub,) = subs
    assert not any(known in sub.upper() for known in ("SAWYER", "970505517"))


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_each_client_is_signed_for_in_its_algorithm(mag: World, alg: str) -> None:
    mag.register_partner("mcf", alg=alg)
    visitor = mag.browser()
    code = visitor.sign_in(client_id="mcf")
    token = visitor.redeem(code, client_id="mcf").get_json()["id_token"]
    assert jwt.get_unverified_header(token)["alg"] == alg
    assert verified(token, published(visitor), audience="mcf", at=mag.now)["aud"] == "mcf"


def test_the_siret_is_told_without_spaces_and_roles_in_order(mag: World) -> None:
    mag.register_person("FINN", "HUCK", roles=frozenset({Role.DECLARANT, Role.ADMINISTRATEUR}))
    visitor = mag.browser()
    location = visitor.open_form().submit(nom="Finn", prenom="Huck").location
    code = location.partition("code=")[2].partition("&")[0]
    told = visitor.get(
        "/userinfo", headers=bearer(visitor.redeem(code).get_json()["access_token"])
    ).get_json()
    assert told["roles"] == ["administrateur", "declarant"]
    assert told["siret"].isdecimal()
    assert len(told["siret"]) == 14

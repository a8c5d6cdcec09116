"""A sign-in from `begin_sign_in` to `finish_sign_in`, and everything that can come between."""

import base64
import hashlib
import pickle
from dataclasses import FrozenInstanceError, replace
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest

from mag_sdk import (
    AcrTooLow,
    AnswerRefused,
    AssertionExpired,
    ConfigurationRefused,
    MagClient,
    MagError,
    PendingSignIn,
    ResponseIncomplete,
    SignInRefused,
    SignInTooOld,
    StateUnknown,
    WrongAccessToken,
    WrongIssuer,
    WrongNonce,
    WrongSubject,
)
from tests.sdk.conftest import CALLBACK
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, said


def request_of(attempt) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(attempt.url).query).items()}


def finish(client, provider, attempt):
    return client.finish_sign_in(attempt=attempt, parameters=provider.authorize(attempt.url))


# --- beginning --------------------------------------------------------------------------------


def test_the_request_asks_for_a_code_with_pkce_s256(client):
    attempt = client.begin_sign_in(target="/")
    digest = hashlib.sha256(attempt.code_verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert request_of(attempt) == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid profile entreprise email",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }


def test_no_two_attempts_share_a_secret(client):
    attempts = [client.begin_sign_in(target="/") for _ in range(50)]
    secrets = {s for a in attempts for s in (a.state, a.nonce, a.code_verifier)}
    assert len(secrets) == 150
    assert min(map(len, secrets)) >= 43


def test_every_option_travels_under_its_own_name(client, provider):
    attempt = client.begin_sign_in(
        target="/",
        prompt="login",
        max_age_seconds=0,
        login_hint="visit&x=1",
        ui_locales="en fr",
        acr_values=f"{provider.issuer}/acr/two-factor",
    )
    wanted = {
        "prompt": "login",
        "max_age": "0",
        "login_hint": "visit&x=1",
        "ui_locales": "en fr",
        "acr_values": f"{provider.issuer}/acr/two-factor",
    }
    assert wanted.items() <= request_of(attempt).items()


def test_the_target_never_travels(client):
    attempt = client.begin_sign_in(target="/paie?mois=3")
    assert attempt.target == "/paie?mois=3"
    assert "paie" not in attempt.url


def test_the_widget_gets_the_same_request_with_its_own_response_mode(client):
    attempt = client.begin_sign_in(target="/")
    widget = {name: values[0] for name, values in parse_qs(attempt.widget_request).items()}
    assert widget == request_of(attempt) | {"response_mode": "web_message"}


def test_an_attempt_is_frozen_and_prints_no_secret(client):
    attempt = client.begin_sign_in(target="/")
    with pytest.raises(FrozenInstanceError):
        attempt.state = "x"
    for secret in (attempt.nonce, attempt.code_verifier):
        assert secret not in repr(attempt)


def test_an_attempt_survives_being_kept_as_json(client, provider):
    attempt = client.begin_sign_in(target="/x", max_age_seconds=60)
    kept = PendingSignIn.from_json(attempt.to_json())
    parameters = provider.authorize(attempt.url)
    assert client.finish_sign_in(attempt=kept, parameters=parameters).sub
    assert (kept.target, kept.max_age_seconds) == ("/x", 60)


@pytest.mark.parametrize("kept", [{}, {"state": "x"}, {"started": "soon"}])
def test_what_is_not_an_attempt_is_an_unknown_state(kept):
    with pytest.raises(StateUnknown):
        PendingSignIn.from_json(kept)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_secret": ""},
        {"scopes": ("profile",)},
        {"leeway_seconds": 121},
        {"leeway_seconds": -1},
        {"minimum_acr": "strong"},
        {"minimum_acr": "https://evil.example/acr/two-factor"},
    ],
    ids=str,
)
def test_a_setting_that_would_weaken_the_checks_is_refused(wrong):
    good = {
        "issuer": "https://mag.example",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": CALLBACK,
    }
    with pytest.raises(ConfigurationRefused):
        MagClient(**(good | wrong))


def test_the_client_prints_no_secret(client):
    assert CLIENT_SECRET not in repr(client)


# --- finishing --------------------------------------------------------------------------------


def test_a_sign_in_tells_who_came(client, provider):
    assertion = finish(client, provider, client.begin_sign_in(target="/"))
    assert (assertion.given_name, assertion.family_name) == ("TOM", "SAWYER")
    assert (assertion.siret, assertion.siren) == ("97050551700072", "970505517")
    assert assertion.roles == ("administrateur", "declarant")
    assert assertion.email_verified
    assert assertion.auth_time.utcoffset().total_seconds() == 0
    assert assertion.access_token == "an-access-token"


def test_an_assertion_is_frozen_and_prints_no_token(client, provider):
    assertion = finish(client, provider, client.begin_sign_in(target="/"))
    with pytest.raises(FrozenInstanceError):
        assertion.sub = "x"
    for secret in (assertion.id_token, assertion.access_token, assertion.nonce):
        assert secret not in repr(assertion)


def test_the_code_is_redeemed_with_its_verifier_and_basic_credentials(client, provider):
    attempt = client.begin_sign_in(target="/")
    parameters = provider.authorize(attempt.url)
    client.finish_sign_in(attempt=attempt, parameters=parameters)
    asked = next(asked for asked in provider.asked if asked.path == "/token")
    assert asked.form == {
        "grant_type": "authorization_code",
        "code": parameters["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": attempt.code_verifier,
    }
    scheme, _, pair = asked.headers["Authorization"].partition(" ")
    name, _, secret = base64.b64decode(pair).decode().partition(":")
    assert (scheme, name, unquote_plus(secret)) == ("Basic", CLIENT_ID, CLIENT_SECRET)


@pytest.mark.parametrize("state", ["another", "", None, "é", "\ud800"])
def test_an_answer_with_another_state_redeems_nothing(client, provider, state):
    attempt = client.begin_sign_in(target="/")
    parameters = provider.authorize(attempt.url) | {"state": state}
    with pytest.raises((StateUnknown, ResponseIncomplete)):
        client.finish_sign_in(attempt=attempt, parameters=parameters)
    assert provider.count("/token") == 0


@pytest.mark.parametrize("suffix", ["/", ".evil.example", None])
def test_an_answer_of_another_issuer_redeems_nothing(client, provider, suffix):
    attempt = client.begin_sign_in(target="/")
    iss = None if suffix is None else provider.issuer + suffix
    with pytest.raises((WrongIssuer, ResponseIncomplete)):
        client.finish_sign_in(
            attempt=attempt, parameters=provider.authorize(attempt.url) | {"iss": iss}
        )
    assert provider.count("/token") == 0


def test_an_error_answer_carries_its_code_and_trace(client, provider):
    attempt = client.begin_sign_in(target="/")
    answer = provider.authorize(attempt.url) | {
        "error": "access_denied",
        "error_code": "MAG-131",
        "trace_id": "t-77",
    }
    with pytest.raises(SignInRefused) as refusal:
        client.finish_sign_in(attempt=attempt, parameters=answer)
    refused = refusal.value
    assert (refused.error, refused.code, refused.trace_id) == ("access_denied", "MAG-131", "t-77")
    assert provider.count("/token") == 0


def test_an_error_answer_of_another_issuer_is_not_believed(client):
    attempt = client.begin_sign_in(target="/")
    answer = {"error": "access_denied", "state": attempt.state, "iss": "https://evil.example"}
    with pytest.raises(WrongIssuer):
        client.finish_sign_in(attempt=attempt, parameters=answer)


def test_an_answer_without_code_or_error_is_incomplete(client, provider):
    attempt = client.begin_sign_in(target="/")
    with pytest.raises(ResponseIncomplete):
        client.finish_sign_in(
            attempt=attempt, parameters={"state": attempt.state, "iss": provider.issuer}
        )


def test_a_refused_code_says_what_mag_said(client, provider):
    attempt = client.begin_sign_in(target="/")
    answer = provider.authorize(attempt.url) | {"code": "guessed"}
    with pytest.raises(SignInRefused) as refusal:
        client.finish_sign_in(attempt=attempt, parameters=answer)
    assert (refusal.value.error, refusal.value.code) == ("invalid_grant", "MAG-142")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"token_type": "DPoP"},
        {"token_type": None},
        {"id_token": None},
        {"id_token": 7},
        {"access_token": ""},
    ],
    ids=str,
)
def test_a_token_answer_that_lacks_something_is_refused(client, provider, spoiled):
    attempt = client.begin_sign_in(target="/")
    good = {
        "access_token": "a",
        "token_type": "Bearer",
        "id_token": provider.pens[0].sign(provider.claims_for(attempt.nonce)),
    }
    provider.spoil("/token", said(good | spoiled))
    with pytest.raises((AnswerRefused, ResponseIncomplete)):
        finish(client, provider, attempt)


def test_a_token_of_another_request_is_refused(client, provider):
    first, second = client.begin_sign_in(target="/"), client.begin_sign_in(target="/")
    injected = provider.authorize(first.url) | {"state": second.state}
    with pytest.raises(WrongNonce):
        client.finish_sign_in(attempt=second, parameters=injected)


def test_a_token_past_its_end_is_refused_by_our_own_clock(client, provider, clock):
    attempt = client.begin_sign_in(target="/")
    provider.claims = {"exp": int(clock().timestamp()) - 31}
    with pytest.raises(AssertionExpired) as refusal:
        finish(client, provider, attempt)
    assert (clock() - refusal.value.expired_at).total_seconds() == 31


def test_an_access_token_of_another_sign_in_is_refused(client, provider):
    provider.claims = {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}
    with pytest.raises(WrongAccessToken):
        finish(client, provider, client.begin_sign_in(target="/"))


def test_the_access_token_of_this_sign_in_is_accepted(client, provider):
    half = hashlib.sha256(b"an-access-token").digest()[:16]
    provider.claims = {"at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode()}
    assert finish(client, provider, client.begin_sign_in(target="/")).access_token


def test_a_sign_in_older_than_max_age_is_refused(client, provider, clock):
    provider.claims = {"auth_time": int(clock().timestamp()) - 91}
    with pytest.raises(SignInTooOld):
        finish(client, provider, client.begin_sign_in(target="/", max_age_seconds=60))


def test_a_sign_in_as_old_as_max_age_and_the_leeway_is_accepted(client, provider, clock):
    provider.claims = {"auth_time": int(clock().timestamp()) - 90}
    assert finish(client, provider, client.begin_sign_in(target="/", max_age_seconds=60)).sub


# --- levels -----------------------------------------------------------------------------------


def test_a_minimum_is_asked_for_and_checked(provider, clock):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, minimum_acr="two-factor", now=clock
    )
    attempt = client.begin_sign_in(target="/")
    assert request_of(attempt)["acr_values"] == f"{provider.issuer}/acr/two-factor"
    with pytest.raises(AcrTooLow):
        finish(client, provider, attempt)


def test_a_minimum_asks_for_every_level_that_reaches_it_and_a_page_for_what_it_names(
    provider, clock
):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, minimum_acr="recovered", now=clock
    )
    attempt = client.begin_sign_in(target="/")
    levels = [f"{provider.issuer}/acr/{level}" for level in ("recovered", "password", "two-factor")]
    assert request_of(attempt)["acr_values"] == " ".join(levels)
    assert finish(client, provider, attempt).acr == levels[1]
    page = client.begin_sign_in(target="/", acr_values=levels[1])
    assert request_of(page)["acr_values"] == levels[1]


def test_a_level_asked_for_one_page_is_checked_too(client, provider):
    attempt = client.begin_sign_in(target="/", acr_values=f"{provider.issuer}/acr/two-factor")
    with pytest.raises(AcrTooLow):
        finish(client, provider, attempt)


def test_a_page_cannot_ask_for_less_than_the_portal(provider, clock):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, minimum_acr="two-factor", now=clock
    )
    attempt = client.begin_sign_in(target="/", acr_values=f"{provider.issuer}/acr/password")
    with pytest.raises(AcrTooLow):
        finish(client, provider, attempt)


def test_a_tampered_attempt_cannot_lower_the_portals_minimum(provider, clock):
    client = MagClient(
        provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK, minimum_acr="two-factor", now=clock
    )
    attempt = replace(client.begin_sign_in(target="/"), minimum_acr=None)
    with pytest.raises(AcrTooLow):
        finish(client, provider, attempt)


# --- afterwards -------------------------------------------------------------------------------


def test_userinfo_about_the_person_is_given(client, provider):
    assertion = finish(client, provider, client.begin_sign_in(target="/"))
    assert client.userinfo(assertion.access_token, expected_sub=assertion.sub)["siret"] == "x"
    asked = next(asked for asked in provider.asked if asked.path == "/userinfo")
    assert asked.headers["Authorization"] == "Bearer an-access-token"


def test_userinfo_about_someone_else_is_refused(client, provider):
    provider.spoil("/userinfo", said({"sub": "someone-else"}))
    with pytest.raises(WrongSubject):
        client.userinfo("a", expected_sub="me")


def test_userinfo_with_a_dead_token_is_a_refusal(client, provider):
    provider.spoil("/userinfo", said({"error": "invalid_token", "code": "MAG-150"}, 401))
    with pytest.raises(SignInRefused, match="invalid_token"):
        client.userinfo("a", expected_sub="me")


def test_a_token_is_given_back(client, provider):
    client.revoke("an-access-token")
    asked = next(asked for asked in provider.asked if asked.path == "/revoke")
    assert asked.form == {"token": "an-access-token"}
    assert asked.headers["Authorization"].startswith("Basic ")


def test_signing_out_names_the_session_and_the_way_back(client):
    url = client.sign_out_url(
        id_token_hint="a.b.c", post_logout_redirect_uri="https://p.example/", state="s"
    )
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "id_token_hint": "a.b.c",
        "client_id": CLIENT_ID,
        "post_logout_redirect_uri": "https://p.example/",
        "state": "s",
    }


def test_every_error_is_a_mag_error_and_survives_pickling():
    error = pickle.loads(pickle.dumps(SignInRefused(error="x", code="MAG-142")))  # noqa: S301 - ours
    assert isinstance(error, MagError)
    assert (error.error, error.code) == ("x", "MAG-142")

"""The SDK and the server, over a real socket: neither was written to suit a double of the other."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from werkzeug.serving import make_server

from mag_sdk import (
    Assertion,
    MagClient,
    SignInAttempt,
    SignInRefused,
    WrongSubject,
)
from mag_server.base.assets import Assets
from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from tests.sdk.portal import portal_of
from tests.world import Browser, Form, World, answer_in

SECRET_KEY = "a key for the tests only, of more than 32 characters"
CALLBACK = "http://klesia.localhost:8500/mag/callback"


@dataclass
class Meeting:
    """One MAG on a real port, one person's browser, one portal's client."""

    world: World
    browser: Browser
    client: MagClient

    def answer_to(self, attempt: SignInAttempt) -> dict[str, str]:
        parts = urlsplit(attempt.url)
        return answer_in(
            Form(self.browser, self.browser.get(f"{parts.path}?{parts.query}")).submit()
        )

    def silent_answer_to(self, attempt: SignInAttempt) -> dict[str, str]:
        parts = urlsplit(attempt.url)
        return answer_in(self.browser.get(f"{parts.path}?{parts.query}"))

    def sign_in(self) -> Assertion:
        attempt = self.client.begin_sign_in(target="/")
        return self.client.finish_sign_in(attempt=attempt, parameters=self.answer_to(attempt))


@pytest.fixture(params=["ES256", "RS256"])
def meeting(request, sqlite_url, now) -> Iterator[Meeting]:
    # The issuer holds the port, which is known only once it is open: the app comes after.
    listener = make_server("127.0.0.1", 0, Flask("none"), threaded=True)
    issuer = f"http://mag.localhost:{listener.server_port}"
    settings = Settings(issuer=issuer, database_url=sqlite_url, secret_keys=(SECRET_KEY,))
    database = Database(sqlite_url)
    world = World(Equipment(settings, database, SecretKeys(settings.secret_keys), Hasher()), now)
    world.register_partner(alg=request.param)
    world.register_person()
    client = MagClient(issuer, "klesia", world.secrets["klesia"], CALLBACK, now=lambda: world.now)
    listener.app = world.app
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
    thread.start()
    yield Meeting(world, world.browser(), client)
    listener.shutdown()
    thread.join()
    listener.server_close()
    database.dispose()


def test_what_the_server_signs_the_sdk_believes(meeting):
    assertion = meeting.sign_in()
    assert (assertion.given_name, assertion.family_name) == ("TOM", "SAWYER")
    assert (assertion.siret, assertion.siren) == ("97050551700072", "970505517")
    assert assertion.roles == ("declarant",)
    assert assertion.acr == f"{meeting.world.issuer}/acr/password"
    assert assertion.amr == ("pwd",)
    assert assertion.at_hash


def test_a_portal_content_with_the_weakest_level_takes_a_password(meeting):
    world, client = meeting.world, meeting.client
    secret = world.secrets["klesia"]
    meeting.client = MagClient(
        client.issuer, "klesia", secret, CALLBACK, minimum_acr="recovered", now=lambda: world.now
    )
    assert meeting.sign_in().acr == f"{world.issuer}/acr/password"


def test_a_second_code_of_the_same_person_needs_no_form(meeting):
    first = meeting.sign_in()
    attempt = meeting.client.begin_sign_in(target="/")
    parameters = meeting.silent_answer_to(attempt)
    second = meeting.client.finish_sign_in(attempt=attempt, parameters=parameters)
    assert (second.sub, second.sid) == (first.sub, first.sid)


def test_the_person_at_userinfo_is_the_person_of_the_assertion(meeting):
    assertion = meeting.sign_in()
    claims = meeting.client.userinfo(assertion.access_token, expected_sub=assertion.sub)
    assert claims["siret"] == assertion.siret
    with pytest.raises(WrongSubject):
        meeting.client.userinfo(assertion.access_token, expected_sub="someone-else")


def test_a_token_given_back_opens_nothing(meeting):
    assertion = meeting.sign_in()
    meeting.client.revoke(assertion.access_token)
    with pytest.raises(SignInRefused, match="invalid_token"):
        meeting.client.userinfo(assertion.access_token, expected_sub=assertion.sub)


def test_a_code_redeemed_twice_is_refused_with_a_code_and_a_trace(meeting):
    attempt = meeting.client.begin_sign_in(target="/")
    parameters = meeting.answer_to(attempt)
    meeting.client.finish_sign_in(attempt=attempt, parameters=parameters)
    with pytest.raises(SignInRefused) as refusal:
        meeting.client.finish_sign_in(attempt=attempt, parameters=parameters)
    assert (refusal.value.error, refusal.value.code) == ("invalid_grant", "MAG-142")
    assert refusal.value.trace_id


def test_a_silent_request_without_a_session_says_login_required(meeting):
    attempt = meeting.client.begin_sign_in(target="/", prompt="none")
    parameters = meeting.silent_answer_to(attempt)
    with pytest.raises(SignInRefused) as refusal:
        meeting.client.finish_sign_in(attempt=attempt, parameters=parameters)
    assert refusal.value.error == "login_required"
    assert refusal.value.code
    assert refusal.value.trace_id


def test_a_level_the_server_cannot_prove_is_refused_by_the_server(meeting):
    level = f"{meeting.world.issuer}/acr/two-factor"
    attempt = meeting.client.begin_sign_in(target="/", acr_values=level, prompt="none")
    parameters = meeting.silent_answer_to(attempt)
    with pytest.raises(SignInRefused) as refusal:
        meeting.client.finish_sign_in(attempt=attempt, parameters=parameters)
    assert refusal.value.error == "unmet_authentication_requirements"


def test_a_wrong_secret_is_refused(meeting):
    stranger = MagClient(
        meeting.world.issuer, "klesia", "another", CALLBACK, now=lambda: meeting.world.now
    )
    attempt = stranger.begin_sign_in(target="/")
    with pytest.raises(SignInRefused, match="invalid_client"):
        stranger.finish_sign_in(attempt=attempt, parameters=meeting.answer_to(attempt))


def test_signing_out_ends_the_session_and_comes_back(meeting):
    assertion = meeting.sign_in()
    url = meeting.client.sign_out_url(
        id_token_hint=assertion.id_token,
        post_logout_redirect_uri="http://klesia.localhost:8500/",
        state="s-1",
    )
    parts = urlsplit(url)
    answer = meeting.browser.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 303
    assert answer.location.startswith("http://klesia.localhost:8500/")
    assert dict(parse_qsl(urlsplit(answer.location).query))["state"] == "s-1"
    attempt = meeting.client.begin_sign_in(target="/", prompt="none")
    assert meeting.silent_answer_to(attempt)["error"] == "login_required"


def test_the_request_of_the_widget_is_one_the_server_accepts(meeting):
    attempt = meeting.client.begin_sign_in(target="/")
    framed = {"Sec-Fetch-Dest": "iframe"}
    answer = meeting.browser.get(f"/authorize?{attempt.widget_request}", headers=framed)
    assert answer.status_code == 200
    assert 'name="password"' in answer.text


def test_a_release_of_mag_reaches_the_portal_s_pages_within_half_a_minute(meeting):
    portal = portal_of(meeting.client)
    portal.add_url_rule("/login", "login", lambda: portal.extensions["mag"].widget(target="/"))

    def is_script_served() -> bool:
        page = portal.test_client().get("/login").text
        address = re.search(r'<script src="[^"]*(/widget/v1/[^"]*)"', page)[1]
        with meeting.browser.get(address) as script:
            return script.status_code == 200

    assert is_script_served()
    pages = meeting.world.app.extensions["mag_pages"]
    assets = pages.assets.by_name
    released = Assets(assets | {"mag.js": assets["page.js"]})  # any other bytes will do
    meeting.world.app.extensions["mag_pages"] = replace(pages, assets=released)
    assert not is_script_served()
    meeting.world.now += timedelta(seconds=30)
    assert is_script_served()

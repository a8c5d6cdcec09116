"""Signing in and out of a Flask portal."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_wtf import CSRFProtect

from mag_sdk import MagClient
from mag_sdk.flask import MagFlask
from tests.sdk.portal import URL, Browser, portal_of, query_of
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, Said


@pytest.fixture
def visitor(client, provider) -> Browser:
    return Browser(portal_of(client), provider)


def test_a_protected_page_asks_to_sign_in_first(visitor):
    answer = visitor.get("/paie/mai?tri=nom")
    assert answer.status_code == 303
    assert query_of(answer.location) == {"target": "/paie/mai?tri=nom"}


def test_after_signing_in_the_page_knows_who_came(visitor):
    assert visitor.sign_in("/paie/mai").location == "/paie/mai"
    assert visitor.get("/paie/mai").text == "Paie de mai pour 97050551700072"
    assert visitor.get("/seen").json["sid"] == "s_9Yx2"


def test_a_script_is_told_401_rather_than_sent_to_another_site(visitor):
    assert visitor.get("/paie/mai", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401


def test_the_answer_of_the_widget_comes_by_a_form(visitor):
    parameters = visitor.ask_for("/paie/mai")
    assert visitor.post("/mag/callback", data=parameters).location == "/paie/mai"
    assert visitor.get("/paie/mai").status_code == 200


def test_nothing_of_these_routes_is_stored_or_told_to_the_next_site(visitor):
    answer = visitor.come_back(visitor.ask_for("/paie/mai"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


# --- the session ------------------------------------------------------------------------------


def test_nothing_of_an_anonymous_session_survives_signing_in(visitor):
    visitor.get("/basket")
    visitor.sign_in()
    assert visitor.get("/seen").json["session"] == ["mag"]


def test_what_the_portal_lists_survives_signing_in(client, provider):
    visitor = Browser(portal_of(client, keep_in_session=("basket",)), provider)
    visitor.get("/basket")
    visitor.sign_in()
    assert visitor.get("/seen").json["session"] == ["basket", "mag"]


def test_a_server_side_session_gets_a_new_id(client, provider):
    app = portal_of(client)
    renewed = []

    class WithIds(type(app.session_interface)):
        def regenerate(self, session):
            renewed.append(dict(session))

    app.session_interface = WithIds()
    Browser(app, provider).sign_in()
    assert renewed == [{}]


def test_the_session_keeps_no_access_token(visitor):
    visitor.sign_in()
    with visitor.tab.session_transaction(base_url=URL) as kept:
        assert "an-access-token" not in str(kept)


def test_a_session_ends_after_its_lifetime(client, provider, clock):
    visitor = Browser(portal_of(client, session_lifetime_seconds=60), provider)
    visitor.sign_in()
    clock.advance(seconds=59)
    assert visitor.get("/paie/mai").status_code == 200
    clock.advance(seconds=1)
    assert visitor.get("/paie/mai").status_code == 303


def test_a_large_person_still_fits_a_cookie(visitor, provider):
    provider.claims = {"family_name": "É" * 80, "given_name": "Ï" * 80, "email": "a" * 254}
    visitor.sign_in()
    assert visitor.get("/paie/mai").status_code == 200


# --- signing out ------------------------------------------------------------------------------


def test_signing_out_ends_both_sessions(client, provider):
    visitor = Browser(portal_of(client, post_logout_redirect_uri=f"{URL}/"), provider)
    visitor.sign_in()
    answer = visitor.post("/mag/sign-out")
    assert answer.location.startswith(f"{provider.issuer}/logout?")
    query = query_of(answer.location)
    assert query["id_token_hint"].count(".") == 2
    assert query["post_logout_redirect_uri"] == f"{URL}/"
    assert visitor.get("/seen").json["session"] == []


def test_signing_out_by_a_link_is_impossible(visitor):
    assert visitor.get("/mag/sign-out").status_code == 405


@pytest.mark.parametrize("origin", ["https://evil.example", "null", URL + "0"])
def test_another_site_cannot_sign_people_out(visitor, origin):
    visitor.sign_in()
    assert visitor.post("/mag/sign-out", headers={"Origin": origin}).status_code == 403
    assert visitor.get("/paie/mai").status_code == 200


def test_the_portals_own_button_signs_out(visitor):
    visitor.sign_in()
    assert visitor.post("/mag/sign-out", headers={"Origin": URL}).status_code == 303


@pytest.mark.parametrize(("told", "status"), [("same-origin", 303), ("cross-site", 403)])
def test_a_portal_that_sends_no_referrer_signs_out_all_the_same(visitor, told, status):
    visitor.sign_in()
    headers = {"Origin": "null", "Sec-Fetch-Site": told}
    assert visitor.post("/mag/sign-out", headers=headers).status_code == status


def test_signing_out_twice_leads_home(visitor):
    visitor.sign_in()
    visitor.post("/mag/sign-out")
    assert visitor.post("/mag/sign-out").location == "/"


# --- beside the portal's own defences ---------------------------------------------------------


@pytest.mark.parametrize("first", ["csrf", "mag"])
def test_the_callback_needs_no_csrf_token_and_everything_else_does(client, provider, first):
    app = Flask("portal")
    app.secret_key = "a key for the tests only"
    if first == "csrf":
        CSRFProtect(app)
    mag = MagFlask(app, client)
    if first == "mag":
        CSRFProtect(app)

    @app.post("/pay")
    def pay():
        return "paid"

    @app.get("/page")
    @mag.sign_in_required
    def page():
        return "seen"

    visitor = Browser(app, provider)
    assert visitor.post("/mag/callback", data=visitor.ask_for("/page")).location == "/page"
    assert visitor.get("/page").text == "seen"
    assert visitor.post("/pay").status_code == 400
    assert visitor.post("/mag/sign-out").status_code == 400


def test_a_portal_under_a_prefix_has_its_callback_there(provider, clock):
    callback = "http://portail.localhost:8500/espace/mag/callback"
    client = MagClient(provider.issuer, CLIENT_ID, CLIENT_SECRET, callback, now=clock)
    app = Flask("portal")
    app.config.update(SECRET_KEY="a key for the tests only", APPLICATION_ROOT="/espace")
    mag = MagFlask(app, client)

    @app.get("/page")
    @mag.sign_in_required
    def page():
        return "seen"

    visitor = Browser(app, provider, url=f"{URL}/espace")
    to_sign_in = visitor.get("/page")
    assert query_of(to_sign_in.location) == {"target": "/espace/page"}
    to_mag = visitor.get("/mag/sign-in?target=/espace/page")
    parameters = urlencode(provider.authorize(to_mag.location))
    assert visitor.get(f"/mag/callback?{parameters}").location == "/espace/page"
    assert visitor.get("/page").text == "seen"


def test_ten_people_at_once_each_land_as_themselves(client, provider):
    app = portal_of(client)

    def come(number: int) -> str:
        visitor = Browser(app, provider)
        visitor.sign_in(f"/paie/{number}")
        return visitor.get(f"/paie/{number}").text

    with ThreadPoolExecutor(10) as pool:
        texts = list(pool.map(come, range(10)))
    assert texts == [f"Paie de {number} pour 97050551700072" for number in range(10)]


def test_mag_away_is_a_french_page_with_503(visitor, provider, clock):
    visitor.sign_in()
    visitor.post("/mag/sign-out")
    provider.spoil("/.well-known/openid-configuration", Said(b"", 503))
    clock.advance(seconds=6)
    answer = visitor.get("/mag/sign-in?target=/paie/mai")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert 'lang="fr"' in answer.text
    assert "momentanément indisponible" in answer.text
    assert "/mag/sign-in?target=/paie/mai" in answer.text


def test_people_already_signed_in_stay_so_while_mag_is_away(visitor, provider, clock):
    visitor.sign_in()
    provider.spoil("/.well-known/openid-configuration", Said(b"", 503))
    provider.spoil("/jwks.json", Said(b"", 503))
    clock.advance(hours=2)
    assert visitor.get("/paie/mai").status_code == 200

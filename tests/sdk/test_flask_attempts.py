"""Sign-ins under way: five tabs, double clicks, and what nobody else can use."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mag_sdk import MagClient
from tests.sdk.portal import URL, Browser, portal_of
from tests.sdk.provider import CLIENT_ID, CLIENT_SECRET, Said, said

MONTHS = ("mai", "juin", "juillet", "septembre", "octobre")


@pytest.fixture
def app(client):
    return portal_of(client)


@pytest.fixture
def visitor(app, provider) -> Browser:
    return Browser(app, provider)


def fork(app, visitor: Browser) -> Browser:
    """Take the same cookies in a client of its own, for requests that race."""
    other = Browser(app, visitor.provider)
    other.tab._cookies = dict(visitor.tab._cookies)
    return other


def test_five_tabs_each_land_on_their_own_page(visitor):
    answers = [visitor.ask_for(f"/paie/{month}") for month in MONTHS]
    for month, parameters in reversed(list(zip(MONTHS, answers, strict=True))):
        assert visitor.come_back(parameters).location == f"/paie/{month}"


def test_five_tabs_that_begin_from_the_same_cookies_lose_none(app, visitor):
    # Each tab sends what the browser held before any was answered; then every answer is kept.
    tabs = [fork(app, visitor) for _ in MONTHS]
    answers = [tab.ask_for(f"/paie/{month}") for tab, month in zip(tabs, MONTHS, strict=True)]
    for tab in tabs:
        visitor.tab._cookies |= tab.tab._cookies
    for month, parameters in zip(MONTHS, answers, strict=True):
        assert visitor.come_back(parameters).location == f"/paie/{month}"


def test_the_sixth_attempt_drops_the_oldest(visitor, clock):
    answers = []
    for month in (*MONTHS, "novembre"):
        answers.append(visitor.ask_for(f"/paie/{month}"))
        clock.advance(seconds=1)
    assert len(visitor.attempts()) == 5
    assert visitor.come_back(answers[0]).status_code == 400
    assert visitor.come_back(answers[1]).location == "/paie/juin"


def test_an_attempt_outlives_mags_own_form_of_twelve_hours(visitor, clock):
    parameters = visitor.ask_for("/paie/mai")
    clock.advance(hours=12)
    assert visitor.come_back(parameters).location == "/paie/mai"


def test_an_attempt_of_yesterday_is_expired(visitor, clock):
    parameters = visitor.ask_for("/paie/mai")
    clock.advance(hours=24)
    answer = visitor.come_back(parameters)
    assert answer.status_code == 400
    assert "plus valable" in answer.text


# --- double clicks ----------------------------------------------------------------------------


def test_a_second_callback_lands_without_redeeming(visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    assert visitor.come_back(parameters).location == "/paie/mai"
    assert visitor.come_back(parameters).location == "/paie/mai"
    assert provider.count("/token") == 1


def test_the_second_callback_is_remembered_thirty_seconds(visitor, clock, provider):
    parameters = visitor.ask_for("/paie/mai")
    visitor.come_back(parameters)
    clock.advance(seconds=30)
    assert visitor.come_back(parameters).location == "/paie/mai"
    clock.advance(seconds=1)
    assert visitor.come_back(parameters).location == "/"
    assert provider.count("/token") == 1


def test_callbacks_at_the_same_instant_redeem_once_and_both_are_signed_in(app, visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    good = provider.answers["/token"]

    def slowly(asked):
        answer = good(asked)
        return Said(answer.body, answer.status, pause_seconds=0.2)

    provider.answers["/token"] = slowly
    tabs = [fork(app, visitor) for _ in range(4)]
    together = threading.Barrier(4)

    def click(tab: Browser) -> tuple[str, int]:
        together.wait()
        return tab.come_back(parameters).location, tab.get("/paie/mai").status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, tabs)) == {("/paie/mai", 200)}
    assert provider.count("/token") == 1


def test_a_click_answered_first_by_another_process_signs_in_again_silently(visitor, client):
    parameters = visitor.ask_for("/paie/mai")
    elsewhere = fork(portal_of(client), visitor)
    assert elsewhere.come_back(parameters).location == "/paie/mai"
    again = visitor.come_back(parameters)
    assert again.location.startswith("/mag/sign-in?")
    assert visitor.come_back(visitor.go_to_mag(again.location)).location == "/paie/mai"


def test_a_code_refused_twice_is_shown_and_does_not_turn_in_circles(visitor, provider):
    provider.spoil("/token", said({"error": "invalid_grant", "code": "MAG-142"}, 400))
    again = visitor.come_back(visitor.ask_for("/paie/mai"))
    assert again.status_code == 303
    shown = visitor.come_back(visitor.go_to_mag(again.location))
    assert shown.status_code == 403
    assert "MAG-142" in shown.text


def test_a_callback_that_found_mag_away_can_be_reloaded(visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    good = provider.answers["/token"]
    provider.spoil("/token", Said(b"", 503))
    assert visitor.come_back(parameters).status_code == 503
    provider.answers["/token"] = good
    assert visitor.come_back(parameters).location == "/paie/mai"


# --- what nobody else can use -----------------------------------------------------------------


def test_an_answer_taken_to_another_browser_signs_nobody_in(app, visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    victim = Browser(app, provider)
    assert victim.come_back(parameters).status_code == 400
    assert victim.get("/seen").json["sid"] is None
    assert provider.count("/token") == 0


def test_a_cookie_changed_by_a_letter_is_no_attempt(visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    (name,) = visitor.attempts()
    value = next(c.value for c in visitor.tab._cookies.values() if c.key == name)
    visitor.tab.set_cookie(name, "A" + value[1:], domain="portail.localhost")
    assert visitor.come_back(parameters).status_code == 400
    assert provider.count("/token") == 0


def test_a_cookie_under_another_attempts_name_is_no_attempt(visitor, provider):
    visitor.ask_for("/paie/mai")
    (name,) = visitor.attempts()
    value = next(c.value for c in visitor.tab._cookies.values() if c.key == name)
    forged = name.replace(name.removeprefix("mag_attempt_"), "chosen")
    visitor.tab.set_cookie(forged, value, domain="portail.localhost")
    answer = visitor.come_back({"state": "chosen", "code": "x", "iss": provider.issuer})
    assert answer.status_code == 400
    assert provider.count("/token") == 0


def test_a_finished_attempt_under_another_name_leads_nowhere(app, visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    visitor.come_back(parameters)
    (name,) = visitor.attempts()
    value = next(c.value for c in visitor.tab._cookies.values() if c.key == name)
    victim = Browser(app, provider)
    victim.tab.set_cookie("mag_attempt_chosen", value, domain="portail.localhost")
    assert victim.come_back({"state": "chosen"}).status_code == 400


def test_an_attempt_signed_by_the_previous_secret_key_still_lands(app, visitor):
    parameters = visitor.ask_for("/paie/mai")
    app.config["SECRET_KEY_FALLBACKS"] = [app.secret_key]
    app.secret_key = "the next key"
    assert visitor.come_back(parameters).location == "/paie/mai"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(visitor):
    visitor.ask_for("/paie/mai")
    cookie = next(c for c in visitor.tab._cookies.values() if "mag_attempt" in c.key)
    assert (cookie.http_only, cookie.same_site, cookie.origin_only) == (True, "Lax", True)


def test_over_https_no_sibling_host_can_plant_an_attempt(provider, clock):
    callback = "https://portail.example/mag/callback"
    client = MagClient(provider.issuer, CLIENT_ID, CLIENT_SECRET, callback, now=clock)
    visitor = Browser(portal_of(client), provider, url="https://portail.example")
    parameters = visitor.ask_for("/paie/mai")
    cookie = next(c for c in visitor.tab._cookies.values() if "mag_attempt" in c.key)
    assert cookie.key.startswith("__Host-")
    assert (cookie.secure, cookie.path, cookie.origin_only) == (True, "/", True)
    assert visitor.come_back(parameters).location == "/paie/mai"


@pytest.mark.parametrize("name", ["state", "code", "iss"])
def test_a_parameter_given_twice_is_refused(visitor, provider, name):
    parameters = visitor.ask_for("/paie/mai")
    pairs = [*parameters.items(), (name, "another")]
    answer = visitor.get("/mag/callback", query_string=pairs)
    assert answer.status_code == 403
    assert provider.count("/token") == 0


def test_a_posted_answer_is_not_completed_from_the_address(visitor, provider):
    parameters = visitor.ask_for("/paie/mai")
    code = parameters.pop("code")
    answer = visitor.post("/mag/callback", query_string={"code": code}, data=parameters)
    assert answer.status_code == 403
    assert provider.count("/token") == 0


# --- what the person reads --------------------------------------------------------------------


def refused(visitor: Browser, **members: str):
    parameters = visitor.ask_for("/paie/mai")
    del parameters["code"]
    return visitor.come_back(parameters | members)


def test_giving_up_is_a_calm_page_with_a_way_back(visitor):
    answer = refused(visitor, error="access_denied")
    assert answer.status_code == 403
    assert "Connexion abandonnée" in answer.text
    assert "/mag/sign-in?target=/paie/mai" in answer.text


def test_the_code_and_the_trace_are_shown(visitor):
    answer = refused(visitor, error="server_error", error_code="MAG-501", trace_id="a-1_B")
    assert "MAG-501" in answer.text
    assert "a-1_B" in answer.text


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "Appelez le 0 899", "x" * 65])
def test_what_an_address_says_is_not_repeated_on_the_page(visitor, hostile):
    answer = refused(
        visitor, error=hostile, error_code=hostile, trace_id=hostile, error_description=hostile
    )
    assert answer.status_code == 403
    assert hostile not in answer.text
    assert "script" not in answer.text


def test_a_forged_token_is_a_page_without_a_trace_of_the_reason(visitor, provider):
    provider.claims = {"aud": "mcf"}
    answer = visitor.sign_in()
    assert answer.status_code == 403
    assert "Connexion impossible" in answer.text
    assert "mcf" not in answer.text
    assert visitor.get("/seen").json["sid"] is None


def test_a_portal_draws_the_problem_in_its_own_layout(client, provider):
    app = portal_of(client, render_problem=lambda problem: f"<b>{problem.title}</b>")
    assert Browser(app, provider).get("/mag/callback").text == "<b>Connexion expirée</b>"


def test_the_back_button_long_after_leads_a_signed_in_person_home(visitor):
    visitor.sign_in()
    assert visitor.come_back({"state": "old", "code": "old"}).location == "/"


@pytest.mark.parametrize("url", [URL])
def test_the_page_needs_no_script_and_no_style(app, provider, url):
    page = Browser(app, provider, url=url).get("/mag/callback").text
    assert "<script" not in page
    assert "style" not in page

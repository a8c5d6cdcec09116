"""MAG's form inside a page of the portal."""

import re
from html import unescape
from secrets import token_urlsafe
from urllib.parse import parse_qs

import pytest
from flask import render_template_string

from tests.sdk.portal import Browser, portal_of
from tests.sdk.provider import Said, said

CONFIGURATION = "/.well-known/openid-configuration"
PAGE = "{{ mag_widget(target='/paie/mai') }}"


def app_with_widget(client, page: str = PAGE):
    app = portal_of(client)
    app.add_url_rule("/login", view_func=lambda: render_template_string(page), endpoint="login")
    return app


@pytest.fixture
def with_widget(provider):
    """MAG says where its widget is."""
    widget = {
        "mag_widget_uri": f"{provider.issuer}/widget/v1/mag.js",
        "mag_widget_integrity": "sha384-" + "A" * 64,
    }
    provider.answers[CONFIGURATION] = lambda _: said(provider.members() | widget)
    return widget


def request_in(page: str, provider) -> dict[str, str]:
    written = unescape(re.search(r'<mag-signin request="([^"]*)"', page)[1])
    assert parse_qs(written)["response_mode"] == ["web_message"]
    return provider.authorize(f"/authorize?{written}")


@pytest.mark.usefixtures("with_widget")
def test_the_answer_of_the_widget_lands_on_its_target(client, provider):
    visitor = Browser(app_with_widget(client), provider)
    parameters = request_in(visitor.get("/login").text, provider)
    assert visitor.post("/mag/callback", data=parameters).location == "/paie/mai"
    assert visitor.get("/paie/mai").status_code == 200


# --- many pages and many tabs -----------------------------------------------------------------


@pytest.mark.usefixtures("with_widget")
def test_pages_with_the_widget_put_no_sign_in_out(client, provider, clock):
    visitor = Browser(app_with_widget(client), provider)
    begun = [visitor.ask_for(f"/paie/{month}") for month in ("mai", "juin")]
    for _ in range(20):
        clock.advance(seconds=1)
        visitor.get("/login")
    assert [visitor.come_back(one).location for one in begun] == ["/paie/mai", "/paie/juin"]


@pytest.mark.usefixtures("with_widget")
def test_pages_with_the_widget_for_many_targets_put_no_sign_in_out(client, provider, clock):
    visitor = Browser(
        app_with_widget(client, "{{ mag_widget(target=request.full_path) }}"), provider
    )
    begun = visitor.ask_for("/paie/mai")
    for number in range(20):
        clock.advance(seconds=1)
        visitor.get(f"/login?page={number}")
    assert visitor.come_back(begun).location == "/paie/mai"


@pytest.mark.usefixtures("with_widget")
def test_every_tab_with_the_widget_signs_in_however_many_pages_were_shown_since(client, provider):
    visitor = Browser(app_with_widget(client), provider)
    tabs = [request_in(visitor.get("/login").text, provider) for _ in range(8)]
    for number, tab in enumerate(tabs):
        assert visitor.post("/mag/callback", data=tab).location == "/paie/mai"
        assert provider.count("/token") == number + 1, "each is an attempt of its own"
        visitor.post("/mag/sign-out")


@pytest.mark.usefixtures("with_widget")
def test_five_tabs_restored_at_once_each_sign_in(client, provider):
    # Each sends what the browser held before any was answered: nothing.
    app = app_with_widget(client)
    tabs = [Browser(app, provider) for _ in range(5)]
    requests = [request_in(tab.get("/login").text, provider) for tab in tabs]
    visitor = Browser(app, provider)
    for tab in tabs:
        visitor.tab._cookies |= tab.tab._cookies
    visitor.get("/login")
    for one in requests:
        assert visitor.post("/mag/callback", data=one).location == "/paie/mai"


@pytest.mark.usefixtures("with_widget")
def test_five_tabs_of_five_pages_each_land_on_their_own(client, provider):
    visitor = Browser(app_with_widget(client, "{{ mag_widget(target=request.args.to) }}"), provider)
    pages = [f"/paie/{month}" for month in ("mai", "juin", "septembre", "octobre", "novembre")]
    tabs = [request_in(visitor.get(f"/login?to={page}").text, provider) for page in pages]
    for page, tab in zip(pages, tabs, strict=True):
        assert visitor.post("/mag/callback", data=tab).location == page


@pytest.mark.usefixtures("with_widget")
def test_two_pages_of_the_widget_share_no_secret(client, provider):
    visitor = Browser(app_with_widget(client), provider)
    one, other = (
        parse_qs(unescape(re.search(r'request="([^"]*)"', visitor.get("/login").text)[1]))
        for _ in range(2)
    )
    for name in ("state", "nonce", "code_challenge"):
        assert one[name] != other[name]


@pytest.mark.usefixtures("with_widget")
def test_an_answer_of_the_widget_taken_to_another_browser_signs_nobody_in(client, provider):
    app = app_with_widget(client)
    parameters = request_in(Browser(app, provider).get("/login").text, provider)
    victim = Browser(app, provider)
    victim.get("/login")
    assert victim.post("/mag/callback", data=parameters).status_code == 400
    assert provider.count("/token") == 0


@pytest.mark.usefixtures("with_widget")
@pytest.mark.parametrize("tail", ["", ".", ".x", ".a b", ".\r\nSet-Cookie: a=b", "." + "x" * 44])
def test_a_state_that_only_begins_like_the_widgets_is_unknown(client, provider, tail):
    visitor = Browser(app_with_widget(client), provider)
    parameters = request_in(visitor.get("/login").text, provider)
    parameters["state"] = parameters["state"].partition(".")[0] + tail
    answer = visitor.post("/mag/callback", data=parameters)
    assert answer.status_code in {400, 403}
    assert provider.count("/token") == 0


@pytest.mark.usefixtures("with_widget")
def test_a_widget_shown_yesterday_is_expired_and_one_shown_now_is_not(client, provider, clock):
    visitor = Browser(app_with_widget(client), provider)
    parameters = request_in(visitor.get("/login").text, provider)
    clock.advance(hours=12)
    today = request_in(visitor.get("/login").text, provider)
    clock.advance(hours=12)
    assert visitor.post("/mag/callback", data=today).location == "/paie/mai"
    visitor.post("/mag/sign-out")
    clock.advance(hours=2)
    assert visitor.post("/mag/callback", data=parameters).status_code == 400


@pytest.mark.usefixtures("with_widget")
def test_our_cookies_leave_half_of_a_servers_8_kb_to_the_portal(client, provider, clock):
    page = "{{ mag_widget(target=request.args.to) }}"
    visitor = Browser(app_with_widget(client, page), provider)
    for number in range(30):
        query = token_urlsafe(360)
        visitor.get("/mag/sign-in", query_string={"target": f"/paie/mai?{query}"})
        visitor.get("/login", query_string={"to": f"/paie/{'x' * number}?{query[:440]}"})
        clock.advance(seconds=1)
        ours = [cookie for cookie in visitor.tab._cookies.values() if "mag_" in cookie.key]
        header = "; ".join(f"{cookie.key}={cookie.value}" for cookie in ours)
        assert len(header) <= 4000


def test_the_script_is_pinned_by_its_hash(client, provider, with_widget):
    page = Browser(app_with_widget(client), provider).get("/login").text
    assert f'src="{with_widget["mag_widget_uri"]}"' in page
    assert f'integrity="{with_widget["mag_widget_integrity"]}"' in page


@pytest.mark.usefixtures("with_widget")
@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("{{ mag_widget(nonce='r4nd0m') }}", 'nonce="r4nd0m" async></script>'),
        ("{{ mag_widget(nonce='\"><b>') }}", 'nonce="&#34;&gt;&lt;b&gt;" async></script>'),
        ("{{ mag_widget() }}", 'crossorigin="anonymous" async></script>'),
        ("{{ mag_widget(lazy=True) }}", '" loading="lazy"><a'),
        ("{{ mag_widget(debug=True) }}", '" debug><a'),
        ("{{ mag_widget(lazy=True, debug=True) }}", '" loading="lazy" debug><a'),
        ("{{ mag_widget() }}", 'web_message"><a'),
        ("{{ mag_widget(label='Entrer <ici>') }}", ">Entrer &lt;ici&gt;</a></mag-signin>"),
    ],
)
def test_each_option_is_written_where_it_belongs(client, provider, page, written):
    assert written in Browser(app_with_widget(client, page), provider).get("/login").text


@pytest.mark.usefixtures("with_widget")
def test_the_way_in_without_script_stands_inside_the_element(client, provider):
    page = Browser(app_with_widget(client), provider).get("/login").text
    inside = re.search(r"<mag-signin [^>]*>(.*)</mag-signin>", page)
    assert inside
    assert inside[1] == (
        '<a href="/mag/sign-in?target=/paie/mai">Se connecter avec Net-Entreprises</a>'
    )


def test_the_two_sources_of_the_policy_are_mag_s_origin(client, provider):
    sources = portal_of(client).extensions["mag"].content_sources
    assert sources == {"script-src": provider.issuer, "frame-src": provider.issuer}


@pytest.mark.usefixtures("with_widget")
def test_a_page_that_holds_a_request_is_not_stored(client, provider):
    answer = Browser(app_with_widget(client), provider).get("/login")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_mag_that_was_never_reached_leaves_the_full_page_way_in(client, provider):
    provider.spoil(CONFIGURATION, Said(b"", 503))
    page = Browser(app_with_widget(client), provider).get("/login").text
    assert 'href="/mag/sign-in?target=/paie/mai"' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"mag_widget_integrity": None},
        {"mag_widget_integrity": "sha256-x"},
        {"mag_widget_integrity": 'sha384-" onload="'},
    ],
    ids=str,
)
def test_a_script_without_a_good_hash_is_not_written(client, provider, with_widget, wrong):
    provider.spoil(CONFIGURATION, said(provider.members() | with_widget | wrong))
    assert "<script" not in Browser(app_with_widget(client), provider).get("/login").text


def test_a_script_of_another_origin_is_not_written(client, provider, with_widget):
    wrong = {"mag_widget_uri": "https://evil.example/mag.js"}
    provider.spoil(CONFIGURATION, said(provider.members() | with_widget | wrong))
    assert "evil" not in Browser(app_with_widget(client), provider).get("/login").text


def test_a_portals_own_mistake_about_the_target_is_told_to_its_author(client, provider):
    visitor = Browser(app_with_widget(client, "{{ mag_widget(target='//evil') }}"), provider)
    visitor.tab.application.testing = True
    with pytest.raises(ValueError, match="evil"):
        visitor.get("/login")

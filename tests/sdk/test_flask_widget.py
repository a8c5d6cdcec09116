"""MAG's form inside a page of the portal."""

import re
from html import unescape
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
